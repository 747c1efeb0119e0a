import contextlib
import re
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import FieldServiceCommon

CAMPO = ("field_service", "expense_capture", "helpdesk_ticket", "portal_customer")
COUNT = 500
# A partner's own columns may ask whether what they name exists: that is no query more.
OUR_TABLES = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|INTO)\s+"
    r'"?(?:service|expense|helpdesk|knowledge)_\w+\b(?!"?\s+AS\s+"\w+__exists")'
)


@tagged("post_install", "-at_install")
class TestOrdinaryInvoices(FieldServiceCommon, AccountTestInvoicingCommon):
    """Invoices that have nothing to do with service cost nothing more to be posted."""

    def _make(self, count):
        values = {
            "move_type": "out_invoice",
            "partner_id": self.other_customer.id,
            "invoice_date": "2026-11-28",
            "invoice_line_ids": [
                Command.create({"name": "Anything", "price_unit": 10.0, "tax_ids": []})
            ],
        }
        # Without a note that it was made: Odoo's own part is short.
        moves = self.env["account.move"].with_context(tracking_disable=True)
        return moves.create([values] * count)

    @contextlib.contextmanager
    def _without_campo(self):
        """Post as if Campo had no part in it."""
        with contextlib.ExitStack() as stack:
            for owner in type(self.env["account.move"]).__mro__:
                if "_post" in vars(owner) and getattr(owner, "_module", None) in CAMPO:
                    stack.enter_context(patch.object(owner, "_post", _pass_on(owner)))
            yield

    def _post(self, invoices):
        """The statements that it takes to post them; they are drafts again afterwards."""
        statements = []
        execute = type(self.env.cr).execute

        def listen(cursor, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        savepoint = self.env.cr.savepoint(flush=True)
        self.env.invalidate_all()
        with patch.object(type(self.env.cr), "execute", listen):
            invoices.action_post()
            self.env.flush_all()
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        savepoint.close(rollback=True)
        return statements

    def test_many_are_posted_without_a_query_of_ours(self):
        some = self._make(50)
        # What is asked once is asked before.
        self._post(some)
        ours = self._post(some)
        with self._without_campo():
            plain = self._post(some)
        self.assertEqual(len(ours), len(plain))
        statements = self._post(self._make(COUNT))
        self.assertGreater(len(statements), COUNT)
        self.assertEqual([text for text in statements if OUR_TABLES.search(text)], [])


def _pass_on(owner):
    def _post(self, soft=True):
        return super(owner, self)._post(soft=soft)

    return _post
