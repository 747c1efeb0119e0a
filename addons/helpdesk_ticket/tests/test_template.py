from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTemplate(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.it_team = cls.env["helpdesk.team"].create({"name": "IT", "sequence": 90})
        cls.tag = cls.env["helpdesk.tag"].create({"name": "fermo"})
        cls.category.ticket_properties_definition = [
            {"name": "display", "string": "Cosa mostra il display", "type": "char"},
            {"name": "gas", "string": "Odore di gas", "type": "boolean"},
        ]
        cls.template = cls.env["helpdesk.ticket.template"].create(
            {
                "name": "Caldaia in blocco",
                "subject": "Caldaia in blocco",
                "description": "<p>Codice sul display:</p>",
                "category_id": cls.category.id,
                "team_id": cls.it_team.id,
                "priority": "2",
                "tag_ids": [Command.link(cls.tag.id)],
                "ticket_properties": {"display": "E05"},
            }
        )
        cls.tickets = cls.env["helpdesk.ticket"].with_user(cls.user_agent)

    def _fill(self, **written):
        form = Form(self.tickets)
        for name, value in written.items():
            form[name] = value
        form.template_id = self.template.with_user(self.user_agent)
        form.name = form.name or "x"
        return form.save()

    def test_a_template_fills_an_empty_ticket(self):
        ticket = self._fill(partner_id=self.giulia)
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": "Caldaia in blocco",
                    "category_id": self.category.id,
                    "team_id": self.it_team.id,
                    "priority": "2",
                    "tag_ids": self.tag.ids,
                    "partner_id": self.giulia.id,
                    "template_id": self.template.id,
                }
            ],
        )
        self.assertIn("Codice sul display", ticket.description)
        self.assertEqual(ticket.ticket_properties["display"], "E05")

    def test_what_somebody_wrote_stays(self):
        other = self.env["helpdesk.category"].create({"name": "Lifts"})
        ticket = self._fill(
            name="Ascensore fermo",
            description="<p>Nessuno in cabina</p>",
            category_id=other,
            priority="3",
        )
        self.assertRecordValues(
            ticket,
            [{"name": "Ascensore fermo", "category_id": other.id, "priority": "3"}],
        )
        self.assertIn("Nessuno in cabina", ticket.description)

    def test_a_ticket_is_opened_with_a_template(self):
        opened = self.tickets.open_ticket(
            {"template_id": self.template.id, "partner_id": self.giulia.id, "priority": "3"}
        )
        self.assertRecordValues(
            self.env["helpdesk.ticket"].browse(opened["ticket_id"]),
            [
                {
                    "name": "Caldaia in blocco",
                    "category_id": self.category.id,
                    "team_id": self.it_team.id,
                    "priority": "3",
                    "tag_ids": self.tag.ids,
                }
            ],
        )

    def test_foreign_or_archived_templates_are_refused(self):
        other = self._create_company(name="Altra assistenza")
        foreign = self.template.copy({"company_id": other.id, "team_id": False, "name": "Altrui"})
        archived = self.template.copy({"active": False})
        for template_id in (foreign.id, archived.id, 2**31 - 1, "1", True, [1]):
            with self.subTest(template_id=template_id), self.assertRaises(ValidationError):
                self.tickets.open_ticket({"name": "x", "template_id": template_id})

    def test_customers_choose_no_template(self):
        self._let_customers_read_their_tickets()
        with self.assertRaises(ValidationError):
            self.env["helpdesk.ticket"].with_user(self.user_portal).open_ticket(
                {"name": "x", "template_id": self.template.id}
            )

    # === QUESTIONS AND REPLIES === #

    def test_a_category_s_questions_are_answered_on_the_ticket(self):
        ticket = self._create_ticket(category_id=self.category.id).with_user(self.user_agent)
        ticket.ticket_properties = {"display": "E05", "gas": True}
        self.assertEqual(dict(ticket.ticket_properties), {"display": "E05", "gas": True})

    def test_agents_keep_replies_of_their_own_and_managers_those_of_all(self):
        replies = self.env["mail.canned.response"]
        own = replies.with_user(self.user_agent).create({"source": "mia", "substitution": "Ciao"})
        shared = replies.create(
            {
                "source": "photo",
                "substitution": "Ci manda un video?",
                "group_ids": self.env.ref("helpdesk_ticket.helpdesk_ticket_group_user").ids,
            }
        )
        found = replies.with_user(self.user_agent).search([("id", "in", (own + shared).ids)])
        self.assertEqual(found, shared + own)
        self.assertNotIn(own, replies.with_user(self.user_manager).search([]))
        self.assertFalse(shared.with_user(self.user_agent).is_editable)
        shared.with_user(self.user_manager).substitution = "Ci manda due video?"
        self.assertNotIn(shared, replies.with_user(self.user_employee).search([]))

    def test_a_form_asks_the_category_s_questions_before_it_is_saved(self):
        specification = {
            "category_id": {"fields": {"display_name": {}}},
            "ticket_properties": {},
            "template_id": {},
            "name": {},
        }
        bare = self.template.copy({"ticket_properties": False})
        for values, changed in (
            ({"category_id": self.category.id}, "category_id"),
            ({"template_id": bare.id}, "template_id"),
        ):
            with self.subTest(changed=changed):
                told = self.tickets.onchange(values, [changed], specification)["value"]
                self.assertEqual(
                    [question["name"] for question in told["ticket_properties"]],
                    ["display", "gas"],
                )

    def test_answers_go_with_their_category(self):
        other = self.env["helpdesk.category"].create({"name": "Lifts"})
        ticket = self._fill(partner_id=self.giulia)
        with Form(ticket) as form:
            form.category_id = other
        self.assertFalse(dict(ticket.ticket_properties))

    def test_priorities_are_named_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("it_IT")
        priority = self.env["ir.model.fields"]._get("helpdesk.ticket", "priority")
        urgent = priority.selection_ids.sorted("sequence")[-1]
        urgent.with_context(lang="it_IT").name = "Fermo macchina"
        for model in ("helpdesk.ticket.template", "helpdesk.category", "helpdesk.sla.policy"):
            with self.subTest(model=model):
                fields = self.env[model].with_context(lang="it_IT").fields_get()
                self.assertIn("Fermo macchina", dict(fields["priority"]["selection"]).values())
