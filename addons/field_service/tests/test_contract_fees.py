import doctest
import random
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .. import fees
from .common import FieldServiceCommon, at


@tagged("post_install", "-at_install")
@freeze_time("2026-11-27")
class TestContractFees(FieldServiceCommon, AccountTestInvoicingCommon):
    """Fees by period, their index and parts, and hours that are bought on top."""

    def _contract(self, **values):
        contract = self.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 1200.0,
                "fee_period": "month",
                **values,
            }
        )
        contract.action_open()
        return contract

    def _invoice_fee(self, contract, until):
        made = contract.with_user(self.user_accountant).create_fee_invoices(until=until)
        return self.env["account.move"].browse(made["invoice_ids"])

    def _end(self, contract, day):
        return contract.with_user(self.user_accountant).end_contract(date=day)

    def _top_up(self, contract, hours=10, price=450.0, **values):
        return contract.with_user(self.user_accountant).top_up(hours=hours, price=price, **values)

    def _lapse(self, day):
        # The job has an environment of its own.
        self.env.flush_all()
        with freeze_time(f"{day} 09:00:00"), self.enter_registry_test_mode():
            self.env.ref("field_service.service_contract_top_up_cron_lapse").method_direct_trigger()
        self.env.invalidate_all()

    def test_technicians_read_a_contract_and_no_fee(self):
        contract = self._contract(fee_period="year")
        self._invoice_fee(contract, "2026-01-01").action_post()
        self.assertTrue(self._end(contract, "2026-06-30")["credited"])
        mine = contract.with_user(self.user_technician)
        self.assertEqual(mine.read(["name"])[0]["name"], "Maintenance")
        with self.assertRaises(AccessError):
            mine.read(["fee_amount"])
        said = "".join(str(message.body) for message in mine.message_ids)
        self.assertNotIn("1,200", said)
        self.assertNotIn("604", said)

    # === TAXES === #

    def _taxes_and_positions(self):
        """Taxes that are in the price or on top of it, and positions that map them to each other or
        to none.
        """
        taxes = self.env["account.tax"]
        for rate, place in ((22, "tax_included"), (10, "tax_excluded"), (4, "tax_included")):
            taxes |= self.tax_sale_a.copy(
                {"name": f"{rate} {place}", "amount": rate, "price_include_override": place}
            )
        positions = self.env["account.fiscal.position"].create(
            [{"name": "As it is"}, *({"name": f"To {tax.name}"} for tax in taxes)]
        )
        for tax, position in zip(taxes, positions[1:], strict=True):
            tax.write(
                {
                    "fiscal_position_ids": [Command.link(position.id)],
                    "original_tax_ids": [Command.set((taxes - tax).ids)],
                }
            )
        return taxes, positions

    def test_fees_are_before_tax_whatever_the_tax_and_the_fiscal_position(self):
        chance = random.Random(20261128)
        taxes, positions = self._taxes_and_positions()
        product = self.env.ref("field_service.product_contract_fee")
        seen = set()
        for turn in range(40):
            product.taxes_id = chance.choice(taxes)
            rounding = chance.choice(["round_globally", "round_per_line"])
            self.company.tax_calculation_rounding_method = rounding
            position = chance.choice(positions)
            contracts = self.env["service.contract"]
            for _number in range(chance.choice([1, 1, 3])):
                contracts |= self._contract(
                    fee_amount=chance.randint(1, 300000) / 100,
                    date_start=date(2026, 1, chance.randint(1, 28)),
                    fee_by_calendar=chance.random() < 0.5,
                    fiscal_position_id=position.id,
                )
                if chance.random() < 0.5:
                    contracts[-1].apply_index(chance.uniform(-90, 90), date="2026-01-01")
            with self.subTest(turn=turn, tax=product.taxes_id.name, position=position.name):
                # Several on one invoice, as in a summary per customer.
                bill = self.env["account.move"]._create_from_work(
                    self.env["service.work.line"], contracts, "kind"
                )
                fees = contracts.fee_ids
                self.assertEqual(len(fees), len(contracts))
                self.assertEqual(
                    sorted(bill.invoice_line_ids.mapped("price_subtotal")),
                    sorted(fees.mapped("amount")),
                )
                self.assertAlmostEqual(bill.amount_untaxed, sum(fees.mapped("amount")), 2)
                seen.add(bill.invoice_line_ids.tax_ids)
                if len(contracts) == 1:
                    self._end_and_compare(contracts, bill, posted=chance.random() < 0.5)
        self.assertEqual(len(seen), 4)

    def _end_and_compare(self, contract, bill, posted):
        """What is left on the draft, or what is credited, is the part of the fee, before tax."""
        whole = bill.amount_untaxed
        day = contract.date_start
        if posted:
            bill.action_post()
        ended = self._end(contract, day)
        kept = round(whole - ended["credited"], 2)
        if posted and ended["credit_ids"]:
            credit = self.env["account.move"].browse(ended["credit_ids"])
            self.assertAlmostEqual(credit.amount_untaxed, ended["credited"], 2)
        elif kept and not posted:
            self.assertAlmostEqual(bill.amount_untaxed, kept, 2)

    def test_hours_on_top_are_before_tax_too(self):
        taxes, positions = self._taxes_and_positions()
        self.env.ref("field_service.product_hours").taxes_id = taxes[0]
        for position in positions:
            contract = self._contract(has_hours_bank=True, fiscal_position_id=position.id)
            made = self._top_up(contract, price=99.99)
            bill = self.env["account.move"].browse(made["invoice_ids"])
            self.assertEqual(bill.amount_untaxed, 99.99)

    # === PERIODS === #

    def test_the_rules_of_fees_hold_as_their_examples_say(self):
        self.assertEqual(doctest.testmod(fees).failed, 0)

    def test_by_calendar_the_first_period_is_charged_by_days(self):
        contract = self._contract(date_start="2026-01-12", fee_by_calendar=True, fee_amount=310.0)
        first = self._invoice_fee(contract, "2026-01-31")
        self.assertEqual(first.amount_untaxed, 200.0)
        self.assertIn("01/12/2026 to 01/31/2026", first.invoice_line_ids.name)
        self.assertEqual(str(contract.next_fee_date), "2026-02-01")
        self.assertEqual(self._invoice_fee(contract, "2026-02-01").amount_untaxed, 310.0)

    def test_quarters_by_calendar_begin_in_january(self):
        contract = self._contract(
            date_start="2026-03-01", fee_by_calendar=True, fee_period="quarter", fee_amount=900.0
        )
        self.assertEqual(self._invoice_fee(contract, "2026-03-01").amount_untaxed, 310.0)
        self.assertEqual(str(contract.next_fee_date), "2026-04-01")

    def test_the_last_period_ends_with_the_contract(self):
        contract = self._contract(date_start="2026-01-12", date_end="2026-02-21", fee_amount=310.0)
        self.assertEqual(self._invoice_fee(contract, "2026-01-12").amount_untaxed, 310.0)
        # 12 to 21 February, of 12 February to 11 March.
        self.assertEqual(self._invoice_fee(contract, "2026-02-12").amount_untaxed, 110.71)
        self.assertFalse(contract.next_fee_date)

    def test_a_contract_that_is_renewed_pays_the_whole_period(self):
        contract = self._contract(
            date_start="2026-11-12", date_end="2026-11-30", renewal="tacit", fee_amount=310.0
        )
        self.assertEqual(self._invoice_fee(contract, "2026-11-27").amount_untaxed, 310.0)

    def test_fees_of_a_contract_leave_out_no_day_and_count_none_twice(self):
        chance = random.Random(3)
        for _turn in range(12):
            start = date(2026, chance.randint(1, 6), chance.randint(1, 28))
            contract = self._contract(
                date_start=start,
                date_end=date(2027, chance.randint(1, 6), chance.randint(1, 28)),
                fee_period=chance.choice(["month", "quarter", "half_year", "year"]),
                fee_by_calendar=chance.random() < 0.5,
            )
            while contract.next_fee_date:
                self._invoice_fee(contract, "2027-12-31")
            stretches = contract.fee_ids.sorted("date_from")
            self.assertEqual(stretches[0].date_from, contract.date_start)
            self.assertEqual(stretches[-1].date_to, contract.date_end)
            for before, after in zip(stretches, stretches[1:], strict=False):
                self.assertEqual((after.date_from - before.date_to).days, 1)

    def test_a_cancelled_fee_is_due_again_and_only_that_one(self):
        contract = self._contract()
        january = self._invoice_fee(contract, "2026-01-31")
        self._invoice_fee(contract, "2026-02-28")
        january.button_cancel()
        self.assertEqual(str(contract.next_fee_date), "2026-01-01")
        self._invoice_fee(contract, "2026-02-28")
        self.assertEqual(str(contract.next_fee_date), "2026-03-01")
        self.assertEqual(len(contract.fee_ids), 2)

    def test_a_fee_and_hours_do_not_come_back_beside_the_invoice_that_bills_them_anew(self):
        contract = self._contract(has_hours_bank=True)
        fee = self._invoice_fee(contract, "2026-01-31")
        top_up = contract.top_up_ids.browse(self._top_up(contract)["top_up_id"])
        hours = top_up.invoice_id
        fee.button_cancel()
        hours.invoice_date = "2026-11-27"
        hours.action_post()
        self._credit(hours).action_post()
        self.assertFalse(top_up.invoice_id)
        self._invoice_fee(contract, "2026-01-31")
        top_up.with_user(self.user_accountant).action_create_invoice()
        for undo in (fee.button_draft, hours.button_draft, hours.reversal_move_ids.button_draft):
            with self.assertRaisesRegex(UserError, "can be billed anew"):
                undo()
        self.assertEqual(contract.fee_ids.invoice_id.state, "draft")
        self.assertEqual(top_up.invoice_id.state, "draft")

    def test_days_that_an_end_gives_back_are_not_due_again(self):
        contract = self._contract(fee_period="year")
        fee = self._invoice_fee(contract, "2026-01-01")
        fee.action_post()
        # All of it: the contract ends on its first day, but for a day.
        credit = self.env["account.move"].browse(self._end(contract, "2026-01-01")["credit_ids"])
        credit.invoice_line_ids.price_unit = 1200.0
        credit.action_post()
        self.assertFalse(contract.next_fee_date)
        self.assertEqual(contract.fee_ids.invoice_id, fee)

    def test_a_renewal_by_calendar_goes_on_after_what_is_invoiced(self):
        contract = self._contract(
            date_start="2026-02-15",
            date_end="2027-02-14",
            renewal="tacit",
            fee_by_calendar=True,
            fee_period="quarter",
            fee_amount=300.0,
        )
        while contract.next_fee_date and contract.next_fee_date < date(2027, 4, 1):
            self._invoice_fee(contract, "2027-01-01")
        self.assertEqual(max(contract.fee_ids.mapped("date_to")), date(2027, 3, 31))
        with freeze_time("2027-02-15"):
            contract._renew()
        self.assertEqual(str(contract.next_fee_date), "2027-04-01")
        self._invoice_fee(contract, "2027-04-01")

    def test_an_invoice_that_is_written_anew_bills_its_fee_and_hours_once(self):
        contract = self._contract(has_hours_bank=True)
        fee = self._invoice_fee(contract, "2026-01-31")
        hours = self.env["account.move"].browse(self._top_up(contract)["invoice_ids"])
        for invoice in (fee, hours):
            invoice.invoice_date = "2026-11-27"
            invoice.action_post()
        anew = self._write_anew(fee | hours)
        self.assertEqual(contract.fee_ids.invoice_id | contract.top_up_ids.invoice_id, anew)
        self.assertEqual(str(contract.next_fee_date), "2026-02-01")
        anew.button_cancel()
        self.assertEqual(str(contract.next_fee_date), "2026-01-01")
        self.assertFalse(contract.top_up_ids.invoice_id)

    # === INDEX === #

    def test_an_index_raises_the_fee_and_its_history_stays(self):
        contract = self._contract(next_fee_date="2026-12-01")
        raised = contract.with_user(self.user_dispatcher).apply_index(
            percent=1.7, date="2026-12-01", note="FOI October"
        )
        self.assertEqual(raised, {"fee_amount": 1220.4})
        self.assertRecordValues(
            contract.index_ids,
            [{"fee_before": 1200.0, "fee_after": 1220.4, "note": "FOI October"}],
        )

    def test_an_index_that_takes_all_is_refused(self):
        contract = self._contract(next_fee_date="2026-12-01")
        for percent in (-200, -100, 1001, "2", True):
            with self.subTest(percent=percent), self.assertRaises(ValidationError):
                contract.apply_index(percent=percent)

    def test_fees_of_the_time_before_come_first(self):
        with self.assertRaisesRegex(UserError, "invoice it first"):
            self._contract().apply_index(percent=2)

    def test_a_renewal_by_index_stands_in_the_history(self):
        contract = self._contract(
            date_end="2026-11-26", renewal="tacit", index_percent=2.0, next_fee_date="2026-12-01"
        )
        contract._renew()
        self.assertEqual((contract.fee_amount, contract.index_ids.percent), (1224.0, 2.0))

    def test_the_dialog_shows_the_new_fee(self):
        contract = self._contract(next_fee_date="2026-12-01", index_percent=1.7)
        dialog = Form(
            self.env["service.contract.raise"]
            .with_user(self.user_dispatcher)
            .with_context(default_contract_id=contract.id)
        )
        self.assertEqual((dialog.percent, dialog.fee_after), (1.7, 1220.4))
        dialog.save().action_confirm()
        self.assertEqual(contract.fee_amount, 1220.4)

    # === END === #

    def test_an_end_that_has_passed_credits_posted_fees(self):
        contract = self._contract(fee_period="quarter", fee_amount=920.0)
        contract.next_fee_date = "2026-10-01"
        invoice = self._invoice_fee(contract, "2026-10-01")
        invoice.invoice_date = "2026-10-01"
        invoice.action_post()
        ended = self._end(contract, "2026-10-31")
        self.assertEqual(ended["credited"], 610.0)
        self.assertIn("610.00", ended["message"])
        credit = self.env["account.move"].browse(ended["credit_ids"])
        self.assertEqual(
            (credit.move_type, credit.state, credit.amount_untaxed), ("out_refund", "draft", 610.0)
        )
        self.assertEqual(credit.reversed_entry_id, invoice)
        self.assertIn("11/01/2026 to 12/31/2026", credit.invoice_line_ids.name)
        self.assertEqual((contract.state, str(contract.date_end)), ("closed", "2026-10-31"))
        self.assertEqual(contract.fee_ids.credited_amount, 610.0)
        credit.unlink()
        self.assertEqual(contract.fee_ids.credited_amount, 0)

    def test_an_end_that_has_passed_reduces_drafts(self):
        contract = self._contract(fee_period="quarter", fee_amount=920.0)
        contract.next_fee_date = "2026-10-01"
        invoice = self._invoice_fee(contract, "2026-10-01")
        ended = self._end(contract, "2026-10-31")
        self.assertEqual((ended["credited"], ended["credit_ids"]), (610.0, []))
        self.assertEqual(invoice.amount_untaxed, 310.0)

    def test_a_second_end_asks_for_the_credit_note_of_the_first_to_go(self):
        contract = self._contract(fee_period="year", fee_amount=3650.0)
        invoice = self._invoice_fee(contract, "2026-01-01")
        invoice.invoice_date = "2026-01-01"
        invoice.action_post()
        ended = self._end(contract, "2026-12-21")
        self.assertEqual(ended["credited"], 100.0)
        for day in ("2026-12-11", "2026-12-31"):
            with self.assertRaisesRegex(UserError, "credit note first"):
                self._end(contract, day)
        self.env["account.move"].browse(ended["credit_ids"]).unlink()
        self.assertEqual(self._end(contract, "2026-12-11")["credited"], 200.0)

    def test_a_fee_that_an_ended_contract_loses_is_told(self):
        contract = self._contract(user_id=self.user_dispatcher.id)
        invoice = self._invoice_fee(contract, "2026-01-01")
        contract.action_close()
        invoice.button_cancel()
        fee = contract.fee_ids
        self.assertFalse(fee.invoice_id)
        self.assertEqual(contract.activity_ids.user_id, self.user_dispatcher)
        self.assertIn("from 01/01/2026 to 01/31/2026", contract.activity_ids.note)
        self.assertIn("on no invoice any more", contract.message_ids[0].body)
        with self.assertRaises(AccessError):
            fee.with_user(self.user_dispatcher).create_invoice()
        again = fee.with_user(self.user_accountant).create_invoice()
        self.assertEqual((again.state, again.amount_untaxed), ("draft", 1200.0))
        self.assertIn("01/01/2026 to 01/31/2026", again.invoice_line_ids.name)
        with self.assertRaisesRegex(UserError, "already"):
            fee.with_user(self.user_accountant).create_invoice()
        again.unlink()
        self.assertFalse(fee.invoice_id)

    def test_notice_that_is_withdrawn_leaves_no_day_unbilled(self):
        for by_calendar in (True, False):
            with self.subTest(by_calendar=by_calendar):
                contract = self._contract(
                    date_start="2026-10-12",
                    date_end="2027-02-20",
                    renewal="tacit",
                    fee_by_calendar=by_calendar,
                    fee_amount=310.0,
                )
                contract.action_give_notice()
                while contract.next_fee_date:
                    self._invoice_fee(contract, "2027-03-31")
                self.assertEqual(str(max(contract.fee_ids.mapped("date_to"))), "2027-02-20")
                contract.action_withdraw_notice()
                self.assertEqual(str(contract.next_fee_date), "2027-02-21")
                cut = contract.fee_ids.sorted("date_to")[-1]
                rest = self._invoice_fee(contract, "2027-02-28")
                self.assertAlmostEqual(cut.amount + rest.amount_untaxed, 310.0, 2)
                with freeze_time("2027-02-21"):
                    contract._renew()
                self._invoice_fee(contract, "2027-03-31")
                # What was before is cancelled: only its own days are due again.
                cut.invoice_id.button_cancel()
                self.assertEqual(
                    str(contract.next_fee_date), "2027-02-01" if by_calendar else "2027-02-12"
                )
                again = self._invoice_fee(contract, "2027-03-31")
                self.assertAlmostEqual(again.amount_untaxed + rest.amount_untaxed, 310.0, 2)
                stretches = contract.fee_ids.sorted("date_from")
                for before, after in zip(stretches, stretches[1:], strict=False):
                    self.assertEqual((after.date_from - before.date_to).days, 1)

    def test_an_end_tells_of_fees_that_are_older_than_their_list(self):
        contract = self._contract(fee_period="year")
        # As fees were invoiced before each left a row.
        contract.next_fee_date = "2027-01-01"
        ended = self._end(contract, "2026-12-10")
        self.assertIn("from 12/11/2026 to 12/31/2026 may be on invoices", ended["message"])
        known = self._contract(fee_period="year")
        self._invoice_fee(known, "2026-01-01")
        self.assertNotIn("may be on", self._end(known, "2026-12-10")["message"])
        self.assertNotIn("may be on", self._end(self._contract(), "2026-12-10")["message"])

    def test_a_renewal_begins_with_the_hours_and_visits_of_a_term(self):
        contract = self._contract(
            date_end="2026-11-27",
            renewal="tacit",
            has_hours_bank=True,
            included_hours=10,
            included_visits=2,
        )
        self.assertEqual((contract.renewed_hours, contract.renewed_visits), (10, 2))
        self._top_up(contract, hours=4, price=0)
        self.assertEqual(contract.renewed_hours, 10)
        intervention = self._create_intervention(contract_id=contract.id)
        visit = self._plan(intervention)
        self._record(
            intervention,
            {"kind": "labour", "start": at(8), "stop": at(11)},
            user=self.user_dispatcher,
        )
        self.assertEqual((contract.remaining_hours, contract.remaining_visits), (11, 1))
        self.assertTrue(visit.counted_contract_id)
        contract._renew()
        # What is left of the old 10 hours lapses, the 4 that were bought stay.
        self.assertEqual((contract.remaining_hours, contract.remaining_visits), (14, 2))
        self.assertFalse(contract.top_up_ids.has_lapsed)

    def test_hours_bought_on_top_that_are_used_are_not_renewed(self):
        contract = self._contract(
            date_end="2026-11-27", renewal="tacit", has_hours_bank=True, included_hours=1
        )
        self._top_up(contract, hours=2, price=0)
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        self._record(
            intervention,
            {"kind": "labour", "start": at(8), "stop": at(11)},
            user=self.user_dispatcher,
        )
        self.assertEqual(contract.remaining_hours, 0)
        contract._renew()
        self.assertEqual(contract.remaining_hours, 1)
        contract.date_end = "2026-11-27"
        contract._renew()
        self.assertEqual(contract.remaining_hours, 1)

    def test_a_balance_that_is_not_renewed_stays_as_it_is(self):
        contract = self._contract(
            date_end="2026-11-27", renewal="tacit", has_hours_bank=True, included_hours=10
        )
        contract.renewed_hours = 0
        contract._renew()
        self.assertEqual(contract.remaining_hours, 10)

    def test_the_last_fee_of_an_ended_contract_is_still_invoiced(self):
        contract = self._contract(next_fee_date="2026-11-01", fee_amount=300.0)
        ended = self._end(contract, "2026-11-10")
        self.assertIn("still to be invoiced", ended["message"])
        self.assertEqual(self._invoice_fee(contract, "2026-11-27").amount_untaxed, 100.0)

    def test_a_contract_does_not_end_before_it_begins_nor_twice(self):
        contract = self._contract()
        for day in ("2025-12-31", None):
            with self.assertRaisesRegex(ValidationError, "cannot end before"):
                self._end(contract, day)
        contract.action_close()
        with self.assertRaisesRegex(UserError, "not in force"):
            self._end(contract, "2026-11-30")

    def test_whoever_makes_no_invoices_takes_no_fee_back(self):
        contract = self._contract()
        self._invoice_fee(contract, "2026-01-01")
        with self.assertRaisesRegex(AccessError, "accountants end"):
            contract.with_user(self.user_dispatcher).end_contract(date="2026-01-10")

    def test_the_dialog_says_what_is_taken_back(self):
        contract = self._contract(fee_amount=310.0)
        self._invoice_fee(contract, "2026-01-01")
        dialog = Form(
            self.env["service.contract.end"]
            .with_user(self.user_accountant)
            .with_context(default_contract_id=contract.id)
        )
        self.assertFalse(dialog.preview)
        dialog.date = "2026-01-11"
        self.assertIn("200.00", dialog.preview)

    # === TOP-UP === #

    def test_hours_on_top_are_there_at_once_and_invoiced(self):
        contract = self._contract(has_hours_bank=True, included_hours=2, fee_amount=0)
        made = self._top_up(contract, valid_until="2027-11-27")
        self.assertEqual(made["remaining_hours"], 12)
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("draft", 450.0))
        self.assertIn("top-up of 10 hours", invoice.invoice_line_ids.name)
        self.assertIn("11/27/2027", invoice.invoice_line_ids.name)

    def test_a_top_up_that_is_sent_twice_adds_its_hours_once(self):
        contract = self._contract(has_hours_bank=True)
        first = self._top_up(contract, request_uuid="top-up-1234")
        self.assertEqual(self._top_up(contract, request_uuid="top-up-1234"), first)
        self.assertEqual(contract.remaining_hours, 10)

    def test_hours_that_are_none_are_refused(self):
        contract = self._contract(has_hours_bank=True)
        for values in (
            {"hours": 0},
            {"hours": -1},
            {"hours": "5"},
            {"price": -1},
            {"valid_until": "2026-11-26"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._top_up(contract, **values)

    def test_what_is_left_of_a_top_up_lapses(self):
        contract = self._contract(has_hours_bank=True, included_hours=1)
        self._top_up(contract, hours=5, price=0, valid_until="2026-12-31")
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(10)})
        self.assertEqual(contract.remaining_hours, 4)
        self._lapse("2026-12-31")
        self.assertEqual(contract.remaining_hours, 4)
        self._lapse("2027-01-01")
        self.assertEqual((contract.remaining_hours, contract.top_up_ids.lapsed_hours), (0, 4))

    def test_hours_that_end_first_were_used_first(self):
        contract = self._contract(has_hours_bank=True)
        self._top_up(contract, price=0, valid_until="2026-12-15")
        self._top_up(contract, price=0, valid_until="2027-06-30")
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(18)})
        self.assertEqual(contract.remaining_hours, 10)
        self._lapse("2026-12-16")
        self.assertEqual(contract.remaining_hours, 10)
        self._lapse("2027-07-01")
        self.assertEqual(contract.remaining_hours, 0)

    def test_a_top_up_is_taken_back_when_its_invoice_is_cancelled(self):
        contract = self._contract(has_hours_bank=True)
        made = self._top_up(contract)
        top_up = contract.top_up_ids.with_user(self.user_accountant)
        with self.assertRaisesRegex(UserError, "Cancel the invoice first"):
            top_up.action_take_back()
        self.env["account.move"].browse(made["invoice_ids"]).button_cancel()
        top_up.action_create_invoice()
        top_up.invoice_id.button_cancel()
        top_up.action_take_back()
        self.assertEqual(contract.remaining_hours, 0)
        self.assertFalse(contract.top_up_ids)

    def test_used_hours_are_not_taken_back(self):
        contract = self._contract(has_hours_bank=True)
        self._top_up(contract, hours=2, price=0)
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        with self.assertRaisesRegex(UserError, "used already"):
            contract.top_up_ids.with_user(self.user_accountant).action_take_back()

    # === WHO MAY === #

    def test_only_accountants_top_up(self):
        contract = self._contract(has_hours_bank=True)
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                contract.with_user(user).top_up(hours=1)

    def test_fees_and_their_history_are_for_the_office_of_the_company(self):
        contract = self._contract(next_fee_date="2026-12-01")
        contract.apply_index(percent=1)
        other = self.env["res.company"].create({"name": "Other firm"})
        stranger = self._user("stranger_t", "field_service.field_service_group_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for model in ("service.contract.fee", "service.contract.index", "service.contract.top.up"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_technician).search([])
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_manager).create({"contract_id": contract.id})
        seen = (
            contract.index_ids.with_user(stranger)
            .with_context(allowed_company_ids=other.ids)
            .search([])
        )
        self.assertFalse(seen)
