import csv
import io

from odoo import fields
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import at
from odoo.addons.helpdesk_ticket.tools.csv_file import to_csv

from .common import PortalCommon
from .test_pages import PagesCommon

ALL = set(PortalCommon.PERSONS)


class DownloadsCommon(PagesCommon):
    def _statuses(self, url):
        statuses = {}
        for person in self.PERSONS:
            self._login(person)
            statuses[person] = self._get(url).status_code
        return statuses

    def _assert_readers(self, url, readers):
        expected = {person: 200 if person in readers else 404 for person in ALL}
        self.assertEqual(self._statuses(url), expected, url)

    def _count(self, url):
        self.env.flush_all()
        queries = []
        for _turn in self._patchExecute(queries):
            self._get(url)
        return len(queries)

    def _rows(self, answer, delimiter=","):
        text = answer.content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@tagged("post_install", "-at_install")
class TestCsv(DownloadsCommon):
    def test_nothing_in_a_cell_is_a_formula(self):
        rows = [
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1"],
            ["a=1", -2.5, None, fields.Date.to_date("2026-11-09"), 'say "x"; y', False],
        ]
        content = to_csv(self.env(context={"lang": "en_US"}), list("abcdef"), rows)
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        self.assertEqual(read[1], [f"'{cell}" for cell in rows[0]])
        self.assertEqual(read[2], ["a=1", "-2.50", "", "11/09/2026", 'say "x"; y', ""])

    def test_italians_get_semicolons_and_a_comma(self):
        self.env["res.lang"]._activate_lang("it_IT")
        content = to_csv(self.env(context={"lang": "it_IT"}), ["a", "b"], [[1234.5, "x;y"]])
        self.assertEqual(content.decode("utf-8-sig").splitlines()[1], '1234,50;"x;y"')


