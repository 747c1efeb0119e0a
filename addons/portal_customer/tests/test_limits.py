from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import PortalCommon

LIMITS = "odoo.addons.portal_customer.models.portal_act.ACTS_PER_HOUR"


@tagged("post_install", "-at_install")
class TestLimits(PortalCommon):
    """People outside send as much as a bad day brings, and file nothing in the office's name."""

    def setUp(self):
        super().setUp()
        self.mine = self.intervention.with_user(self.outside_user)

    def test_faults_are_reported_so_many_an_hour(self):
        with patch.dict(LIMITS, fault=2):
            for number in range(2):
                self.mine.report_second_fault(f"Lamp {number} is dark")
            with self.assertRaisesRegex(ValidationError, "within an hour"):
                self.mine.report_second_fault("Lamp 3 is dark")
            with self.assertRaisesRegex(ValidationError, "within an hour"):
                self.mine.action_return_visit(reason="The belt is missing")
            # The office is bound by nothing.
            office = self.intervention.with_user(self.user_dispatcher)
            office.action_return_visit(reason="The belt is missing")
        self.assertEqual(len(self.intervention.follow_up_ids), 3)

    def test_expenses_are_handed_in_so_many_an_hour(self):
        kind = self.env["expense.kind"].search(
            [("is_mileage", "=", False), ("is_allowance", "=", False)], limit=1
        )
        toll = {"kind": kind.code, "amount": 4, "date": "2026-11-09"}
        with patch.dict(LIMITS, expense=2):
            for _turn in range(2):
                self.mine.add_expense(toll)
            with self.assertRaisesRegex(ValidationError, "within an hour"):
                self.mine.add_expense(toll)
        self.assertEqual(len(self.intervention.expense_ids), 2)

    def test_messages_count_whatever_a_program_calls_them(self):
        ticket = self.ticket.with_user(self.company_user)
        said = {"body": "Again.", "subtype_xmlid": "mail.mt_note"}
        with patch.dict(LIMITS, message=2):
            ticket.sudo().message_post(**said, message_type="comment")
            message = ticket.message_post(**said, message_type="notification").sudo()
            self.assertEqual(message.message_type, "comment")
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
            with self.assertRaisesRegex(ValidationError, "within an hour"):
                ticket.message_post(**said)
            # What we write while they act is no message of theirs.
            ticket.sudo().message_post(**said, message_type="notification")

    def test_a_claim_is_filed_by_the_office_only(self):
        claim = self.env["service.form"].search(
            [("kind", "=", "claim"), ("company_id", "=", self.company.id)], limit=1
        ) or self.env["service.form"].create(
            {"name": "Claim", "kind": "claim", "company_id": self.company.id}
        )
        self.draft_line.sudo().write({"coverage": "warranty", "payer_id": self.other_customer.id})
        with self.assertRaisesRegex(ValidationError, "not there"):
            self.mine.fill_form(claim.id)
        self.assertFalse(self.intervention.form_document_ids)

    def test_why_a_customer_is_blocked_is_not_in_their_conversation(self):
        self.cr.flush()  # what was written before is told by itself
        blocked = {"service_block": True, "service_block_reason": "Never pay"}
        self.customer.with_context(tracking_disable=False, mail_notrack=False).write(blocked)
        self.cr.flush()
        told = self.customer.message_ids.filtered("tracking_value_ids")
        self.assertTrue(told)
        for person in ("own", "site"):
            with self.subTest(person=person), self.assertRaises(AccessError):
                told.with_user(self._person(person)).read(["body", "tracking_value_ids"])
