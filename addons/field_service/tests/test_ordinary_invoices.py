import contextlib
import re
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import FieldServiceCommon

CAMPO = ("field_service", "expense_capture", "helpdesk_ticket", "portal_customer")
COUNT = 50
# A partner's own columns may ask whether what they name exists: that is no query more.
OUR_TABLES = re.compile(
    r'\b(?:FROM|JOIN|UPDATE|INTO)\s+"(?:service|expense)_\w+"(?!\s+AS\s+"\w+__exists")'
)


@tagged("post_install", "-at_install")
class TestOrdinaryInvoices(FieldServiceCommon, AccountTestInvoicingCommon):
    """Invoices that have nothing to do with service cost nothing more to be posted."""

    def _make(self, count):
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.other_customer.id,
                    "invoice_date": "2026-11-28",
                    "invoice_line_ids": [
                        Command.create({"name": "Anything", "quantity": 1, "price_unit": 10.0})
                    ],
                }
                for _number in range(count)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return invoices

    @contextlib.contextmanager
    def _without_campo(self):
        """Post as if Campo had no part in it."""
        with contextlib.ExitStack() as stack:
            for owner in type(self.env["account.move"]).__mro__:
                if "_post" in vars(owner) and getattr(owner, "_module", None) in CAMPO:
                    stack.enter_context(patch.object(owner, "_post", _pass_on(owner)))
            yield

    def _post(self, invoices):
        """The statements that it takes."""
        statements = []
        execute = type(self.env.cr).execute

        def listen(cursor, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", listen):
            invoices.action_post()
            self.env.flush_all()
        return statements

    def test_many_are_posted_without_a_query_of_ours(self):
        # What is asked once is asked before.
        self._post(self._make(2))
        ours = self._make(COUNT)
        statements = self._post(ours)
        self.assertEqual([text for text in statements if OUR_TABLES.search(text)], [])
        theirs = self._make(COUNT)
        with self._without_campo():
            plain = self._post(theirs)
        # What is in the cache already differs a little from one time to the next.
        self.assertLess(len(statements) - len(plain), COUNT / 10)
        self.assertGreater(len(statements), COUNT)


def _pass_on(owner):
    def _post(self, soft=True):
        return super(owner, self)._post(soft=soft)

    return _post
