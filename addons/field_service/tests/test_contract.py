from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestContract(FieldServiceCommon):
    def _create_contract(self, **values):
        contract = self.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                **values,
            }
        )
        contract.action_open()
        return contract

    def _find(self, equipment=None, site=None, day=MONDAY):
        contracts = self.env["service.contract"]._get_open(self.contact, self.company)
        return contracts._choose(
            self.contact,
            site or self.site,
            self.equipment if equipment is None else equipment,
            day,
            self.company,
        )

    def test_the_most_particular_contract_holds(self):
        general = self._create_contract()
        self.assertEqual(self._find(), general)
        of_site = self._create_contract(site_ids=[(6, 0, self.site.ids)])
        self.assertEqual(self._find(), of_site)
        of_machine = self._create_contract(equipment_ids=[(6, 0, self.equipment.ids)])
        self.assertEqual(self._find(), of_machine)

    def test_a_contract_about_something_else_does_not_hold(self):
        other = self.equipment.copy({"name": "Other", "serial_number": "X"})
        self._create_contract(equipment_ids=[(6, 0, other.ids)])
        self.assertFalse(self._find())

    def test_drafts_and_ended_contracts_hold_nothing(self):
        contract = self._create_contract(date_end="2026-11-08")
        self.assertFalse(self._find())
        contract.date_end = "2026-11-09"
        self.assertEqual(self._find(), contract)
        contract.action_close()
        self.assertFalse(self._find())

    def test_a_contract_that_has_been_ended_pays_no_more_work(self):
        contract = self._create_contract()
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        labour = {"kind": "labour", "start": at(8), "stop": at(9)}
        self.assertIn("contract", self._record(intervention, labour).mapped("coverage"))
        contract.action_close()
        later = self._record(intervention, {**labour, "start": at(9), "stop": at(10)})
        self.assertEqual(later.mapped("coverage"), ["out_of_warranty"])

    def test_a_night_past_the_last_day_is_paid_by_the_contract_until_midnight(self):
        contract = self._create_contract(date_end=str(MONDAY))
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        tuesday = MONDAY + timedelta(days=1)
        lines = self._record(
            intervention, {"kind": "labour", "start": at(21), "stop": at(1, 0, tuesday)}
        ).filtered(lambda line: line.kind == "labour")
        covered = lines.filtered(lambda line: line.coverage == "contract")
        self.assertEqual(set(covered.mapped("date")), {MONDAY})
        self.assertEqual(sum(covered.mapped("quantity")), 2.0)
        later = lines - covered
        self.assertEqual(set(later.mapped("date")), {tuesday})
        self.assertEqual(sum(later.mapped("quantity")), 2.0)

    def test_a_contract_is_about_the_customers_own_things(self):
        foreign = self.env["service.equipment"].create(
            {"name": "Boiler", "partner_id": self.other_customer.id}
        )
        with self.assertRaisesRegex(ValidationError, "of Monte"):
            self._create_contract(equipment_ids=[(6, 0, foreign.ids)])

    def test_due_fees_become_drafts_each_period_once(self):
        contract = self._create_contract(fee_amount=300, fee_period="quarter")
        accountant = contract.with_user(self.user_accountant)
        made = accountant.create_fee_invoices(until="2026-02-01")
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("draft", 300))
        self.assertIn("01/01/2026", invoice.invoice_line_ids.name)
        self.assertEqual(str(contract.next_fee_date), "2026-04-01")
        self.assertFalse(accountant.create_fee_invoices(until="2026-02-01")["invoice_ids"])

    def test_a_fee_due_on_the_31st_falls_on_the_last_day_of_short_months(self):
        contract = self._create_contract(fee_amount=10, fee_period="month", date_start="2026-01-31")
        contract._advance_fee_date()
        self.assertEqual(str(contract.next_fee_date), "2026-02-28")
        contract._advance_fee_date()
        self.assertEqual(str(contract.next_fee_date), "2026-03-31")

    def test_no_fee_after_the_end(self):
        contract = self._create_contract(fee_amount=10, fee_period="year", date_end="2026-12-31")
        contract._advance_fee_date()
        self.assertFalse(contract.next_fee_date)

    def test_a_contract_in_force_is_ended_not_deleted(self):
        with self.assertRaisesRegex(UserError, "End this one"):
            self._create_contract().unlink()

    def test_the_warranty_ends_on_its_last_day(self):
        term = self.env["service.warranty.term"].create({"name": "1 year", "months": 12})
        self.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-15"})
        self.assertEqual(str(self.equipment.warranty_end_date), "2027-01-14")