class StatementCommon(DownloadsCommon):
    """An invoice of Alfa and one of another customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)], limit=1
        ) or cls.env["account.journal"].create(
            {"name": "Sales", "code": "PCS", "type": "sale", "company_id": cls.company.id}
        )
        accounts = cls.env["account.account"]
        cls.income, cls.receivable = accounts.create(
            [
                {"name": "Income", "code": "PCI1", "account_type": "income"},
                {
                    "name": "Receivable",
                    "code": "PCR1",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                },
            ]
        )
        (cls.customer | cls.other_customer).property_account_receivable_id = cls.receivable
        cls.journal = journal
        cls.invoice = cls._invoice(cls.customer)
        cls.foreign_invoice = cls._invoice(cls.other_customer)

    @classmethod
    def _invoice(cls, customer):
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "journal_id": cls.journal.id,
                "invoice_date": "2026-01-10",
                "invoice_date_due": "2026-02-10",
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": "Work",
                            "quantity": 1,
                            "price_unit": 1234.5,
                            "tax_ids": False,
                            "account_id": cls.income.id,
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice


@tagged("post_install", "-at_install")
class TestStatementFiles(StatementCommon):
    def test_each_instalment_is_open_until_its_own_day(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in 60 days",
                "line_ids": [
                    fields.Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 60)
                ],
            }
        )
        self.invoice.button_draft()
        self.invoice.invoice_payment_term_id = term
        self.invoice.action_post()
        statement = self.customer.with_user(self.company_user)._portal_statement()
        self.assertEqual(
            [(str(item["due"]), item["residual"]) for item in statement["items"]],
            [("2026-01-10", 617.25), ("2026-03-11", 617.25)],
        )

    def test_what_is_paid_is_told_apart(self):
        credited = self.invoice.copy({"invoice_date": "2026-01-12"})
        credited.action_post()
        credited._reverse_moves([{"invoice_date": "2026-01-12"}], cancel=True)
        paying = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        paying.create({})._create_payments()
        statement = self.customer.with_user(self.company_user)._portal_statement()
        self.assertFalse(statement["items"])
        self.assertEqual([item["name"] for item in statement["paid"]], [self.invoice.name])
        self._login("company")
        self.assertIn(self.invoice.name, self._get("/my/statement").text)

    def test_who_may_have_the_statement(self):
        self._assert_readers("/my/statement/csv", {"company", "other", "accountant"})
        for person in ("own", "site", "outside"):
            self._login(person)
            self.assertEqual(self._get("/my/statement/pdf").status_code, 404)

    def test_nobody_gets_it_without_a_login(self):
        for url in ("/my/statement/csv", "/my/statement/pdf", "/my/expenses", "/my/expenses/csv"):
            self.assertIn("/web/login", self._get(url).url)

    def test_the_csv_holds_the_own_open_items(self):
        self._login("accountant")
        answer = self._get("/my/statement/csv?partner_id=1&month=x")
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        rows = self._rows(answer)
        names = [row[0] for row in rows[1:]]
        self.assertIn(self.invoice.name, names)
        self.assertNotIn(self.foreign_invoice.name, names)
        row = rows[1:][names.index(self.invoice.name)]
        self.assertEqual(row[1:5], ["01/10/2026", "02/10/2026", "1234.50", "1234.50"])

    def _let_reports_store_their_style(self):
        """The first PDF of a database stores style sheets, also by Odoo's own read-only route."""
        self.set_registry_readonly_mode(False)
        self.addCleanup(self.set_registry_readonly_mode, True)

    def test_the_pdf_is_a_pdf(self):
        self._let_reports_store_their_style()
        self._login("accountant")
        answer = self._get("/my/statement/pdf", timeout=90)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertIn("statement.pdf", answer.headers["Content-Disposition"])

    def test_the_pdf_tells_what_the_page_tells(self):
        customer = self.customer.with_user(self.accountant_user)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "portal_customer.res_partner_report_statement",
            self.customer.ids,
            data={"statement": customer._portal_statement()},
        )
        self.assertIn(self.invoice.name, html.decode())
        self.assertNotIn(self.foreign_invoice.name, html.decode())

    def test_the_report_asked_for_directly_tells_nothing(self):
        self._let_reports_store_their_style()
        self._login("own")
        answer = self._get(
            f"/report/html/portal_customer.res_partner_statement/{self.customer.id}", timeout=90
        )
        self.assertNotIn(self.invoice.name, answer.text)

    def test_the_csv_costs_the_same_for_one_item_and_for_many(self):
        self._login("accountant")
        self._get("/my/statement/csv")
        few = self._count("/my/statement/csv")
        for _number in range(20):
            self._invoice(self.customer)
        self._get("/my/statement/csv")
        self.assertLessEqual(self._count("/my/statement/csv"), few + 1)


