from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import HelpdeskCommon

TODAY = date(2026, 11, 9)


@tagged("post_install", "-at_install")
class TestSituation(HelpdeskCommon, AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        company = [Command.set(cls.env.company.ids)]
        for user in (cls.user_agent, cls.user_manager, cls.user_portal, cls.user_other_portal):
            user.write({"company_id": cls.env.company.id, "company_ids": company})
        cls.user_accountant = cls._create_user(
            "hd_accountant",
            "account.group_account_invoice",
            company_id=cls.env.company.id,
            company_ids=company,
        )

    def _invoice(self, partner, amount, due_in, post=True, move_type="out_invoice"):
        """:param int due_in: days from today until it is due, negative if overdue"""
        due = TODAY + timedelta(days=due_in)
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Lavoro", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def _pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()

    def _situation(self, partner=None, user=None):
        partner = (partner or self.giulia).with_user(user or self.user_accountant)
        self.env.invalidate_all()
        (situation,) = partner.requester_situation()
        return situation

    def _verdict(self, partner=None):
        return self._situation(partner)["verdict"]

    # === VERDICT === #

    def test_no_invoice_ever_is_unknown(self):
        self._invoice(self.alfa, 100, -40, post=False)
        self.assertEqual(self._verdict(), "unknown")

    def test_all_paid_is_ok(self):
        self._pay(self._invoice(self.alfa, 100, -40))
        self.assertEqual(self._verdict(), "ok")

    def test_not_yet_due_is_due(self):
        self._invoice(self.alfa, 100, 10)
        self._invoice(self.alfa, 100, 0)
        self.assertEqual(self._verdict(), "due")

    def test_overdue_says_since_when(self):
        self._invoice(self.alfa, 100, -10)
        self._invoice(self.alfa, 100, -47)
        situation = self._situation()
        self.assertEqual((situation["verdict"], situation["days_overdue"]), ("overdue", 47))
        self.assertIn("47", situation["label"])

    def test_a_credit_note_that_covers_it_makes_nothing_overdue(self):
        self._invoice(self.alfa, 100, -47)
        self._invoice(self.alfa, 100, -40, move_type="out_refund")
        self.assertEqual(self._situation()["days_overdue"], 0)

    def test_days_of_grace(self):
        self.env.company.situation_grace_days = 10
        self._invoice(self.alfa, 100, -10)
        self.assertEqual(self._verdict(), "due")
        self.env.company.situation_grace_days = 9
        self.assertEqual(self._verdict(), "overdue")

    def test_long_overdue_is_blocked_if_the_company_says_so(self):
        self._invoice(self.alfa, 100, -47)
        self.env.company.situation_block_days = 47
        self.assertEqual(self._verdict(), "overdue")
        self.env.company.situation_block_days = 46
        self.assertEqual(self._verdict(), "blocked")

    def test_over_the_credit_limit(self):
        self.alfa.credit_limit = 150
        self._invoice(self.alfa, 150, 10)
        self.assertFalse(self._situation()["over_limit"])
        self._invoice(self.alfa, 0.01, 10)
        situation = self._situation()
        self.assertTrue(situation["over_limit"])
        self.assertEqual(situation["amounts"]["over_limit"], 0.01)
        self.assertEqual(situation["verdict"], "due")

    def test_a_block_by_hand_holds_until_its_end_with_its_reason(self):
        self._pay(self._invoice(self.alfa, 100, -40))
        self.alfa.write({"service_block": True, "service_block_reason": "Concordato"})
        situation = self._situation()
        self.assertEqual(situation["verdict"], "blocked")
        self.assertIn("Concordato", situation["label"])
        self.alfa.service_block_until = TODAY
        self.assertEqual(self._verdict(), "blocked")
        self.alfa.service_block_until = TODAY - timedelta(days=1)
        self.assertEqual(self._verdict(), "ok")

    def test_it_is_kept_who_blocked_a_customer_why_and_until_when(self):
        self.cr.flush()  # what was written before is told by itself
        self.alfa.with_context(tracking_disable=False, mail_notrack=False).write(
            {
                "service_block": True,
                "service_block_reason": "Concordato",
                "service_block_until": "2026-12-31",
            }
        )
        self.cr.flush()
        tracked = self.alfa.message_ids.sudo().tracking_value_ids
        self.assertLessEqual(
            {"service_block", "service_block_reason", "service_block_until"},
            set(tracked.field_id.mapped("name")),
        )

    def test_it_is_the_payer_s_whoever_of_them_asks(self):
        self._invoice(self.giulia, 60, -47)
        self._invoice(self.alfa_site, 40, -10)
        for partner in (self.alfa, self.giulia, self.alfa_site):
            with self.subTest(partner=partner.name):
                situation = self._situation(partner)
                self.assertEqual(situation["verdict"], "overdue")
                self.assertEqual(situation["amounts"]["overdue"], 100)
        self.assertEqual(self._verdict(self.paolo), "unknown")

    def test_another_company_is_another_situation(self):
        other = self.setup_other_company(name="Altra assistenza")["company"]
        self._invoice(self.alfa, 100, -47)
        self.user_accountant.company_ids = [Command.link(other.id)]
        partner = self.giulia.with_user(self.user_accountant).with_company(other)
        self.assertEqual(partner.requester_situation()[0]["verdict"], "unknown")
        self.alfa.with_company(other).sudo().service_block = True
        self.assertEqual(self._verdict(), "overdue")

    def test_it_is_as_of_the_last_reconciled_bank_movement(self):
        self.assertEqual(self._situation()["as_of"], "2026-11-09")
        self._invoice(self.alfa, 100, -10)
        journal = self.company_data["default_journal_bank"]
        lines = self.env["account.bank.statement.line"].create(
            [
                {"journal_id": journal.id, "date": day, "payment_ref": day, "amount": 100}
                for day in ("2026-11-02", "2026-11-06")
            ]
        )
        self.assertEqual(self._situation()["as_of"], "2026-11-09")
        suspense = lines[0].line_ids.filtered(
            lambda line: line.account_id == journal.suspense_account_id
        )
        suspense.account_id = self.company_data["default_account_revenue"]
        self.assertTrue(lines[0].is_reconciled)
        self.assertEqual(self._situation()["as_of"], "2026-11-02")

    # === AMOUNTS === #

    def test_amounts_and_ageing_for_the_accountant(self):
        self.alfa.credit_limit = 300
        for amount, due_in in ((10, 5), (20, -1), (40, -30), (80, -31), (160, -75), (320, -200)):
            self._invoice(self.alfa, amount, due_in)
        self.assertEqual(
            self._situation()["amounts"],
            {
                "currency": self.env.company.currency_id.name,
                "open": 630,
                "overdue": 620,
                "oldest_due": str(TODAY - timedelta(days=200)),
                "bands": {"not_due": 10, "1-30": 60, "31-60": 80, "61-90": 160, "over_90": 320},
                "credit_limit": 300,
                "over_limit": 330,
            },
        )

    def test_bands_add_up_to_what_is_open(self):
        self.env.company.situation_grace_days = 7
        for due_in in range(-100, 20, 13):
            self._invoice(self.alfa, 200 - due_in, due_in)
        amounts = self._situation()["amounts"]
        self.assertEqual(sum(amounts["bands"].values()), amounts["open"])
        self.assertEqual(amounts["open"] - amounts["bands"]["not_due"], amounts["overdue"])

    def test_an_agent_sees_the_verdict_without_amounts(self):
        self._invoice(self.alfa, 100, -47)
        situation = self._situation(user=self.user_agent)
        self.assertEqual(situation["verdict"], "overdue")
        self.assertNotIn("amounts", situation)
        self.assertNotIn("100", situation["label"])
        ticket = self._create_ticket().with_user(self.user_agent)
        self.assertEqual(ticket.situation_verdict, "overdue")
        self.assertEqual(ticket.situation_label, situation["label"])

    def test_opening_shows_amounts_and_is_written_down(self):
        self._invoice(self.alfa, 100, -47)
        giulia = self.giulia.with_user(self.user_agent)
        (situation,) = giulia.open_situation("Chiede un intervento in giornata")
        self.assertEqual(situation["amounts"]["overdue"], 100)
        self.assertRecordValues(
            self.env["requester.situation.log"].search([("partner_id", "=", self.alfa.id)]),
            [
                {
                    "user_id": self.user_agent.id,
                    "company_id": self.env.company.id,
                    "verdict": "overdue",
                    "reason": "Chiede un intervento in giornata",
                }
            ],
        )

    def test_opening_needs_a_reason_and_the_desk(self):
        for reason in ("", "  ", None, 7):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                self.giulia.with_user(self.user_agent).open_situation(reason)
        for user in (self.user_employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.giulia.with_user(user).open_situation("Curiosità")
        self.assertFalse(self.env["requester.situation.log"].search([]))

    def test_the_dialog_opens_the_amounts(self):
        self._invoice(self.alfa, 100, -47)
        dialogs = self.env["res.partner.open.situation"].with_user(self.user_agent)
        with Form(dialogs.with_context(default_partner_id=self.alfa.id)) as form:
            form.reason = "Serve per domani"
        self.assertFalse(form.record.overdue_amount)
        action = form.record.action_show()
        self.assertEqual(action["res_id"], form.record.id)
        self.assertIn("100", form.record.overdue_amount)
        self.assertEqual(form.record.oldest_due, TODAY - timedelta(days=47))
        self.assertEqual([row["width"] for row in form.record.ageing], [0, 0, 100, 0, 0])
        self.assertIn("100", form.record.ageing[2]["text"])

    def test_accountants_see_the_amounts_at_once_and_nothing_is_logged(self):
        self._invoice(self.alfa, 100, -47)
        accountant = self._create_user("hd_bookkeeper", "account.group_account_invoice")
        dialogs = self.env["res.partner.open.situation"].with_user(accountant)
        dialog = Form(dialogs.with_context(default_partner_id=self.alfa.id))
        self.assertIn("100", dialog.overdue_amount)
        self.assertFalse(self.env["requester.situation.log"].search([]))

    def test_the_dialog_shows_amounts_to_nobody_else(self):
        self._invoice(self.alfa, 100, -47)
        dialogs = self.env["res.partner.open.situation"].with_user(self.user_agent)
        dialog = dialogs.create({"partner_id": self.alfa.id, "reason": "x", "as_of": TODAY})
        self.assertFalse(dialog.overdue_amount)
        self.assertFalse(dialog.ageing)

    # === RIGHTS === #

    def test_a_customer_sees_own_verdict_only(self):
        self._invoice(self.alfa, 100, -47)
        if "portal_role" in self.giulia:
            # Where contacts have roles in the portal, some of them see no accounting situation.
            self.giulia["portal_role"] = "company"
        own = self.giulia.with_user(self.user_portal)
        (situation,) = own.requester_situation()
        self.assertEqual(situation["verdict"], "overdue")
        with self.assertRaises(AccessError):
            self.paolo.with_user(self.user_portal).requester_situation()

    def test_only_some_block_a_customer(self):
        for user in (self.user_agent, self.user_employee):
            user.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.alfa.with_user(user).service_block = True
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["res.partner"].with_user(user).create(
                    {"name": "Bloccato", "service_block": True}
                )
        self.user_manager.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        self.alfa.with_user(self.user_manager).service_block = True
        self.assertTrue(self.alfa.service_block)

    # === COST === #

    def test_one_query_for_any_number_of_customers(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {i}", "is_company": True} for i in range(80)]
        )
        for partner in partners[:3]:
            self._invoice(partner, 100, -10)

        def queries(some):
            self.env.invalidate_all()
            with self._queries("account_move_line") as found:
                some.with_user(self.user_agent).requester_situation()
            return len(found)

        self.assertEqual((queries(partners[:1]), queries(partners)), (1, 1))

    def test_asking_writes_nothing(self):
        self._invoice(self.alfa, 100, -10)
        self._situation()
        self.env.invalidate_all()
        with self._queries() as found:
            self._situation()
        written = [
            q for q in found if str(q).lstrip(" (b'\"SQL\n").startswith(("UPDATE", "INSERT"))
        ]
        self.assertEqual(written, [])
        self.assertTrue(getattr(type(self.alfa).requester_situation, "_readonly", False))
