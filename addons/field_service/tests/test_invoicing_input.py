from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import FieldServiceCommon, picture


@tagged("post_install", "-at_install")
class TestInvoicingInput(FieldServiceCommon, AccountTestInvoicingCommon):
    """What can be wrong with what is invoiced: a sentence, nothing half done, nothing twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls._sign(cls._story_one())

    @classmethod
    def _sign(cls, intervention):
        made = intervention.with_user(cls.user_technician).make_report()
        report = cls.env["service.report"].browse(made["report_id"])
        report.with_user(cls.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    def _invoice(self, reports=None):
        made = (reports or self.report).with_user(self.user_accountant).create_invoices()
        return self.env["account.move"].browse(made["invoice_ids"])

    def _contract(self, **values):
        contract = self.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": self.customer.id,
                "fee_amount": 90,
                "fee_period": "month",
                **values,
            }
        )
        contract.action_open()
        return contract

    def _fees(self, contract, until):
        made = contract.with_user(self.user_accountant).create_fee_invoices(until=until)
        return self.env["account.move"].browse(made["invoice_ids"])

    def test_a_report_of_another_company_is_refused_with_all_of_them(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        foreign = self.report.copy({"number": ""})
        foreign.intervention_id = self.env["service.intervention"].create(
            {
                "name": "Theirs",
                "partner_id": self.customer.id,
                "company_id": other.id,
            }
        )
        with self.assertRaises(AccessError):
            self._invoice(self.report | foreign)
        self.assertEqual(self.report.billing_state, "to_bill")

    def test_a_payer_of_another_currency_is_invoiced_in_the_companys(self):
        chf = self.setup_other_currency("CHF", rates=[("2026-11-01", 2.0)])
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Swiss", "currency_id": chf.id}
        )
        invoice = self._invoice()
        self.assertEqual(invoice.currency_id, self.company.currency_id)
        self.assertEqual(invoice.amount_untaxed, 349.40)

    def test_a_fiscal_position_that_maps_to_nothing_leaves_no_tax_and_the_amount(self):
        position = self.env["account.fiscal.position"].create({"name": "Out of scope"})
        self.env["account.tax"].create(
            {
                "name": "Nothing",
                "amount": 0,
                "type_tax_use": "sale",
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [
                    Command.set(self.report.work_line_ids.product_id.taxes_id.ids)
                ],
            }
        )
        self.report.intervention_id.fiscal_position_id = position
        invoice = self._invoice()
        self.assertEqual((invoice.amount_tax, invoice.amount_untaxed), (0, 349.40))

    def test_a_payer_without_vat_number_or_address_gets_a_draft(self):
        """Whether the exchange system would take it is asked when it is sent, not before."""
        self.customer.write({"vat": False, "street": False, "country_id": False})
        self.assertEqual(self._invoice().state, "draft")

    def test_an_invoice_posted_by_hand_meanwhile_bills_nothing_twice(self):
        invoice = self._invoice()
        invoice.invoice_date = "2026-11-30"
        invoice.action_post()
        self.assertFalse(self._invoice())
        with self.assertRaises(UserError):
            invoice.unlink()
        self.assertEqual(self.report.billing_state, "billed")

    def test_a_fee_due_on_the_31st_comes_back_to_it_after_a_short_month(self):
        contract = self._contract(date_start="2026-01-31")
        due = []
        for _month in range(3):
            due.append(str(contract.next_fee_date))
            self.assertEqual(self._fees(contract, "2026-12-31").amount_untaxed, 90)
        self.assertEqual(due, ["2026-01-31", "2026-02-28", "2026-03-31"])

    def test_an_index_that_takes_everything_away_is_refused(self):
        contract = self._contract(date_start="2026-01-01")
        for percent in (-200, -100, float("nan")):
            with self.subTest(percent=percent), self.assertRaisesRegex(ValidationError, "percent"):
                contract.apply_index(percent)
        self.assertEqual(contract.fee_amount, 90)

    def test_a_contract_that_ended_retroactively_charges_no_later_fee(self):
        contract = self._contract(date_start="2026-01-01")
        self._fees(contract, "2026-01-01")
        contract.with_user(self.user_accountant).end_contract("2026-01-31")
        self.assertFalse(self._fees(contract, "2026-12-31"))
        self.assertEqual(contract.state, "closed")