@tagged("post_install", "-at_install")
class TestExpensePages(DownloadsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outside.settled_by_bill = True
        cls.kind = cls.env["expense.kind"].search([], limit=1)
        cls.toll = cls._expense("=Toll", "2026-11-09", 12.5)
        cls.october = cls._expense("Train in October", "2026-10-09", 30.0)
        stranger = cls.env["hr.employee"].search([("user_id", "=", cls.stranger_user.id)])
        cls.foreign = cls._expense("Foreign hotel", "2026-11-09", 99.0, employee=stranger)

    @classmethod
    def _expense(cls, name, day, amount, employee=None):
        return cls.env["hr.expense"].create(
            {
                "name": name,
                "date": day,
                "employee_id": (employee or cls.outside).id,
                "kind_id": cls.kind.id,
                "total_amount_currency": amount,
                "intervention_id": cls.intervention.id,
            }
        )

    def test_who_may_see_the_page(self):
        for url in ("/my/expenses", "/my/expenses/csv"):
            self._assert_readers(url, {"outside", "stranger"})

    def test_a_month_holds_the_own_hours_and_expenses(self):
        self._login("outside")
        page = self._get("/my/expenses?month=2026-11").text
        for text in (self.signed_line.name, "=Toll", self.intervention.number, "12.50"):
            self.assertIn(text, page)
        self.assertNotIn("Foreign hotel", page)
        # October's is not of this month, but still to be billed.
        self.assertEqual(page.count("Train in October"), 1)
        self.assertIn("42.50", page)
        self._login("stranger")
        page = self._get("/my/expenses?month=2026-11").text
        self.assertIn("Foreign hotel", page)
        for text in ("=Toll", "Train", self.signed_line.name, "To be put on your bill"):
            self.assertNotIn(text, page)
        # Not being on the job, they get its number and no link to it.
        self.assertIn(self.intervention.number, page)
        self.assertNotIn(f"/my/interventions/{self.intervention.id}", page)

    def test_sums_are_right_by_day_and_month(self):
        self._record(
            self.intervention,
            {"kind": "labour", "start": at(12), "stop": at(13, 30)},
            user=self.outside_user,
        )
        month = self.env["hr.employee"].with_user(self.outside_user)._portal_month("2026-11")
        day = next(day for day in month["days"] if str(day["date"]) == "2026-11-09")
        self.assertEqual((day["hours"], day["amount"]), (2.5, 12.5))
        self.assertEqual(month["total"]["distance_km"], 12)
        self.assertEqual(month["to_bill_total"], 42.5)

    def test_what_is_billed_is_not_to_be_billed_any_more(self):
        self.october.sudo().supplier_bill_id = self.env["account.move"].create(
            {"move_type": "in_invoice"}
        )
        month = self.env["hr.employee"].with_user(self.outside_user)._portal_month("2026-11")
        self.assertEqual([row["name"] for row in month["to_bill"]], ["=Toll"])

    def test_no_price_of_ours_is_told(self):
        month = self.env["hr.employee"].with_user(self.outside_user)._portal_month("2026-11")
        lines = [row for day in month["days"] for row in day["rows"] if not row["is_expense"]]
        self.assertTrue(lines)
        self.assertEqual({row["amount"] for row in lines}, {None})

    def test_a_tampered_month_is_the_present_one(self):
        self._login("outside")
        this_month = fields.Date.today().strftime("%Y-%m")
        for month in ("x", "2026-13", "0000-01", "2026-1", "%27", "2026-11-01", "٢٠٢٦-11"):
            page = self._get(f"/my/expenses?month={month}")
            self.assertEqual(page.status_code, 200)
            self.assertIn(f'value="{this_month}"', page.text)

    def test_the_csv_is_of_the_month(self):
        self._login("outside")
        rows = self._rows(self._get("/my/expenses/csv?month=2026-11"))
        cells = {cell for row in rows for cell in row}
        self.assertLessEqual({"'=Toll", "12.50", self.signed_line.name}, cells)
        self.assertFalse({"Train in October", "Foreign hotel", "=Toll"} & cells)

    def test_a_month_costs_the_same_for_one_expense_and_for_many(self):
        self._login("outside")
        url = "/my/expenses?month=2026-11"
        self._get(url)
        few = self._count(url)
        for number in range(80):
            self._expense(f"Toll {number}", "2026-11-10", 1.0)
        self._get(url)
        self.assertLessEqual(self._count(url), few + 1)


@tagged("post_install", "-at_install")
class TestVisitFile(DownloadsCommon):
    def test_who_may_have_the_visit(self):
        url = f"/my/interventions/{self.intervention.id}/visits/{self.visit.id}.ics"
        self._assert_readers(url, {"company", "site", "outside"})
        self._login("company")
        answer = self._get(url)
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        self.assertIn("BEGIN:VEVENT", answer.text)
        self.assertIn(self.visit.start.strftime("DTSTART:%Y%m%dT%H%M%SZ"), answer.text)
        # Nobody's address is in it.
        self.assertNotIn("@example.com", answer.text)
        page = self._get(f"/my/interventions/{self.intervention.id}").text
        self.assertIn(url, page)

    def test_a_visit_of_another_job_is_not_there(self):
        other = self._create_intervention(name="Elsewhere")
        visit = self._plan(other, self.technician)
        self._login("company")
        for event_id in (visit.id, visit.id + 1_000_000, 10**20):
            url = f"/my/interventions/{self.intervention.id}/visits/{event_id}.ics"
            self.assertEqual(self._get(url).status_code, 404)
