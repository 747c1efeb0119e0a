from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_ticket.tests.common import HelpdeskCommon

from .common import FieldServiceCommon


class ExpiryCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract()
        cls.company.service_expiry_user_id = cls.user_manager

    @classmethod
    def _create_contract(cls, **values):
        contract = cls.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "date_end": "2026-12-31",
                "renewal": "tacit",
                "user_id": cls.user_dispatcher.id,
                **values,
            }
        )
        contract.action_open()
        return contract

    def _run(self, job):
        # The job has an environment of its own.
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"field_service.{job}").method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRenewal(ExpiryCommon):
    def _renew(self, day):
        with freeze_time(f"{day} 09:00:00"):
            self._run("service_contract_cron_renew")

    def test_a_contract_is_renewed_on_its_last_day_and_once(self):
        self._renew("2026-12-30")
        self.assertEqual(str(self.contract.date_end), "2026-12-31")
        self._renew("2026-12-31")
        self.assertEqual(str(self.contract.date_end), "2027-12-31")
        told = self.contract.message_ids.filtered(lambda m: "Renewed tacitly" in (m.body or ""))
        self.assertEqual(len(told), 1)
        self._renew("2026-12-31")
        self.assertEqual(str(self.contract.date_end), "2027-12-31")

    def test_missed_years_are_caught_up(self):
        self._renew("2029-06-01")
        self.assertEqual(str(self.contract.date_end), "2029-12-31")

    def test_the_last_day_of_february_stays_the_last_one(self):
        contract = self._create_contract(date_end="2027-02-28")
        self._renew("2027-03-01")
        self.assertEqual(str(contract.date_end), "2028-02-29")

    def test_after_notice_a_contract_ends(self):
        with freeze_time("2026-10-31 09:00:00"):
            self.contract.with_user(self.user_dispatcher).action_give_notice()
        self.assertEqual(str(self.contract.notice_date), "2026-10-31")
        self._renew("2027-01-10")
        self.assertEqual(str(self.contract.date_end), "2026-12-31")
        self.contract.with_user(self.user_dispatcher).action_withdraw_notice()
        self._renew("2027-01-10")
        self.assertEqual(str(self.contract.date_end), "2027-12-31")

    def test_notice_that_comes_too_late_is_refused(self):
        self.assertEqual(str(self.contract.notice_deadline), "2026-11-01")
        with freeze_time("2026-11-02 09:00:00"), self.assertRaisesRegex(UserError, "11/01/2026"):
            self.contract.with_user(self.user_dispatcher).action_give_notice()
        ending = self._create_contract(renewal="none")
        with self.assertRaisesRegex(UserError, "ends by itself"):
            ending.with_user(self.user_dispatcher).action_give_notice()

    def test_technicians_and_customers_give_no_notice(self):
        for user in (self.user_technician, self.user_outside, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.contract.with_user(user).action_give_notice()

    def test_drafts_and_contracts_that_end_by_themselves_are_left_alone(self):
        draft, ending = self._create_contract(), self._create_contract(renewal="none")
        draft.state = "draft"
        self._renew("2027-02-01")
        self.assertEqual(str(draft.date_end), "2026-12-31")
        self.assertEqual(str(ending.date_end), "2026-12-31")

    def test_the_fee_goes_on_and_is_raised_by_the_index(self):
        contract = self._create_contract(
            fee_amount=300, fee_period="quarter", index_percent=2, next_fee_date=False
        )
        contract.next_fee_date = False
        self._renew("2026-12-31")
        self.assertEqual(str(contract.next_fee_date), "2027-01-01")
        self.assertEqual(contract.fee_amount, 306)

    def test_a_fee_of_the_old_time_is_invoiced_before_it_is_raised(self):
        contract = self._create_contract(
            fee_amount=300, fee_period="quarter", index_percent=2, next_fee_date="2026-10-01"
        )
        self._renew("2026-12-31")
        self.assertEqual((contract.fee_amount, str(contract.next_fee_date)), (300, "2026-10-01"))
        self.assertIn("Raise the fee by 2.0 %", contract.activity_ids.summary)

    def test_a_contract_that_fails_stops_no_other(self):
        other = self._create_contract(name="Other")
        kind = type(self.contract)
        original = kind._renew

        def fail(contract):
            if contract.id == self.contract.id:
                raise ValueError
            original(contract)

        with (
            patch.object(kind, "_renew", fail),
            mute_logger("odoo.addons.field_service.batches"),
        ):
            self._renew("2026-12-31")
        self.assertEqual(str(other.date_end), "2027-12-31")
        self.assertEqual(str(self.contract.date_end), "2026-12-31")
        self.assertEqual(self.contract.activity_ids.user_id, self.user_dispatcher)


@tagged("post_install", "-at_install")
class TestExpiry(ExpiryCommon):
    _queries = HelpdeskCommon._queries

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # SQL compares with the day of the database, which cannot be frozen.
        cls.today = cls.env["service.contract"]._fields["date_start"].today()

    def _day(self, offset):
        return self.env["service.contract"]._fields["date_start"].add(self.today, days=offset)

    def _expiring(self, user=None):
        things = self.env["service.expiry"].with_user(user or self.user_dispatcher)
        return {
            (thing.kind, thing.res_model, thing.res_id): thing.date for thing in things.search([])
        }

    def test_everything_that_expires_is_on_one_list(self):
        self.contract.write({"date_end": self._day(90), "notice_days": 60})
        ending = self._create_contract(renewal="none", date_end=self._day(5))
        term = self.env["service.warranty.term"].create({"name": "A month", "months": 1})
        self.equipment.write(
            {
                "warranty_term_id": term.id,
                "installation_date": self._day(-20),
                "next_legal_date": self._day(-3),
            }
        )
        paper = self.env["service.document"].create(
            {
                "name": "Insurance",
                "res_model": "res.partner",
                "res_id": self.user_outside.partner_id.id,
                "expiry_date": self._day(12),
            }
        )
        found = self._expiring()
        self.assertEqual(
            found["notice", "service.contract", self.contract.id], self.contract.notice_deadline
        )
        self.assertNotIn(("contract", "service.contract", self.contract.id), found)
        self.assertEqual(found["contract", "service.contract", ending.id], self._day(5))
        self.assertEqual(
            found["warranty", "service.equipment", self.equipment.id],
            self.equipment.warranty_end_date,
        )
        self.assertEqual(found["inspection", "service.equipment", self.equipment.id], self._day(-3))
        self.assertEqual(found["document", "service.document", paper.id], self._day(12))
        thing = self.env["service.expiry"].search([("res_id", "=", paper.id)], limit=1)
        self.assertEqual(thing.partner_id, self.user_outside.partner_id)
        agent = self._user("agent_t", "helpdesk_ticket.helpdesk_ticket_group_user")
        for user in (self.user_dispatcher, self.user_accountant, agent):
            with self.subTest(user=user.login):
                action = thing.with_user(user).action_open()
                self.assertEqual(action["res_model"], "service.document")
                opened = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
                self.assertEqual(opened.read(["name"])[0]["name"], "Insurance")

    def test_each_thing_is_told_once_for_each_day(self):
        self.contract.write({"renewal": "none", "date_end": self._day(20)})
        self._run("service_expiry_cron_tell")
        self._run("service_expiry_cron_tell")
        activity = self.contract.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user_dispatcher)
        self.assertEqual(activity.date_deadline, self._day(20))
        # Done is done, until there is another day.
        activity.action_done()
        self._run("service_expiry_cron_tell")
        self.assertFalse(self.contract.activity_ids)
        self.contract.date_end = self._day(25)
        self._run("service_expiry_cron_tell")
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_what_is_far_off_or_long_past_is_not_told(self):
        # Midnight may pass while the tests run: 31 days from tomorrow are still too far off.
        self.equipment.next_legal_date = self._day(32)
        old = self.equipment.copy({"next_legal_date": self._day(-31), "serial_number": "OLD"})
        self._run("service_expiry_cron_tell")
        self.assertFalse(self.equipment.activity_ids | old.activity_ids)
        self.company.service_expiry_days = 40
        self._run("service_expiry_cron_tell")
        self.assertEqual(self.equipment.activity_ids.user_id, self.user_manager)

    def test_without_somebody_to_tell_it_waits_for_one(self):
        self.equipment.next_legal_date = self._day(10)
        self.company.service_expiry_user_id = self.user_employee
        self._run("service_expiry_cron_tell")
        self.assertFalse(self.equipment.activity_ids)
        self.company.service_expiry_user_id = self.user_manager
        self._run("service_expiry_cron_tell")
        self.assertEqual(len(self.equipment.activity_ids), 1)

    def test_whoever_looks_after_the_contract_is_told_of_its_equipment(self):
        self.contract.equipment_ids = self.equipment
        self.equipment.next_legal_date = self._day(10)
        self._run("service_expiry_cron_tell")
        self.assertEqual(self.equipment.activity_ids.user_id, self.user_dispatcher)

    def test_technicians_customers_and_other_companies_see_no_list(self):
        self.equipment.next_legal_date = self._day(10)
        for user in (self.user_technician, self.user_outside, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._expiring(user)
        other = self.env["res.company"].create({"name": "Other firm"})
        stranger = self.user_dispatcher.copy(
            {"login": "stranger", "company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        things = self.env["service.expiry"].with_user(stranger)
        self.assertFalse(things.with_context(allowed_company_ids=other.ids).search([]))

    def test_telling_costs_as_much_for_many_things_as_for_one(self):
        def make(count):
            return self.env["service.document"].create(
                [
                    {
                        "name": f"Paper {number}",
                        "res_model": "service.equipment",
                        "res_id": self.equipment.id,
                        "expiry_date": self._day(10),
                    }
                    for number in range(count)
                ]
            )

        def tell():
            with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 1):
                self.env["service.expiry"]._cron_tell()

        costs = []
        for count in (1, 1, 40):
            make(count)
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                tell()
                self.env.flush_all()
            costs.append(len([query for query in found if str(query).startswith("SELECT")]))
        self.assertLessEqual(costs[2], costs[1] + 2)
