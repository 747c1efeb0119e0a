from itertools import product
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models.service_invoice_run import ServiceInvoiceRun
from .common import FieldServiceCommon, picture


@tagged("post_install", "-at_install")
class TestInvoiceRun(FieldServiceCommon, AccountTestInvoicingCommon):
    """Many reports and fees: looked at first, made one by one, summed up if the customer wants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.tax_sale_a.copy({"name": "22% test", "amount": 22})
        products = cls.env["product.product"].search([("type", "=", "service")]) | cls.part
        products.taxes_id = [Command.set(cls.tax.ids)]
        first, second, third = cls._story_one(), cls._story_one(), cls._story_one()
        third.invoice_partner_id = cls.other_customer
        cls.reports = cls._sign(first) | cls._sign(second) | cls._sign(third)

    @classmethod
    def _sign(cls, intervention):
        made = intervention.with_user(cls.user_technician).make_report()
        report = cls.env["service.report"].browse(made["report_id"])
        report.with_user(cls.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    def _run(self, reports=None, contracts=None, summary="line"):
        return (
            self.env["service.invoice.run"]
            .with_user(self.user_accountant)
            ._prepare(
                self.reports if reports is None else reports,
                contracts or self.env["service.contract"],
                summary,
            )
        )

    def _contract(self, **values):
        contract = self.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 900,
                "labour_percent": 0,
                **values,
            }
        )
        contract.action_open()
        return contract

    def _go_on(self, run):
        """What the scheduled action does; tests don't commit."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 1
        ):
            self.env["service.invoice.run"]._cron_work()

    # === PREVIEW === #

    def test_a_preview_shows_the_invoices_and_makes_none(self):
        self.reports[0].work_line_ids[0].set_coverage(coverage="to_verify", reason="Ask")
        self.reports[1].intervention_id.cig = "Z123456789"
        before = self.env["account.move"].search_count([])
        run = self._run(contracts=self._contract())
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual((run.state, run.group_count, run.left_out_count), ("draft", 4, 1))
        self.assertEqual(
            sorted(
                (group.payer_id.name, group.cig or "", group.report_count)
                for group in run.group_ids
            ),
            [
                ("Alfa S.r.l.", "", 0),
                ("Alfa S.r.l.", "", 1),
                ("Alfa S.r.l.", "Z123456789", 1),
                ("Monte", "", 1),
            ],
        )
        billable = self.reports.work_line_ids.filtered(lambda line: line.billing_state == "to_bill")
        self.assertAlmostEqual(run.amount, sum(billable.mapped("amount_invoice")) + 900, 2)

    def test_a_preview_shows_what_the_invoices_come_to_before_tax(self):
        """Each kind of work, a fee and an advance, with the tax in our prices or on top of them."""
        contract = self._contract(fee_amount=333.33, fee_period="month")
        made = contract.with_user(self.user_accountant).bill_advance(amount=50.05)
        advance = self.env["account.move"].browse(made["invoice_ids"])
        advance.action_post()
        self.part.is_significant_good = True
        position = self.env["account.fiscal.position"].create(
            {"name": "Work on homes", "splits_significant_goods": True}
        )
        reduced = self.tax.copy(
            {
                "name": "10% test",
                "amount": 10,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax.ids)],
            }
        )
        self.reports[1].intervention_id.fiscal_position_id = position
        for where, rounding, summary in product(
            ("tax_included", "tax_excluded"),
            ("round_globally", "round_per_line"),
            ("line", "report", "kind"),
        ):
            (self.tax | reduced).price_include_override = where
            self.company.tax_calculation_rounding_method = rounding
            with self.subTest(where=where, rounding=rounding, summary=summary):
                dialog = self.env["service.report.invoice"].with_user(self.user_accountant)
                dialog = dialog.create(
                    {
                        "report_ids": [Command.set(self.reports.ids)],
                        "contract_ids": [Command.set(contract.ids)],
                        "summary": summary,
                    }
                )
                run = self._run(contracts=contract, summary=summary)
                self.assertAlmostEqual(dialog.amount, run.amount, 2)
                run.action_start()
                self.assertEqual(set(run.group_ids.mapped("state")), {"done"})
                self.assertEqual(sum(run.group_ids.mapped("advance_amount")), 50.05)
                for group in run.group_ids:
                    self.assertAlmostEqual(group.untaxed_amount, group.move_ids.amount_untaxed, 2)
                moves = run.group_ids.move_ids
                self.assertAlmostEqual(run.amount, sum(moves.mapped("amount_untaxed")), 2)
                moves.unlink()

    def test_a_preview_tells_what_to_see_to_before_an_invoice_is_sent(self):
        self.customer.write(
            {
                "street": "Via Roma 1",
                "city": "Padova",
                "country_id": self.env.ref("base.it").id,
                "is_company": True,
                "vat": "IT12345670017",
            }
        )
        self.other_customer.write({"is_company": True, "street": False, "vat": False})
        notes = {group.payer_id: group.error for group in self._run().group_ids}
        self.assertFalse(notes[self.customer])
        self.assertEqual(
            notes[self.other_customer],
            "The payer's address is incomplete. The payer has no VAT number.",
        )

    def test_a_preview_tells_that_a_fiscal_position_takes_the_tax_away(self):
        # Odoo takes every tax away where a position maps none.
        nowhere = self.env["account.fiscal.position"].create({"name": "Nowhere"})
        self.reports.work_line_ids.intervention_id.fiscal_position_id = nowhere
        notes = self._run().group_ids.mapped("error")
        self.assertEqual(len(notes), 2)
        for note in notes:
            self.assertIn("“Nowhere” leaves something without a tax.", note)

    def test_a_preview_is_thrown_away_and_what_was_made_is_kept(self):
        run = self._run()
        run.action_discard()
        self.assertFalse(run.exists())
        made = self._run()
        made.action_start()
        with self.assertRaisesRegex(UserError, "it is kept"):
            made.action_discard()

    def test_the_dialog_previews_and_confirms(self):
        dialogs = self.env["service.report.invoice"].with_user(self.user_accountant)
        context = {"active_model": "service.report", "active_ids": self.reports.ids}
        dialog = Form(dialogs.with_context(**context))
        dialog.summary = "report"
        self.assertEqual(dialog.report_count, 3)
        dialog = dialog.save()
        shown = dialog.action_preview()
        run = self.env["service.invoice.run"].browse(shown["res_id"])
        self.assertEqual((run.summary, run.state), ("report", "draft"))
        action = dialog.action_confirm()
        self.assertEqual(action["res_model"], "account.move")
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            dialog.action_preview()

    # === MAKING === #

    def test_two_presses_bill_once(self):
        run = self._run()
        run.action_start()
        invoices = run.group_ids.move_ids
        self.assertEqual((run.state, len(invoices), run.done_count), ("done", 2, 2))
        run.action_start()
        self._run(reports=self.reports[:1])
        self.assertEqual(run.group_ids.move_ids, invoices)
        self.assertEqual(set(self.reports.mapped("billing_state")), {"billed"})

    def test_an_older_preview_bills_nothing_twice(self):
        first, second = self._run(), self._run()
        first.action_start()
        second.action_start()
        self.assertEqual(len(first.group_ids.move_ids), 2)
        self.assertFalse(second.group_ids.move_ids)
        self.assertEqual(second.state, "done")
        self.assertEqual(
            set(second.group_ids.mapped("error")), {"Nothing of it was left to invoice."}
        )

    def test_what_goes_wrong_with_one_stops_no_other(self):
        contract = self._contract(partner_id=self.env["res.partner"].create({"name": "Zeta"}).id)
        contract.fee_product_id = False
        run = self._run(contracts=contract)
        action = run.action_start()
        self.assertEqual((action["res_model"], action["res_id"]), (run._name, run.id))
        self.assertEqual((run.failed_count, run.move_count), (1, 2))
        failed = run.group_ids.filtered(lambda group: group.state == "failed")
        self.assertIn("has no product for its fee", failed.error)
        contract.fee_product_id = self.env.ref("field_service.product_contract_fee")
        run.action_retry()
        self.assertEqual((run.failed_count, run.move_count), (0, 3))

    def test_many_lines_go_on_behind_the_scenes(self):
        run = self._run()
        with patch("odoo.addons.field_service.models.service_invoice_run.AT_ONCE", 5):
            action = run.action_start()
        self.assertEqual((action["res_id"], run.state, run.move_count), (run.id, "running", 0))
        self._go_on(run)
        self.assertEqual((run.state, run.move_count), ("done", 2))
        # With the rights and the name of who started it.
        self.assertEqual(run.group_ids.move_ids.create_uid, self.user_accountant)

    def test_an_interrupted_run_goes_on_where_it_was(self):
        run = self._run()
        with patch("odoo.addons.field_service.models.service_invoice_run.AT_ONCE", 5):
            run.action_start()
        run.group_ids[0].sudo()._work()
        done = run.group_ids[0].move_ids
        self._go_on(run)
        self.assertEqual(run.group_ids[0].move_ids, done)
        self.assertEqual((run.state, run.move_count), ("done", 2))

    def test_fees_and_work_of_one_order_stand_on_one_invoice(self):
        contract = self._contract(customer_reference="PO 9")
        intervention = self._story_one()
        intervention.write({"contract_id": contract.id, "customer_reference": "PO 9"})
        report = self._sign(intervention)
        self._run(report, contract).action_start()
        invoice = report.work_line_ids.invoice_line_id.move_id
        self.assertEqual(len(invoice), 1)
        self.assertEqual((invoice.ref, invoice.amount_untaxed), ("PO 9", 349.40 + 900))
        self.assertEqual(str(contract.next_fee_date), "2027-01-01")

    def test_a_run_costs_as_many_queries_for_many_reports_as_for_one(self):
        def queries(reports):
            run = self._run(reports)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run.action_start()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(self.reports[:1])
        one = queries(self.reports[1])
        more = self.reports.browse()
        for _turn in range(6):
            more |= self._sign(self._story_one())
        self.assertLessEqual(queries(more), one + 4)

    # === SUMMARY === #

    def test_a_line_per_report_equals_the_work_to_the_cent(self):
        run = self._run(summary="report")
        run.action_start()
        invoice = self.reports[0].work_line_ids.invoice_line_id.move_id
        self.assertEqual(len(invoice.invoice_line_ids), 2)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (698.80, 153.74))
        for report in self.reports[:2]:
            line = report.work_line_ids.invoice_line_id
            self.assertEqual((len(line), line.price_subtotal), (1, 349.40))
            self.assertIn(report.number, line.name)
            self.assertFalse(invoice.ref)
        invoice.unlink()
        self.assertEqual(self.reports[0].billing_state, "to_bill")

    def test_a_line_per_kind_names_its_reports(self):
        self._run(summary="kind").action_start()
        lines = self.reports[:2].work_line_ids
        invoice = lines.invoice_line_id.move_id
        self.assertEqual(invoice.amount_untaxed, 698.80)
        self.assertEqual(len(invoice.invoice_line_ids), 5)
        labour = lines.filtered(lambda line: line.kind == "labour").invoice_line_id
        self.assertEqual(labour.price_subtotal, 250)
        for report in self.reports[:2]:
            self.assertIn(report.number, labour.name)
        self.assertEqual(set(labour.analytic_distribution.values()), {100.0})

    def test_work_that_is_taxed_otherwise_stays_apart(self):
        self.part.taxes_id = [Command.set(self.tax.copy({"name": "10%", "amount": 10}).ids)]
        self._run(self.reports[0], summary="report").action_start()
        lines = self.reports[0].work_line_ids.invoice_line_id
        self.assertEqual(sorted(lines.mapped("price_subtotal")), [86.50, 262.90])
        self.assertEqual(lines.move_id.amount_tax, 66.49)

    def test_a_summary_keeps_orders_apart_and_contracts_together(self):
        intervention = self._story_one()
        intervention.contract_id = self._contract()
        ordered = self._story_one()
        ordered.customer_reference = "PO 7"
        reports = self.reports[:2] | self._sign(intervention) | self._sign(ordered)
        run = self._run(reports, summary="report")
        self.assertEqual(
            sorted((group.customer_reference or "", group.report_count) for group in run.group_ids),
            [("", 3), ("PO 7", 1)],
        )

    # === RIGHTS AND BAD INPUT === #

    def test_only_accountants_see_and_start_runs(self):
        run = self._run()
        for user in (self.user_technician, self.user_dispatcher, self.user_outside):
            with self.subTest(user=user.login):
                for act in ("action_start", "action_retry", "action_discard"):
                    with self.assertRaises(AccessError):
                        getattr(run.with_user(user), act)()
                with self.assertRaises(AccessError):
                    run.with_user(user).read(["amount"])

    def test_what_a_run_holds_is_written_by_campo_alone(self):
        run = self._run()
        for values in ({"state": "done"}, {"user_id": self.env.user.id}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                run.write(values)
        with self.assertRaises(AccessError):
            run.group_ids.with_user(self.user_accountant).write({"state": "waiting"})
        with self.assertRaises(AccessError):
            ServiceInvoiceRun.create(
                self.env["service.invoice.run"].with_user(self.user_accountant),
                [{"company_id": self.company.id, "user_id": 1, "until": "2026-11-30"}],
            )

    def test_people_of_another_company_see_no_run(self):
        run = self._run()
        other = self.env["res.company"].create({"name": "Other firm"})
        user = self._user("accountant_other", "account.group_account_invoice")
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        seen = run.with_user(user).with_context(allowed_company_ids=other.ids)
        self.assertFalse(seen.has_access("read"))
        groups = run.group_ids.with_env(seen.env)
        self.assertFalse(groups.has_access("read"))

    def test_reports_of_two_companies_are_invoiced_apart(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        self.user_accountant.company_ids = [Command.link(other.id)]
        contract = self._contract()
        contract.company_id = other
        with self.assertRaisesRegex(ValidationError, "of one company at a time"):
            self._run(contracts=contract)
