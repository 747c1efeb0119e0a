from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ExpenseCaptureCommon


@tagged("post_install", "-at_install")
class TestRepricing(ExpenseCaptureCommon):
    """A changed price of expenses, applied to what is not invoiced yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()

    @classmethod
    def _policy(cls, charge="markup", **values):
        return cls.env["expense.charge.policy"].create(
            {
                "charge": charge,
                "percent": 10,
                "company_id": cls.company.id,
                "date_from": "2026-01-01",
                **values,
            }
        )

    def _dialog(self, user=None):
        dialogs = self.env["expense.charge.policy.apply"].with_user(user or self.user_approver)
        return Form(dialogs)

    def _apply(self):
        return self._dialog().save().action_confirm()

    def _hotel(self, intervention=None, **values):
        values = {"kind": "hotel", "amount": 100, **values}
        return self._add(intervention or self.intervention, **values).work_line_ids

    def test_what_would_change_is_shown_before_and_nothing_is_changed_by_looking(self):
        first, second = self._hotel(), self._hotel(amount=50)
        drive = self._add(self.intervention, kind="own_car", distance_km=10).work_line_ids
        self._policy()
        dialog = self._dialog()
        self.assertEqual(dialog.line_count, 2)
        self.assertEqual(
            (dialog.amount_before, dialog.amount_after, dialog.amount_difference), (150, 165, 15)
        )
        self.assertEqual((first | second).mapped("amount_invoice"), [100, 50])
        done = dialog.save().action_confirm()
        self.assertEqual(done["params"]["message"], "Expenses charged anew: 2.")
        self.assertEqual((first | second).mapped("amount_invoice"), [110, 55])
        # Kilometres have their own price.
        self.assertEqual(drive.amount_invoice, 6)
        self.assertFalse(self._dialog().line_count)

    def test_what_is_invoiced_stays(self):
        billed = self._hotel()
        invoice = self._invoice(self._sign(self.intervention))
        still_open = self._hotel(self._working_intervention())
        self._policy()
        self._apply()
        self.assertEqual((billed.amount_invoice, invoice.amount_untaxed), (100, 100))
        self.assertEqual(still_open.amount_invoice, 110)

    def test_what_is_invoiced_while_somebody_looks_stays(self):
        line, other = self._hotel(), self._hotel(self._working_intervention())
        self._policy()
        dialog = self._dialog().save()
        self._invoice(self._sign(self.intervention))
        done = dialog.action_confirm()
        self.assertEqual((line.amount_invoice, other.amount_invoice), (100, 110))
        self.assertIn("changed meanwhile: 1.", done["params"]["message"])

    def test_nobody_gets_another_price_than_was_shown(self):
        line = self._hotel()
        policy = self._policy()
        dialog = self._dialog().save()
        policy.percent = 50
        dialog.action_confirm()
        self.assertEqual(line.amount_invoice, 100)

    def test_what_was_signed_gets_its_price_but_nobody_else_pays_for_it(self):
        line = self._hotel()
        report = self._sign(self.intervention)
        policy = self._policy("none")
        self.assertFalse(self._dialog().line_count)
        policy.charge = "markup"
        self._apply()
        self.assertEqual((line.amount_invoice, line.coverage), (110, "out_of_warranty"))
        self.assertEqual(self._invoice(report).amount_untaxed, 110)

    def test_expenses_are_no_longer_charged_or_charged_again(self):
        line = self._hotel()
        policy = self._policy("none")
        self._apply()
        self.assertEqual((line.amount_invoice, line.coverage), (0, "goodwill"))
        self.assertEqual(line.coverage_reason, "Expenses are not charged.")
        policy.charge = "fixed"
        policy.price = 80
        self._apply()
        self.assertEqual((line.amount_invoice, line.coverage), (80, "out_of_warranty"))

    def test_what_somebody_has_decided_by_hand_stays(self):
        priced, covered = self._hotel(), self._hotel()
        priced.with_user(self.user_manager).price_unit = 60
        covered.with_user(self.user_manager).set_coverage("goodwill", "A good customer")
        self._policy()
        self._apply()
        self.assertEqual((priced.amount_invoice, covered.amount_invoice), (60, 0))
        # Not even the approval brings the old price back.
        self._approve(priced.expense_id)
        self.assertEqual(priced.amount_invoice, 60)

    def test_a_cause_found_later_charges_nothing_that_is_not_charged(self):
        self._policy("none")
        line = self._hotel()
        self.intervention.cause_id = self.env["service.cause"].create({"name": "Wear of tests"})
        self.assertEqual((line.amount_invoice, line.coverage), (0, "goodwill"))

    def test_one_may_be_left_out(self):
        first, second = self._hotel(), self._hotel(amount=50)
        self._policy()
        dialog = self._dialog()
        dialog.line_ids.remove(0)
        self.assertEqual((dialog.line_count, dialog.amount_difference), (1, 5))
        dialog.save().action_confirm()
        self.assertEqual((first | second).mapped("amount_invoice"), [100, 55])

    def test_with_nothing_to_change_it_says_so(self):
        self._hotel()
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self._apply()

    def test_who_may_apply_prices(self):
        self._hotel()
        self._policy()
        for person in ("technician", "dispatcher", "employee"):
            with self.subTest(person=person), self.assertRaises(AccessError):
                self._dialog(getattr(self, f"user_{person}"))
        self.assertEqual(self._dialog(self.user_manager).line_count, 1)
        other = self.env["res.company"].create({"name": "Other firm"})
        accountant = self.user_approver.copy(
            {
                "login": "accountant_other",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        theirs = self.env["expense.charge.policy.apply"].with_user(accountant)
        theirs = theirs.with_context(allowed_company_ids=other.ids)
        self.assertFalse(Form(theirs).line_count)
        with self.assertRaises(AccessError):
            theirs.create({"company_id": self.company.id})

    def test_more_expenses_cost_no_more_queries(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            dialog._find_repriced()
            return self.env.cr.sql_log_count - before

        self._hotel()
        self._policy()
        dialog = self._dialog().save().sudo()
        queries()
        few = queries()
        for _turn in range(10):
            self._hotel()
        self.assertLessEqual(queries(), few)
