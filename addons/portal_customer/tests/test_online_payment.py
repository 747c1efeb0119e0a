from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .test_downloads import StatementCommon


@tagged("post_install", "-at_install")
class TestOnlinePayment(StatementCommon):
    """Odoo's online payment, where it is set up, for whoever sees the invoices of their company."""

    def setUp(self):
        super().setUp()
        if "transaction_ids" not in self.invoice:
            self.skipTest("Odoo's online payment of invoices is not installed.")
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        form = self.env["ir.ui.view"].create(
            {"name": "Paying", "type": "qweb", "arch": '<form action="pay" method="post"/>'}
        )
        self.method = self.env.ref("payment.payment_method_unknown")
        self.provider = self.env["payment.provider"].create(
            {
                "name": "Bank on line",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": self.company.id,
                "payment_method_ids": [(6, 0, self.method.ids)],
                "redirect_form_view_id": form.id,
            }
        )
        # Odoo activates no method that nobody offers.
        self.method.active = True

    def _pay(self):
        return self.make_jsonrpc_request(
            f"/invoice/transaction/{self.invoice.id}",
            {
                "access_token": None,
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": self.invoice.amount_residual,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": "/my/statement",
                "is_validation": False,
            },
        )

    def test_who_sees_the_statement_pays_from_it(self):
        for person in ("accountant", "company"):
            self._login(person)
            self.assertIn(f"/my/invoices/{self.invoice.id}", self._get("/my/statement").text)
            page = self._get(f"/my/invoices/{self.invoice.id}").text
            self.assertIn("Pay Now", page, person)
            self.assertIn(f'data-provider-id="{self.provider.id}"', page, person)
        answer = self._pay()
        self.assertEqual(self.invoice.transaction_ids.reference, answer["reference"])
        self.assertEqual(self.invoice.transaction_ids.amount, self.invoice.amount_residual)

    def test_nobody_else_pays_or_sees_what_is_to_be_paid(self):
        for person in ("own", "site", "other", "outside"):
            self._login(person)
            page = self._get(f"/my/invoices/{self.invoice.id}").text
            self.assertNotIn("data-provider-id", page, person)
            self.assertNotIn(self.invoice.name, page, person)
            refused = self.assertRaisesRegex(JsonRpcException, "ValidationError")
            with mute_logger("odoo.http"), refused:
                self._pay()
        self.assertFalse(self.invoice.transaction_ids)
