from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, ExpenseCaptureCommon, picture


@tagged("post_install", "-at_install")
class TestExpense(ExpenseCaptureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()

    def test_repeating_a_capture_makes_one_expense(self):
        mine = self.intervention.with_user(self.user_technician)
        values = {"kind": "motorway", "amount": 21.40, "date": str(MONDAY)}
        files = [{"name": "toll.jpg", "data": picture()}]
        first = mine.add_expense(values=values, files=files, request_uuid="expense-0001")
        again = mine.add_expense(values=values, files=files, request_uuid="expense-0001")
        self.assertEqual(first, again)
        self.assertEqual(len(self.intervention.expense_ids), 1)
        with self.assertRaisesRegex(UserError, "already used for something else"):
            mine.add_expense(
                values={**values, "amount": 5}, files=files, request_uuid="expense-0001"
            )

    def test_bad_input_gets_a_sentence_and_stores_nothing(self):
        tomorrow = fields.Date.today() + timedelta(days=2)
        cases = {
            "negative": ({"kind": "motorway", "amount": -1}, "cannot be negative"),
            "huge": ({"kind": "motorway", "amount": 1e9}, "too much for one expense"),
            "not a number": ({"kind": "motorway", "amount": "ten"}, "is not a number"),
            "nan": ({"kind": "motorway", "amount": float("nan")}, "cannot be negative"),
            "future": ({"kind": "motorway", "amount": 1, "date": str(tomorrow)}, "in the future"),
            "no date": ({"kind": "motorway", "amount": 1, "date": "soon"}, "is not a date"),
            "kind": ({"kind": "gift", "amount": 1}, "what the money was spent on"),
            "old": ({"kind": "motorway", "amount": 1, "date": "2024-01-01"}, "more than a year"),
            "tax": (
                {"kind": "hotel", "amount": 1, "invoice_to_us": True, "tax_percent": 3.21},
                "no purchase tax",
            ),
            "currency": ({"kind": "motorway", "amount": 1, "currency": "XXX"}, "no exchange rate"),
            "country": ({"kind": "motorway", "amount": 1, "country": "??"}, "is no country"),
            "payment": (
                {"kind": "motorway", "amount": 1, "payment_mode": "gold"},
                "you or the company has paid",
            ),
            "key": ({"kind": "motorway", "amount": 1, "state": "approved"}, "cannot have: state"),
            "no distance": ({"kind": "own_car"}, "how many kilometres"),
            "far": ({"kind": "own_car", "distance_km": 1e6}, "how many kilometres"),
            "nothing": ({"kind": "motorway"}, "Write the amount"),
            "no dict": ([], "names and values"),
        }
        mine = self.intervention.with_user(self.user_technician)
        for name, (values, sentence) in cases.items():
            with (
                self.subTest(name),
                self.env.cr.savepoint(),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                mine.add_expense(values=values)
        self.assertFalse(self.intervention.expense_ids)
        self.assertFalse(self.intervention.work_line_ids)

    def test_an_empty_receipt_is_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, "receipt.jpg is empty"):
            self._add(
                self.intervention,
                kind="motorway",
                amount=1,
                files=[{"name": "receipt.jpg", "data": ""}],
            )
        self.assertFalse(self.intervention.expense_ids)

    def test_closed_interventions_take_no_expense(self):
        self.intervention.action_cancel()
        with self.assertRaisesRegex(UserError, "is closed"):
            self._add(self.intervention, kind="motorway", amount=1)
        with self.assertRaisesRegex(UserError, "is cancelled"):
            self.env["hr.expense"].create(
                {
                    "name": "Toll",
                    "employee_id": self.technician.id,
                    "intervention_id": self.intervention.id,
                    "product_id": self.categories["motorway"].id,
                    "total_amount_currency": 1,
                }
            )

    def test_a_photo_comes_first_and_the_amount_later(self):
        expense = self._add(
            self.intervention, kind="motorway", files=[{"name": "t.jpg", "data": picture()}]
        )
        self.assertEqual(expense.work_line_ids.billing_state, "blocked")
        expense.total_amount_currency = 8
        self.assertEqual(expense.work_line_ids.amount_invoice, 8)

    def test_what_is_odd_is_said(self):
        mine = self.intervention.with_user(self.user_technician)
        photo = [{"name": "t.jpg", "data": picture()}]

        def warnings(with_photo=True, **values):
            values = {"kind": "motorway", "amount": 10, "date": str(MONDAY), **values}
            files = photo if with_photo else None
            return " ".join(mine.add_expense(values=values, files=files)["warnings"])

        self.assertEqual(warnings(), "")
        photo = [{"name": "u.jpg", "data": picture("blue")}]
        self.assertIn("receipt is still missing", warnings(with_photo=False, amount=3))
        self.assertIn("like this one", warnings())
        self.assertIn("Not traceable", warnings(kind="restaurant", amount=12))
        self.assertIn("more than usual", warnings(kind="parking", amount=60))
        self.mileage_rate.active = False
        self.assertIn("no rate per kilometre", warnings(kind="own_car", distance_km=5))

    def test_two_technicians_with_one_hotel_bill_are_told(self):
        self.intervention.technician_ids |= self.colleague
        self._add(self.intervention, kind="hotel", amount=90)
        added = self.intervention.with_user(self.user_colleague).add_expense(
            values={"kind": "hotel", "amount": 90, "date": str(MONDAY)}
        )
        self.assertIn("like this one", " ".join(added["warnings"]))

    def test_kilometres_recorded_as_work_are_noticed(self):
        self._record(self.intervention, {"kind": "mileage", "date": str(MONDAY), "quantity": 20})
        added = self.intervention.with_user(self.user_technician).add_expense(
            values={"kind": "own_car", "distance_km": 20, "date": str(MONDAY)}
        )
        self.assertIn("already recorded", " ".join(added["warnings"]))

    def test_kilometres_are_paid_at_the_rate_of_their_day_and_person(self):
        rates = self.env["expense.mileage.rate"]
        self.mileage_rate.date_to = "2026-06-30"
        rates.create({"name": "Car 2026", "price": 0.45, "date_from": "2026-07-01"})
        rates.create(
            {
                "name": "Own van",
                "price": 0.6123,
                "date_from": "2026-01-01",
                "employee_id": self.colleague.id,
            }
        )
        self.intervention.technician_ids |= self.colleague
        summer = self._add(self.intervention, kind="own_car", distance_km=100, date="2026-06-30")
        autumn = self._add(self.intervention, kind="own_car", distance_km=100)
        other = self._add(
            self.intervention, user=self.user_colleague, kind="own_car", distance_km=1000
        )
        self.assertEqual(
            [summer.total_amount, autumn.total_amount, other.total_amount], [42.0, 45.0, 612.3]
        )
        self.assertEqual(autumn.work_line_ids.amount_invoice, 60.0)
        with self.assertRaisesRegex(ValidationError, "somebody else's"):
            autumn.mileage_rate_id = other.mileage_rate_id

    def test_the_price_of_a_category_does_not_touch_kilometres(self):
        expense = self._add(self.intervention, kind="own_car", distance_km=100)
        for cost in (2.0, 0.0):
            self.categories["own_car"].standard_price = cost
            self.assertRecordValues(expense, [{"quantity": 100.0, "total_amount": 42.0}])

    def test_drafts_get_the_rate_that_comes_later(self):
        self.mileage_rate.active = False
        expense = self._add(self.intervention, kind="own_car", distance_km=100)
        self.assertEqual(expense.total_amount, 0)
        rate = self.env["expense.mileage.rate"].create(
            {"name": "Car", "price": 0.5, "date_from": "2026-01-01"}
        )
        self.assertEqual(expense.total_amount, 50)
        rate.price = 0.4
        self.assertEqual(expense.total_amount, 40)
        expense.with_user(self.user_technician).action_submit()
        with self.assertRaisesRegex(UserError, "Let it end"):
            rate.price = 0.3

    def test_nobody_approves_by_handing_in(self):
        expense = self._add(self.intervention, kind="motorway", amount=10)
        self.assertEqual(expense.state, "submitted")

    def test_the_dispatcher_is_asked_to_approve_else_whoever_may(self):
        expense = self._add(self.intervention, kind="motorway", amount=10)
        self.assertNotIn(expense.manager_id, (self.user_technician, self.env["res.users"]))
        self.assertEqual(expense.activity_ids.user_id, expense.manager_id)
        self.user_dispatcher.group_ids += self.env.ref("hr_expense.group_hr_expense_team_approver")
        other = self._add(self.intervention, kind="motorway", amount=11)
        self.assertEqual(other.manager_id, self.user_dispatcher)

    def test_who_spends_does_not_decide_how_it_is_paid_back(self):
        expense = self._add(self.intervention, kind="motorway", amount=10)
        with self.assertRaises(AccessError):
            expense.with_user(self.user_technician).settlement = "own_bill"
        expense.with_user(self.user_approver).settlement = "own_bill"
        self.assertEqual(expense.settlement, "own_bill")

    def test_closing_says_which_expenses_are_missing(self):
        photo = [{"name": "t.jpg", "data": picture()}]
        expense = self._add(self.intervention, kind="motorway", description="A4 toll", files=photo)
        self._sign(self.intervention)
        mine = self.intervention.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, "not handed in: A4 toll"):
            mine.action_done(cause="Worn", solution="Changed")
        expense.total_amount_currency = 10
        expense.with_user(self.user_technician).action_submit()
        mine.action_done(cause="Worn", solution="Changed")
        self.assertEqual(self.intervention.state, "done")

    def test_a_receipt_may_turn_up_after_the_work_is_done(self):
        self._sign_some_work()
        self.intervention.action_done(cause="Worn", solution="Changed")
        late = self._add(self.intervention, kind="parking", amount=4)
        self.assertEqual(late.work_line_ids.billing_state, "blocked")
        self.assertEqual(self._invoice(self._sign(self.intervention)).amount_untaxed, 4)

    def test_an_expense_of_invoiced_work_is_kept_and_says_so(self):
        self._add(self.intervention, kind="motorway", amount=10)
        self._invoice(self._sign(self.intervention))
        late = self._add(
            self.intervention,
            kind="parking",
            amount=4,
            files=[{"name": "late.jpg", "data": picture()}],
        )
        self.assertIn("has been invoiced already", late.warning_text)
        self.assertEqual((late.state, late.nb_attachment), ("submitted", 1))

    def _sign_some_work(self):
        self._add(self.intervention, kind="motorway", amount=10)
        self._sign(self.intervention)

    def test_the_dialog_captures_with_kind_amount_and_photo(self):
        receipt = (
            self.env["ir.attachment"]
            .with_user(self.user_technician)
            .create({"name": "meal.jpg", "datas": picture()})
        )
        dialog = (
            self.env["service.intervention.add.expense"]
            .with_user(self.user_technician)
            .create(
                {
                    "intervention_id": self.intervention.id,
                    "kind_id": self.kinds["restaurant"].id,
                    "amount": 38,
                    "paid_with": "cash",
                    "attachment_ids": [Command.set(receipt.ids)],
                }
            )
        )
        told = dialog.action_confirm()
        self.assertEqual(told["tag"], "display_notification")
        self.assertRecordValues(
            self.intervention.expense_ids,
            [
                {
                    "kind_id": self.kinds["restaurant"].id,
                    "total_amount": 38.0,
                    "payment_mode": "own_account",
                    "payment_traceable": "no",
                    "nb_attachment": 1,
                    "employee_id": self.technician.id,
                }
            ],
        )

    def test_an_expense_made_in_odoos_form_is_charged_too(self):
        expense = (
            self.env["hr.expense"]
            .with_user(self.user_technician)
            .create(
                {
                    "name": "Toll",
                    "employee_id": self.technician.id,
                    "intervention_id": self.intervention.id,
                    "product_id": self.categories["motorway"].id,
                    "total_amount_currency": 12,
                }
            )
        )
        self.assertEqual(expense.sudo().work_line_ids.amount_invoice, 12)

    def test_an_expense_without_intervention_is_odoos(self):
        expense = self.env["hr.expense"].create(
            {
                "name": "Stamps",
                "employee_id": self.technician.id,
                "product_id": self.categories["other"].id,
                "total_amount_currency": 12,
            }
        )
        self.assertFalse(expense.work_line_ids)
        self.assertFalse(expense.analytic_distribution)
