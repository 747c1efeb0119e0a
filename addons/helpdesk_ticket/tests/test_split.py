from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestSplit(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_customers_read_their_tickets()
        cls.ticket = cls._create_ticket(
            site_id=cls.alfa_site.id, category_id=cls.category.id, priority="2"
        )
        cls.as_agent = cls.ticket.with_user(cls.user_agent)
        cls.photo = cls._attach("photo.txt")
        cls.paper = cls._attach("verbale.txt")
        cls.first, cls.second = (
            cls.ticket.message_post(
                body=body,
                author_id=cls.giulia.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachment_ids=files.ids,
            )
            for body, files in (("Non parte", cls.photo.browse()), ("E poi perde", cls.photo))
        )

    @classmethod
    def _attach(cls, name):
        return cls.env["ir.attachment"].create(
            {
                "name": name,
                "raw": name.encode(),
                "res_model": "helpdesk.ticket",
                "res_id": cls.ticket.id,
            }
        )

    def _split(self, **arguments):
        answer = self.as_agent.split({"name": " Perdita "}, **arguments)
        ticket = self.env["helpdesk.ticket"].browse(answer["ticket_id"])
        self.assertEqual(answer["number"], ticket.number)
        return ticket

    def test_the_new_ticket_is_of_the_same_requester(self):
        ticket = self._split()
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": "Perdita",
                    "partner_id": self.giulia.id,
                    "site_id": self.alfa_site.id,
                    "category_id": self.category.id,
                    "priority": "2",
                    "team_id": self.team.id,
                    "stage_id": self.stage_new.id,
                    "description": False,
                }
            ],
        )

    def test_both_name_each_other(self):
        ticket = self._split()
        self.assertEqual(ticket.related_ticket_ids, self.ticket)
        self.assertEqual(self.ticket.related_ticket_ids, ticket)

    def test_what_is_moved_leaves_the_ticket_with_its_files(self):
        ticket = self._split(message_ids=self.second.ids, attachment_ids=self.paper.ids)
        self.assertEqual((self.second + self.first).mapped("res_id"), [ticket.id, self.ticket.id])
        self.assertEqual((self.photo + self.paper).mapped("res_id"), [ticket.id] * 2)

    def test_what_is_copied_stays_too_and_nobody_is_told_again(self):
        with self._queries("mail_notification") as found:
            ticket = self._split(
                message_ids=self.second.ids, attachment_ids=self.paper.ids, move=False
            )
        self.assertFalse([query for query in found if "INSERT" in str(query)])
        self.assertEqual(self.second.res_id, self.ticket.id)
        copy = ticket.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertRecordValues(copy, [{"body": self.second.body, "author_id": self.giulia.id}])
        self.assertEqual(copy.date, self.second.date)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(set(files.mapped("name")), {"photo.txt", "verbale.txt"})
        self.assertEqual(copy.attachment_ids, files.filtered(lambda f: f.name == "photo.txt"))

    def test_the_description_is_text_whatever_it_looks_like(self):
        answer = self.as_agent.split({"name": "x", "description": "<b>Perde</b>"})
        ticket = self.env["helpdesk.ticket"].browse(answer["ticket_id"])
        self.assertIn("&lt;b&gt;Perde", ticket.description)

    def test_foreign_messages_and_files_are_refused(self):
        other = self._create_ticket()
        foreign = other.message_post(body="x", message_type="comment")
        for arguments in (
            {"message_ids": foreign.ids},
            {"message_ids": [*self.second.ids, *foreign.ids]},
            {"attachment_ids": [2**31 - 1]},
            {"message_ids": "x"},
            {"message_ids": [True]},
            {"attachment_ids": [None]},
        ):
            with self.subTest(arguments=arguments), self.assertRaises(ValidationError):
                self._split(**arguments)
        for values in (None, {}, {"name": " "}, {"name": 5}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.as_agent.split(values)

    def test_only_the_desk_splits(self):
        for user in (self.user_portal, self.user_other_portal, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.ticket.with_user(user).split({"name": "x"}, message_ids=self.second.ids)

    def test_the_dialog_opened_on_a_message_has_it_chosen(self):
        dialogs = self.env["helpdesk.ticket.split"].with_user(self.user_agent)
        form = Form(
            dialogs.with_context(
                default_ticket_id=self.ticket.id, default_message_id=self.second.id
            )
        )
        form.name = "Perdita"
        dialog = form.save()
        self.assertEqual(dialog.line_ids.filtered("chosen").message_id, self.second)
        # A file of a message goes with its message, it isn't offered alone.
        self.assertEqual(dialog.line_ids.attachment_id, self.paper)
        ticket = self.env["helpdesk.ticket"].browse(dialog.action_confirm()["res_id"])
        self.assertEqual(self.second.res_id, ticket.id)

    # === RELATED === #

    def test_related_tickets_are_related_from_both_sides(self):
        one, two = self._create_ticket(), self._create_ticket()
        self.as_agent.related_ticket_ids = one + two
        self.assertEqual(one.related_ticket_ids, self.ticket)
        two.related_ticket_ids -= self.ticket
        self.assertEqual(self.ticket.related_ticket_ids, one)
        self.as_agent.related_ticket_ids = False
        self.assertFalse(one.related_ticket_ids)

    def test_a_ticket_is_related_to_no_other_company_and_not_to_itself(self):
        other = self._create_company(name="Altra assistenza")
        foreign = self._create_ticket(company_id=other.id, partner_id=False)
        for ticket in (foreign, self.ticket):
            with self.subTest(ticket=ticket.number), self.assertRaises(UserError):
                self.ticket.related_ticket_ids = ticket
