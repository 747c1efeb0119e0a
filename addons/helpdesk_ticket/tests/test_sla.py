from datetime import timedelta

from psycopg2 import IntegrityError

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
        self._create_policy(company_id=other.id, calendar=False)
        self.assertFalse(self._create_ticket().sla_policy_id)

    def test_a_promise_is_named_in_the_reader_s_words(self):
        promised = self._create_policy(response=1.5, resolution=16).target_ids
        self.assertEqual(
            promised.mapped("display_name"),
            ["First response within 1.50 h", "Solution within 16 h"],
        )

    def test_a_ticket_closed_in_the_same_breath_was_promised_something(self):
        policy = self._create_policy()
        ticket = self._open_on_monday()
        ticket.action_close(solution="Pulito", cause="Sporco")
        self.assertEqual(ticket.sla_policy_id, policy)
        self.assertTrue(ticket.resolution_deadline)

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
        self._create_policy(calendar=False)
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
        self._create_policy(resolution=8 * 5 * 20)
        self._assert_deadlines(self._open_on_monday(), "2026-11-09 15:00:00", "2027-03-29 10:00:00")

    def test_a_part_of_the_promise_may_be_missing(self):
        self._create_policy(response=0)
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
            self._promise(policy, "resolution", 8)
        self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-10 10:00:00")
        self._assert_deadlines(closed, "2026-11-09 15:00:00", "2026-11-11 10:00:00")

    def test_priority_and_category_choose_another_promise(self):
        self._create_policy(sequence=90)
        self._create_policy(sequence=1, priority="3", calendar=False)
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
        self._create_policy(calendar=False, response=0, resolution=8)
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
        self._create_policy(resolution=0)
        ticket = self._open_on_monday()
        self.assertEqual(ticket.next_deadline, ticket.response_deadline)
        ticket.first_response_date = "2026-11-09 11:00:00"
        self.assertFalse(ticket.next_deadline)
        self.assertFalse(ticket.sla_missed)
        ticket.first_response_date = "2026-11-09 16:00:00"
        self.assertTrue(ticket.sla_missed)

    def test_a_late_solution_stays_late(self):
        policy = self._create_policy(response=0)
        ticket = self._open_on_monday()
        with self._at("2026-11-12 10:00:00"):
            ticket.action_close(solution="Pulito", cause="Sporco")
        self.assertEqual((ticket.sla_missed, ticket.sla_state), (True, "breached"))
        self._promise(policy, "resolution", 400)
        self.assertTrue(ticket.sla_missed)

    # === FURTHER PROMISES === #

    def _say(self, ticket, user, **values):
        return ticket.with_user(user).message_post(
            body="Ci siamo?", message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def _write_as_customer(self, ticket):
        return ticket.message_post(
            body="E allora?",
            message_type="email",
            author_id=self.giulia.id,
            subtype_xmlid="mail.mt_comment",
        )

    def test_each_message_of_the_customer_wants_an_answer(self):
        self._create_policy(next_response=2, resolution=0)
        ticket = self._open_on_monday()
        with self._at("2026-11-09 10:30:00"):
            self._write_as_customer(ticket)
        self.assertFalse(ticket.next_response_deadline, "the first response is still owed")
        with self._at("2026-11-09 11:00:00"):
            self._say(ticket, self.user_agent)
        with self._at("2026-11-09 11:30:00"):
            self._write_as_customer(ticket)
        with self._at("2026-11-09 13:15:00"):
            self._write_as_customer(ticket)
            # half an hour before lunch, one and a half after, from the first message on
            self.assertEqual(
                ticket.next_response_deadline, Datetime.to_datetime("2026-11-09 14:30:00")
            )
            self.assertEqual(ticket.next_deadline, ticket.next_response_deadline)
        with self._at("2026-11-09 14:00:00"):
            self._say(ticket, self.user_agent)
        self.assertFalse(ticket.next_response_deadline)
        self.assertFalse(ticket.sla_missed)
        question = ticket.question_ids
        self.assertEqual(
            (question.answered_by_id, question.deadline),
            (self.user_agent, Datetime.to_datetime("2026-11-09 14:30:00")),
        )

    def test_an_answer_given_late_stays_late(self):
        policy = self._create_policy(next_response=2, resolution=0)
        ticket = self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            self._say(ticket, self.user_agent)
            self._write_as_customer(ticket)
        with self._at("2026-11-09 16:00:00"):
            self._say(ticket, self.user_agent)
        self.assertTrue(ticket.sla_missed)
        self._promise(policy, "next_response", 40)
        self.assertTrue(ticket.sla_missed)

    def test_a_note_answers_nobody_and_asks_nothing(self):
        self._create_policy(next_response=2)
        ticket = self._open_on_monday()
        self._say(ticket, self.user_agent)
        ticket.with_user(self.user_agent).message_post(body="Nota", subtype_xmlid="mail.mt_note")
        self.assertFalse(ticket.question_ids)
        self._write_as_customer(ticket)
        ticket.with_user(self.user_agent).message_post(body="Nota", subtype_xmlid="mail.mt_note")
        self.assertFalse(ticket.question_ids.answered_on)

    def test_closing_answers(self):
        self._create_policy(next_response=2)
        ticket = self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            self._say(ticket, self.user_agent)
            self._write_as_customer(ticket)
        with self._at("2026-11-09 11:30:00"):
            ticket.with_user(self.user_agent).action_close(solution="Pulito", cause="Sporco")
        self.assertEqual(
            ticket.question_ids.answered_on, Datetime.to_datetime("2026-11-09 11:30:00")
        )
        self.assertFalse(ticket.sla_missed)

    def test_somebody_on_site_keeps_the_promise(self):
        self._create_policy(on_site=4, response=0, resolution=0)
        ticket, late, by_telephone = (self._open_on_monday() for _turn in range(3))
        due = Datetime.to_datetime("2026-11-09 15:00:00")
        self.assertEqual((ticket.on_site_deadline, ticket.next_deadline), (due, due))
        ticket._note_on_site(Datetime.to_datetime("2026-11-09 14:00:00"))
        ticket._note_on_site(Datetime.to_datetime("2026-11-10 14:00:00"))
        self.assertEqual(ticket.on_site_date, Datetime.to_datetime("2026-11-09 14:00:00"))
        late._note_on_site(Datetime.to_datetime("2026-11-09 15:01:00"))
        with self._at("2026-11-09 11:00:00"):
            by_telephone.action_close(solution="Riavviata", cause="Blocco")
        self.assertEqual(
            [(t.sla_missed, t.next_deadline) for t in (ticket, late, by_telephone)],
            [(False, False), (True, False), (False, False)],
        )

    def test_each_promise_in_hours_of_its_own(self):
        policy = self._create_policy()
        ticket = self._open_on_monday()
        policy.target_ids.filtered(lambda t: t.kind == "first_response").calendar_id = False
        self._assert_deadlines(ticket, "2026-11-09 14:00:00", "2026-11-11 10:00:00")

    def test_a_promise_pauses_in_the_stages_chosen(self):
        policy = self._create_policy()
        parts = self.stage_progress.copy({"name": "Waiting for parts", "sequence": 25})
        ticket = self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            ticket.stage_id = parts
        with self._at("2026-11-10 08:00:00"):
            ticket.stage_id = self.stage_progress
            self._assert_deadlines(ticket, "2026-11-09 15:00:00", "2026-11-11 10:00:00")
            policy.target_ids.pause_stage_ids = parts
            # of the response one hour was used up, then Tuesday goes on; of the solution one too
            self._assert_deadlines(ticket, "2026-11-10 11:00:00", "2026-11-11 16:00:00")

    def test_bad_promises_are_refused(self):
        policy = self._create_policy()
        for hours in (0, -1):
            with self.subTest(hours=hours), mute_logger("odoo.sql_db"):
                with self.assertRaises(IntegrityError), self.cr.savepoint():
                    self._promise(policy, "resolution", hours)
                    policy.flush_recordset()
                    self.env.flush_all()
                self.env.invalidate_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            policy.target_ids.kind = "resolution"
            self.env.flush_all()

    # === WHOSE TIME === #

    def test_every_minute_belongs_to_somebody(self):
        self._create_policy()
        ticket = self._open_on_monday()
        with self._at("2026-11-09 11:00:00"):
            ticket.stage_id = self.stage_waiting
        with self._at("2026-11-09 14:00:00"):
            ticket.stage_id = self.stage_progress
        with self._at("2026-11-10 09:00:00"):
            ticket.action_close(solution="Pulito", cause="Sporco")
        self.assertEqual(
            ticket.time_spent, {"ours": 1 + 3 + 1, "waiting": 1 + 1, "outside": 1 + 15}
        )
        self.assertEqual(ticket.resolution_hours, 5)
        self.assertEqual(ticket.segment_ids.sorted("start").mapped("working_hours")[:3], [1, 2, 4])
        with self._at("2026-11-10 10:00:00"):
            ticket.reopen(reason="Di nuovo")
            self.assertEqual(ticket.resolution_hours, 0)
        with self._at("2026-11-10 11:00:00"):
            ticket.action_close(solution="Pulito meglio", cause="Sporco")
        self.assertEqual(ticket.time_spent["closed"], 1)
        self.assertEqual(ticket.resolution_hours, 6)

    def test_hours_to_the_first_response_lie_within_working_hours(self):
        self._create_policy()
        ticket = self._open_on_monday()
        with self._at("2026-11-09 14:30:00"):
            self._say(ticket, self.user_agent)
        self.assertEqual(ticket.first_response_hours, 3.5)
        self.calendar.attendance_ids.unlink()
        self.assertEqual(ticket.first_response_hours, 3.5, "what was is not measured again")

    # === WARNING AND ALARM === #

    def _run_cron(self):
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base.models.ir_cron"):
            self.env.ref("helpdesk_ticket.helpdesk_ticket_cron_warn").method_direct_trigger()

    def test_the_responsible_is_warned_once_of_each_deadline(self):
        policy = self._create_policy(calendar=False, response=0, resolution=8)
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
        self._promise(policy, "resolution", 7.5)
        self._run_cron()
        self.assertEqual(len(mine.activity_ids), 2, "another deadline, another warning")

    def test_at_the_breach_the_leader_is_told_too_and_once(self):
        self._create_policy(calendar=False, response=0, resolution=8)
        with self._at(Datetime.now() - timedelta(hours=9)):
            ticket = self._create_ticket(user_id=self.user_agent.id)
        self._run_cron()
        self._run_cron()
        self.assertEqual(ticket.activity_ids.user_id, self.user_agent + self.user_manager)
        self.assertEqual(len(ticket.activity_ids), 2)
        self.assertIn("broken", ticket.activity_ids[:1].summary)
        self.assertFalse(ticket.next_notice)

    def test_a_broken_promise_doesn_t_hide_the_next_one(self):
        self._create_policy(calendar=False, response=1, resolution=8)
        opened = Datetime.now()
        with self._at(opened - timedelta(hours=2)):
            ticket = self._create_ticket(user_id=self.user_agent.id)
        self._run_cron()
        told = len(ticket.activity_ids)
        self.assertEqual(ticket.next_notice, ticket._warn_before(ticket.resolution_deadline))
        with self._at(opened + timedelta(hours=5)):
            ticket._give_notices()
        self.assertEqual(len(ticket.activity_ids), told + 1)
