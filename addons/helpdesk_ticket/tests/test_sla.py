from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon

MONDAY = "2026-11-09 10:00:00"


@tagged("post_install", "-at_install")
class TestSla(HelpdeskCommon):
    def _open_on_monday(self, **values):
        with self._at(MONDAY):
            return self._create_ticket(**values)

    def _assert_deadlines(self, ticket, response, resolution):
        self.assertEqual(
            [ticket.response_deadline, ticket.resolution_deadline],
            [Datetime.to_datetime(moment) or False for moment in (response, resolution)],
        )

    # === WHICH PROMISE === #

    def test_the_first_policy_whose_conditions_hold(self):
        general = self._create_policy(sequence=90)
        urgent = self._create_policy(sequence=5, priority="3")
        customer = self._create_policy(sequence=1, partner_id=self.beta.id)
        child = self.env["helpdesk.category"].create({"name": "Gas", "parent_id": self.category.id})
        category = self._create_policy(sequence=3, category_id=self.category.id)
        team = self._create_policy(
            sequence=4, team_id=self.env["helpdesk.team"].create({"name": "IT"}).id
        )
        for values, expected in (
            ({}, general),
            ({"priority": "3"}, urgent),
            ({"priority": "2"}, general),
            ({"partner_id": self.paolo.id}, customer),
            ({"category_id": child.id}, category),
            ({"team_id": team.team_id.id, "priority": "3"}, team),
        ):
            with self.subTest(values=values):
                self.assertEqual(self._create_ticket(**values).sla_policy_id, expected)

    def test_another_company_promises_for_itself(self):
        other = self._create_company(name="Altra assistenza")
        self._create_policy(company_id=other.id, calendar_id=False)
        self.assertFalse(self._create_ticket().sla_policy_id)

    def test_no_promise_no_deadline(self):
        ticket = self._create_ticket()
        self._assert_deadlines(ticket, False, False)
        self.assertEqual(ticket.sla_state, "none")

    # === DEADLINES === #

    def test_deadlines_in_working_hours(self):
        self._create_policy()
        # Monday 10–12 and 13–17 are 6 of 16 hours, Tuesday 8: two are left for Wednesday
        self._assert_deadlines(self._open_on_monday(), "2026-11-09 15:00:00", "2026-11-11 10:00:00")

    def test_deadlines_by_day_and_night(self):
        self._create_policy(calendar_id=False)
        self._assert_deadlines(self._open_on_monday(), "2026-11-09 14:00:00", "2026-11-10 02:00:00")

    def test_a_night_shift_and_a_day_of_24_hours(self):
        self.calendar.attendance_ids = [
            Command.clear(),
            *(
                Command.create(
                    {"name": str(day), "dayofweek": str(day), "hour_from": 0, "hour_to": 24}
                )
                for day in range(7)
            ),
        ]
        self._create_policy()
        self._assert_deadlines(self._open_on_monday(), "2026-11-09 14:00:00", "2026-11-10 02:00:00")

    def test_a_promise_of_months_has_a_date_too(self):
        self._create_policy(resolution_hours=8 * 5 * 20)
        self._assert_deadlines(self._open_on_monday(), "2026-11-09 15:00:00", "2027-03-29 10:00:00")

    def test_a_part_of_the_promise_may_be_missing(self):
        self._create_policy(response_hours=0)
        self._assert_deadlines(self._open_on_monday(), False, "2026-11-11 10:00:00")

    def test_waiting_for_the_customer_stops_our_clock_not_the_first_response(self):
        self._create_policy()
        ticket = self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            ticket.stage_id = self.stage_waiting
            self._assert_deadlines(ticket, "2026-11-09 15:00:00", False)
        with self._at("2026-11-10 08:00:00"):
            ticket.stage_id = self.stage_progress
            # one hour was used on Monday: 8 on Tuesday, 7 on Wednesday
            self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 16:00:00")

    # === A CHANGED WORLD === #

    def test_a_changed_promise_moves_open_deadlines_only(self):
        policy = self._create_policy()
        ticket, closed = self._open_on_monday(), self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            closed.action_close(solution="Pulito", cause="Sporco")
            policy.resolution_hours = 8
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-10 10:00:00")
        self._assert_deadlines(closed, "2026-11-09 15:00:00", "2026-11-11 10:00:00")

    def test_priority_and_category_choose_another_promise(self):
        self._create_policy(sequence=90)
        self._create_policy(sequence=1, priority="3", calendar_id=False)
        ticket = self._open_on_monday()
        ticket.priority = "3"
        self._assert_deadlines(ticket, "2026-11-09 14:00:00", "2026-11-10 02:00:00")
        ticket.priority = "1"
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 10:00:00")

    def test_a_new_policy_takes_over_open_tickets(self):
        ticket = self._open_on_monday()
        policy = self._create_policy()
        self.assertEqual(ticket.sla_policy_id, policy)
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 10:00:00")
        policy.action_archive()
        self._assert_deadlines(ticket, False, False)

    def test_a_deleted_policy_leaves_no_deadline(self):
        policy = self._create_policy()
        ticket = self._open_on_monday()
        policy.unlink()
        self._assert_deadlines(ticket, False, False)

    def test_changed_working_hours_move_deadlines(self):
        self._create_policy()
        ticket = self._open_on_monday()
        self.calendar.attendance_ids.filtered(lambda line: line.hour_from == 13).unlink()
        self._assert_deadlines(ticket, "2026-11-10 10:00:00", "2026-11-13 10:00:00")
        self.calendar.attendance_ids.write({"hour_to": 10})
        self.env["resource.calendar.attendance"].create(
            {
                "calendar_id": self.calendar.id,
                "name": "Lunedì sera",
                "dayofweek": "0",
                "hour_from": 18,
                "hour_to": 22,
                "day_period": "afternoon",
            }
        )
        self._assert_deadlines(ticket, "2026-11-09 22:00:00", "2026-11-16 20:00:00")

    def test_a_holiday_moves_deadlines_and_back(self):
        self._create_policy()
        ticket = self._open_on_monday()
        holiday = self.env["resource.calendar.leaves"].create(
            {
                "name": "Patrono",
                "calendar_id": self.calendar.id,
                "company_id": self.env.company.id,
                "date_from": "2026-11-10 00:00:00",
                "date_to": "2026-11-10 23:59:59",
            }
        )
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-12 10:00:00")
        holiday.write({"date_from": "2026-11-20 00:00:00", "date_to": "2026-11-20 23:59:59"})
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 10:00:00")
        holiday.write({"date_from": "2026-11-10 00:00:00", "date_to": "2026-11-10 23:59:59"})
        holiday.unlink()
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 10:00:00")

    def test_one_person_s_leave_stops_no_clock(self):
        self._create_policy()
        ticket = self._open_on_monday()
        resource = self.env["resource.resource"].create(
            {"name": "Sara", "calendar_id": self.calendar.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ferie",
                "calendar_id": self.calendar.id,
                "resource_id": resource.id,
                "date_from": "2026-11-10 00:00:00",
                "date_to": "2026-11-10 23:59:59",
            }
        )
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 10:00:00")

    def test_reopening_takes_the_clock_up_where_it_stood(self):
        self._create_policy()
        ticket = self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            ticket.action_close(solution="Pulito", cause="Sporco")
        with self._at("2026-11-10 08:00:00"):
            ticket.reopen(reason="Di nuovo")
            self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 16:00:00")

    # === STATE === #

    def test_the_state_over_time_and_its_search(self):
        self._create_policy(calendar_id=False, response_hours=0, resolution_hours=8)
        ticket = self._open_on_monday()
        for moment, state in (
            ("2026-11-09 10:30:00", "ok"),
            ("2026-11-09 16:30:00", "warning"),
            ("2026-11-09 18:30:00", "breached"),
        ):
            with self.subTest(moment=moment), self._at(moment):
                self.env.invalidate_all()
                self.assertEqual(ticket.sla_state, state)
                found = {
                    key
                    for key in ("none", "ok", "warning", "breached")
                    if self.env["helpdesk.ticket"].search(
                        [("id", "=", ticket.id), ("sla_state", "=", key)]
                    )
                }
                self.assertEqual(found, {state})

    def test_an_answer_keeps_the_first_promise(self):
        self._create_policy(resolution_hours=0)
        ticket = self._open_on_monday()
        self.assertEqual(ticket.next_deadline, ticket.response_deadline)
        ticket.first_response_date = "2026-11-09 11:00:00"
        self.assertFalse(ticket.next_deadline)
        self.assertFalse(ticket.sla_missed)
        ticket.first_response_date = "2026-11-09 16:00:00"
        self.assertTrue(ticket.sla_missed)

    def test_a_late_solution_stays_late(self):
        policy = self._create_policy(response_hours=0)
        ticket = self._open_on_monday()
        with self._at("2026-11-12 10:00:00"):
            ticket.action_close(solution="Pulito", cause="Sporco")
        self.assertEqual((ticket.sla_missed, ticket.sla_state), (True, "breached"))
        policy.resolution_hours = 400
        self.assertTrue(ticket.sla_missed)

    # === WARNING === #

    def _run_cron(self):
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base.models.ir_cron"):
            self.env.ref("helpdesk_ticket.helpdesk_ticket_cron_warn").method_direct_trigger()

    def test_the_responsible_is_warned_once_of_each_deadline(self):
        policy = self._create_policy(calendar_id=False, response_hours=0, resolution_hours=8)
        opened = Datetime.now() - timedelta(hours=7)
        with self._at(opened):
            mine = self._create_ticket(user_id=self.user_agent.id)
            nobody_s = self._create_ticket()
        fresh = self._create_ticket()
        self._run_cron()
        self._run_cron()
        self.assertEqual(mine.activity_ids.mapped("user_id"), self.user_agent)
        self.assertEqual(len(mine.activity_ids), 1)
        self.assertEqual(nobody_s.activity_ids.user_id, self.user_manager, "the team leader")
        self.assertFalse(fresh.activity_ids)
        policy.resolution_hours = 7.5
        self._run_cron()
        self.assertEqual(len(mine.activity_ids), 2, "another deadline, another warning")
