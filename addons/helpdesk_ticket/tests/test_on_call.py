from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCommon

NIGHT = "2026-11-09 22:00:00"
MORNING = "2026-11-09 10:00:00"


@tagged("post_install", "-at_install")
class TestOnCall(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.calendar_id = cls.calendar
        cls.shift = cls._create_shift(
            start="2026-11-09 07:00:00", stop="2026-11-16 07:00:00", user_id=cls.user_agent.id
        )

    @classmethod
    def _create_shift(cls, **values):
        return cls.env["helpdesk.on.call.shift"].create({"team_id": cls.team.id, **values})

    def test_at_night_an_urgent_ticket_goes_to_whoever_is_on_call(self):
        for moment, priority, expected in (
            (NIGHT, "3", self.user_agent),
            (NIGHT, "1", self.env["res.users"]),
            (MORNING, "3", self.env["res.users"]),
            ("2026-11-20 22:00:00", "3", self.env["res.users"]),
        ):
            with self.subTest(moment=moment, priority=priority), self._at(moment):
                self.assertEqual(self._create_ticket(priority=priority).user_id, expected)

    def test_who_is_on_call_comes_before_the_team_s_assignment(self):
        self.team.assignment = "balanced"
        self._create_ticket(user_id=self.user_agent.id)
        with self._at(NIGHT):
            self.assertEqual(self._create_ticket(priority="3").user_id, self.user_agent)

    def test_a_ticket_that_becomes_urgent_at_night_is_given_too(self):
        with self._at(NIGHT):
            ticket = self._create_ticket()
            ticket.priority = "3"
            self.assertEqual(ticket.user_id, self.user_agent)

    def test_a_ticket_somebody_has_in_hand_stays_theirs(self):
        with self._at(NIGHT):
            ticket = self._create_ticket(priority="3", user_id=self.user_manager.id)
        self.assertEqual(ticket.user_id, self.user_manager)

    def test_the_night_s_deadlines_are_told_to_whoever_is_on_call(self):
        self._create_policy(calendar=False, response=0, resolution=2)
        with self._at("2026-11-09 20:00:00"):
            ticket = self._create_ticket(user_id=self.user_manager.id)
        with self._at("2026-11-09 21:45:00"):
            ticket._give_notices()
        self.assertEqual(ticket.activity_ids.user_id, self.user_agent)

    def test_who_is_on_call_is_seen_on_the_team(self):
        with self._at(MORNING):
            self.team.invalidate_recordset()
            self.assertEqual(self.team.on_call_user_id, self.user_agent)

    def test_two_people_are_never_on_call_at_once(self):
        with self.assertRaises(ValidationError):
            self._create_shift(
                start="2026-11-15 07:00:00",
                stop="2026-11-22 07:00:00",
                user_id=self.user_manager.id,
            )
        other = self.env["helpdesk.team"].create({"name": "Other"})
        self._create_shift(
            team_id=other.id,
            start="2026-11-15 07:00:00",
            stop="2026-11-22 07:00:00",
            user_id=self.user_manager.id,
        )

    def test_the_rota_goes_round_by_the_clock_on_the_wall(self):
        self.shift.unlink()
        self.calendar.tz = "Europe/Rome"
        rota = Form(
            self.env["helpdesk.on.call.rota"]
            .with_user(self.user_manager)
            .with_context(default_team_id=self.team.id)
        )
        rota.date_start = "2026-10-19"
        rota.date_stop = "2026-11-05"
        rota.save().action_confirm()
        shifts = self.team.shift_ids.sorted("start")
        self.assertEqual(
            shifts.mapped("start"),
            [
                fields.Datetime.to_datetime(moment)
                for moment in (
                    "2026-10-19 06:00:00",
                    "2026-10-26 07:00:00",  # winter time
                    "2026-11-02 07:00:00",
                )
            ],
        )
        self.assertEqual(shifts[-1].stop, fields.Datetime.to_datetime("2026-11-05 07:00:00"))
        self.assertEqual(shifts[0].user_id, shifts[2].user_id)
        self.assertEqual(shifts[:2].user_id, self.team.member_ids)

    def test_a_rota_of_nonsense_is_refused(self):
        for values in (
            {"date_stop": "2026-10-18"},
            {"days": 0},
            {"user_ids": False},
            {"days": 1, "date_stop": "2030-01-01"},
        ):
            rota = self.env["helpdesk.on.call.rota"].create(
                {
                    "team_id": self.team.id,
                    "date_start": "2026-10-19",
                    "date_stop": "2026-11-05",
                    **values,
                }
            )
            with self.subTest(values=values), self.assertRaises(UserError):
                rota.action_confirm()

    def test_agents_read_the_rota_managers_write_it(self):
        shift = self.shift.with_user(self.user_agent)
        self.assertEqual(shift.user_id, self.user_agent)
        with self.assertRaises(AccessError):
            shift.user_id = self.user_manager
        self.shift.with_user(self.user_manager).note = "335 1234567"
        with self.assertRaises(AccessError):
            self.shift.with_user(self.user_portal).read(["note"])

    def test_the_rota_costs_as_much_for_many_tickets(self):
        def cost(count):
            with self._at(NIGHT), self._queries("helpdesk_on_call_shift") as found:
                self.env["helpdesk.ticket"].create(
                    [{"name": "Guasto", "priority": "3"} for _turn in range(count)]
                )
            return len(found)

        cost(1)
        self.assertEqual(cost(1), cost(40))
