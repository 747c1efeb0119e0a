from functools import partial

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestRemoteHelp(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_customers_read_their_tickets()
        cls.ticket = cls._create_ticket()
        cls.other = cls._create_ticket(name="Altra")
        cls.as_agent = cls.ticket.with_user(cls.user_agent)

    def _help(self, start="2026-11-09 09:00:00", stop="2026-11-09 09:30:00", ticket=None):
        ticket = (ticket or self.ticket).with_user(self.user_agent)
        with self._at(start):
            ticket.start_remote_help()
        with self._at(stop):
            return ticket.stop_remote_help(note=" Riavviato il servizio ")

    # === START AND STOP === #

    def test_two_taps_record_the_time(self):
        answer = self._help()
        self.assertRecordValues(
            self.ticket.time_ids,
            [
                {
                    "id": answer["time_id"],
                    "user_id": self.user_agent.id,
                    "kind": "remote",
                    "hours": 0.5,
                    "note": "Riavviato il servizio",
                }
            ],
        )
        self.assertEqual(answer["hours"], 0.5)
        self.assertEqual(self.as_agent.help_hours, 0.5)

    def test_each_sees_what_they_do_themselves(self):
        self.as_agent.action_start_remote_help()
        self.assertTrue(self.as_agent.my_help_since)
        self.assertFalse(self.ticket.with_user(self.user_manager).my_help_since)
        self.assertFalse(self.other.with_user(self.user_agent).my_help_since)
        self.as_agent.action_stop_remote_help()
        self.assertFalse(self.as_agent.my_help_since)

    def test_pressed_twice_it_goes_on(self):
        first = self.as_agent.start_remote_help()
        self.assertEqual(self.as_agent.start_remote_help(kind="phone"), first)
        self.assertEqual(len(self.ticket.time_ids), 1)

    def test_a_repeated_request_answers_the_same(self):
        for act, uuid in (
            (self.as_agent.start_remote_help, "start-001"),
            (partial(self.as_agent.stop_remote_help, "Fatto"), "stop-0001"),
        ):
            with self.subTest(uuid=uuid):
                self.assertEqual(act(request_uuid=uuid), act(request_uuid=uuid))
        self.assertEqual(len(self.ticket.time_ids), 1)

    def test_nobody_helps_on_two_tickets_at_once(self):
        self.as_agent.start_remote_help()
        with self.assertRaisesRegex(UserError, self.ticket.number):
            self.other.with_user(self.user_agent).start_remote_help()
        self.other.with_user(self.user_manager).start_remote_help()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env["helpdesk.ticket.time"].create(
                {"ticket_id": self.other.id, "user_id": self.user_agent.id}
            )

    def test_what_does_not_run_is_not_stopped(self):
        self.ticket.with_user(self.user_manager).start_remote_help()
        with self.assertRaises(UserError):
            self.as_agent.stop_remote_help()

    def test_a_closed_ticket_takes_no_help_and_ends_it(self):
        self.as_agent.start_remote_help()
        self.ticket.with_user(self.user_manager).action_close(solution="x", cause="y")
        self.assertTrue(self.ticket.time_ids.stop)
        with self.assertRaises(UserError):
            self.as_agent.start_remote_help()

    def test_help_of_an_unknown_kind_is_refused(self):
        for kind in ("visit", None, 5, []):
            with self.subTest(kind=kind), self.assertRaises(ValidationError):
                self.as_agent.start_remote_help(kind=kind)

    def test_only_the_desk_helps(self):
        for user in (self.user_portal, self.user_other_portal, self.user_employee):
            ticket = self.ticket.with_user(user)
            for act in (ticket.start_remote_help, ticket.stop_remote_help):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act()

    def test_another_company_s_time_is_not_there(self):
        other = self._create_company(name="Altra assistenza")
        foreign = self._create_ticket(company_id=other.id, partner_id=False)
        time = self.env["helpdesk.ticket.time"].create(
            {
                "ticket_id": foreign.id,
                "start": "2026-11-09 09:00:00",
                "stop": "2026-11-09 10:00:00",
            }
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_agent).start_remote_help()
        self.assertNotIn(
            time, self.env["helpdesk.ticket.time"].with_user(self.user_manager).search([])
        )

    # === CORRECTING === #

    def test_the_note_is_one_s_own_the_time_the_manager_s(self):
        self._help()
        time = self.ticket.time_ids
        time.with_user(self.user_agent).note = "Reinstallato"
        for values in ({"start": "2026-11-09 08:00:00"}, {"note": "x", "stop": False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                time.with_user(self.user_agent).write(values)
        time.with_user(self.user_manager).stop = "2026-11-09 10:00:00"
        self.assertEqual(time.hours, 1)
        self.ticket.with_user(self.user_manager).start_remote_help()
        with self.assertRaises(AccessError):
            self.ticket.time_ids[:1].with_user(self.user_agent).note = "Non mio"

    def _run_cron(self):
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base.models.ir_cron"):
            self.env.ref("helpdesk_ticket.helpdesk_ticket_time_cron_remind").method_direct_trigger()

    def test_what_is_forgotten_is_noticed_once(self):
        with self._at("2026-11-09 09:00:00"):
            self.as_agent.start_remote_help()
        with self._at("2026-11-09 11:00:00"):
            self._run_cron()
        self.assertFalse(self.ticket.activity_ids)
        for _turn in range(2):
            with self._at("2026-11-09 13:00:00"):
                self._run_cron()
        self.assertEqual(self.ticket.activity_ids.user_id, self.user_agent)
        self.assertEqual(len(self.ticket.activity_ids), 1)

    # === FOR WHOEVER CHARGES IT === #

    def test_what_has_ended_may_be_charged_also_that_of_merged_tickets(self):
        self._help()
        self._help("2026-11-09 10:00:00", "2026-11-09 11:00:00", ticket=self.other)
        with self._at("2026-11-09 12:00:00"):
            self.as_agent.start_remote_help()
        self.other.with_user(self.user_agent).merge_into(self.ticket)
        unbilled = self.ticket._get_unbilled_time()
        self.assertEqual(unbilled.mapped("hours"), [0.5, 1.0])
        work = unbilled[0]._prepare_remote_work()
        self.assertEqual(
            {name: work[name] for name in ("ticket_id", "partner_id", "user_id", "hours")},
            {
                "ticket_id": self.ticket.id,
                "partner_id": self.alfa.id,
                "user_id": self.user_agent.id,
                "hours": 0.5,
            },
        )
