from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.field_service.tests.common import MONDAY, FieldServiceCommon, picture


class ExpenseCaptureCommon(FieldServiceCommon, AccountTestInvoicingCommon):
    """A service firm in Italy, with its accounts, that reimburses 0.42 per kilometre."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        italy = cls.env.ref("base.it")
        cls.company.country_id = italy
        cls.site.country_id = italy
        cls.mileage_rate = cls.env["expense.mileage.rate"].create(
            {
                "name": "Car",
                "price": 0.42,
                "date_from": "2020-01-01",
                "company_id": cls.company.id,
            }
        )
        cls.kinds = {kind.code: kind for kind in cls.env["expense.kind"].search([])}
        cls.categories = {code: kind.product_id for code, kind in cls.kinds.items()}
        for category in cls.categories.values():
            category.supplier_taxes_id = False
        cls.vat_10 = cls.tax_purchase_a.copy({"name": "10% test", "amount": 10})
        cls.categories["hotel"].supplier_taxes_id = [Command.set(cls.vat_10.ids)]
        cls.tax = cls.tax_sale_a.copy({"name": "22% test", "amount": 22})
        services = cls.env["product.product"].search([("type", "=", "service")])
        services.taxes_id = [Command.set(cls.tax.ids)]
        cls.type_repair = cls.env["service.intervention.type"].create({"name": "Repair of tests"})
        cls.user_approver = cls._user(
            "approver_t", "hr_expense.group_hr_expense_manager,account.group_account_invoice"
        )

    @classmethod
    def _working_intervention(cls, **values):
        # A type of its own: those that come with the addon may ask for more before closing.
        values.setdefault("type_id", cls.type_repair.id)
        intervention = cls._create_intervention(**values)
        intervention.technician_ids = cls.technician
        return intervention

    @classmethod
    def _add(cls, intervention, user=None, files=None, **values):
        """An expense captured by the technician on the Monday of the stories."""
        added = intervention.with_user(user or cls.user_technician).add_expense(
            values={"date": str(MONDAY), **values}, files=files
        )
        return cls.env["hr.expense"].browse(added["expense_id"])

    @classmethod
    def _story_four(cls, intervention):
        """Hotel, restaurant, tolls and own car of acceptance story 4."""
        hotel = cls._add(
            intervention,
            kind="hotel",
            amount=96.00,
            payment_mode="company_account",
            invoice_to_us=True,
        )
        restaurant = cls._add(intervention, kind="restaurant", amount=38.00, payment_traceable="no")
        tolls = cls._add(intervention, kind="motorway", amount=21.40)
        car = cls._add(
            intervention, kind="own_car", distance_km=310, origin="Thiene", destination="Milano"
        )
        return hotel | restaurant | tolls | car

    @classmethod
    def _sign(cls, intervention):
        made = intervention.with_user(cls.user_technician).make_report()
        report = cls.env["service.report"].browse(made["report_id"])
        report.with_user(cls.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    @classmethod
    def _invoice(cls, reports):
        made = reports.with_user(cls.user_accountant).create_invoices()
        return cls.env["account.move"].browse(made["invoice_ids"])

    @classmethod
    def _approve(cls, expenses):
        expenses.with_user(cls.user_approver)._do_approve()

    @classmethod
    def _post(cls, expenses):
        by_company = expenses.filtered(lambda expense: expense.payment_mode == "company_account")
        if by_company:
            by_company.with_user(cls.user_approver).action_post()
        (expenses - by_company).with_user(cls.user_approver)._post_without_wizard()
