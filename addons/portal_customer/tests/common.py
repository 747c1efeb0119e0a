from unittest.mock import patch

from odoo import Command

from odoo.addons.field_service.tests.common import FieldServiceCommon, at, picture


class PortalCommon(FieldServiceCommon):
    """Who comes in from outside, and one of each record they might ask for.

    Customer Alfa has a contact of each portal role, Monte is another customer, ``outside`` works on
    Alfa's intervention, ``stranger`` works for us too, but not there.
    """

    PERSONS = ("company", "own", "site", "accountant", "other", "outside", "stranger")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["knowledge.entry"].search([]).unlink()
        cls._make_portal_users()
        cls._make_work()
        cls._make_knowledge()
        cls.public = cls.env.ref("base.public_user")

    @classmethod
    def _portal_user(cls, name, parent, role):
        user = cls._user(f"portal_{name}", "base.group_portal", email=f"{name}@example.com")
        user.partner_id.write({"parent_id": parent.id, "portal_role": role})
        return user

    @classmethod
    def _make_portal_users(cls):
        cls.company_user = cls._portal_user("company", cls.customer, "company")
        cls.own_user = cls._portal_user("own", cls.customer, "own")
        cls.site_user = cls._portal_user("site", cls.site, "site")
        cls.accountant_user = cls._portal_user("accountant", cls.customer, "accountant")
        cls.other_user = cls._portal_user("other", cls.other_customer, "company")
        cls.outside_user = cls.user_outside
        cls.stranger_user = cls._user("stranger_t", "base.group_portal")
        cls.env["hr.employee"].create(
            {
                "name": "Stranger",
                "user_id": cls.stranger_user.id,
                "company_id": cls.company.id,
                "tz": "Europe/Rome",
            }
        )

    @classmethod
    def _make_work(cls):
        tickets = cls.env["helpdesk.ticket"]
        cls.ticket = tickets.create(
            {
                "name": "The film tears",
                "partner_id": cls.company_user.partner_id.id,
                "site_id": cls.site.id,
                "equipment_id": cls.equipment.id,
            }
        )
        cls.own_ticket = tickets.create(
            {"name": "The lamp is dark", "partner_id": cls.own_user.partner_id.id}
        )
        cls.other_ticket = tickets.create(
            {"name": "The gate is stuck", "partner_id": cls.other_user.partner_id.id}
        )
        item = cls.env["service.checklist.item"].create(
            {
                "name": "Cover closed",
                "type_id": cls.env.ref("field_service.service_intervention_type_repair").id,
            }
        )
        cls.intervention = cls._create_intervention(
            ticket_id=cls.ticket.id, contact_id=cls.company_user.partner_id.id
        )
        cls.answer = cls.intervention.checklist_answer_ids.filtered(
            lambda answer: answer.item_id == item
        )
        cls.visit = cls._plan(cls.intervention, cls.outside)
        cls.signed_line = cls._record(
            cls.intervention,
            {"kind": "labour", "start": at(8), "stop": at(9)},
            user=cls.outside_user,
        )[:1]
        working = cls.intervention.with_user(cls.outside_user)
        cls.signed_report = cls.env["service.report"].browse(working.make_report()["report_id"])
        cls.signed_report.with_user(cls.outside_user).sign(name="Giulia", image=picture())
        cls.draft_line = cls._record(
            cls.intervention, {"kind": "mileage", "quantity": 12}, user=cls.outside_user
        )[:1]
        cls.draft_report = cls.env["service.report"].browse(working.make_report()["report_id"])
        cls.document = cls.env["service.document"].create(
            {"name": "DURC", "res_model": "service.equipment", "res_id": cls.equipment.id}
        )
        cls.contract = cls.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": cls.customer.id,
                "fee_amount": 900,
                "state": "open",
                "equipment_ids": [Command.set(cls.equipment.ids)],
            }
        )

    @classmethod
    def _make_knowledge(cls):
        article = {"symptom": "<p>The film tears at the bar.</p>", "solution": "<p>Sensor.</p>"}
        cls.article, cls.draft_article, cls.technician_article = cls.env[
            "knowledge.article"
        ].create(
            [
                {**article, "name": "Film", "audience": "customer", "state": "published"},
                {**article, "name": "Film draft", "audience": "customer", "state": "draft"},
                {**article, "name": "Film inside", "audience": "technician", "state": "published"},
            ]
        )
        solved = cls.ticket.copy(
            {"name": "The conveyor squeaks", "partner_id": cls.ticket.partner_id.id}
        )
        solved.action_close(solution="Oiled the conveyor chain.", cause="Dry chain.")
        cls.solved_ticket = solved
        cls.entry = cls.env["knowledge.entry"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", solved.id)]
        )

    @classmethod
    def _make_numbers(cls):
        """A record of customer Alfa for each number that an address takes."""
        return {
            "ticket_id": cls.ticket,
            "intervention_id": cls.intervention,
            "event_id": cls.visit,
            "report_id": cls.signed_report,
            "equipment_id": cls.equipment,
            "contract_id": cls.contract,
            "article_id": cls.article,
            "document_id": cls._fill_form(),
            "partner_id": cls.own_user.partner_id,
        }

    @classmethod
    def _fill_form(cls):
        form = cls.env["service.form"].create(
            {"name": "Maintenance", "kind": "maintenance", "company_id": cls.company.id}
        )
        # What the form looks like is for others to test.
        printed = {"return_value": (b"%PDF-1.7 the filled form", "pdf")}
        with patch.object(type(cls.env["ir.actions.report"]), "_render_qweb_pdf", **printed):
            filled = cls.intervention.with_user(cls.outside_user).fill_form(form.id)
        return cls.env["service.form.document"].browse(filled["document_id"])

    def _person(self, name):
        return self.public if name == "public" else getattr(self, f"{name}_user")

    @classmethod
    def _note(cls, record, name="costs.pdf"):
        """A note that only the office reads, with a file.

        :return: the file
        """
        message = record.message_post(
            body="They never pay.",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=[(name, b"%PDF-1.4 what it costs us")],
        )
        return message.attachment_ids
