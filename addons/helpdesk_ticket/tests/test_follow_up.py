import doctest
import importlib.util
from datetime import datetime, timedelta
from pathlib import Path

import pytz
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .. import working_days
from .common import HelpdeskCommon

# A Friday at three; work ends at five, and starts again on Monday at eight.
FRIDAY = "2026-11-13 15:00:00"


class FollowUpCommon(HelpdeskCommon, MailCommon):
    @classmethod
    def default_env_context(cls):
        return {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.giulia.email = "giulia@alfa-test.example"
        cls.team.write(
            {
                "calendar_id": cls.calendar.id,
                "waiting_remind_days": 2,
                "waiting_close_days": 3,
                "untouched_days": 1,
            }
        )

    def _run(self, name, moment):
        """Let a cron run at a moment; return the mails it sent to customers."""
        cron = self.env.ref(f"helpdesk_ticket.helpdesk_ticket_cron_{name}")
        with (
            self._at(moment),
            self.enter_registry_test_mode(),
            self.mock_mail_gateway(),
            mute_logger("odoo.addons.base.models.ir_cron"),
        ):
            cron.method_direct_trigger()
            # Crons leave their mails to the queue.
            self._new_mails.filtered(lambda mail: mail.state == "outgoing").send()
            # Colleagues are told of their tasks by mail, too.
            return [mail for mail in self._mails if "hd_" not in str(mail["email_to"])]

    def _wait(self, **values):
        with self._at(FRIDAY):
            ticket = self._create_ticket(**values)
            ticket.stage_id = self.stage_waiting
        return ticket

    def _say(self, ticket, user, moment, **values):
        with self._at(moment), self.mock_mail_gateway():
            # What customers write is posted for them, after a check.
            ticket.with_user(user).sudo(user.share).message_post(
                **{
                    "body": "Ecco",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **values,
                }
            )


@tagged("post_install", "-at_install")
class TestWorkingDays(HelpdeskCommon):
    def test_the_examples_in_the_code_hold(self):
        result = doctest.testmod(working_days)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    @given(
        st.integers(0, 60 * 24 * 40),
        st.integers(1, 12),
        st.lists(st.integers(0, 44), min_size=1, max_size=30, unique=True),
        st.sampled_from(["UTC", "Europe/Rome", "America/New_York", "Pacific/Auckland"]),
    )
    def test_days_are_counted_as_on_a_calendar(self, minute, days, worked, zone):
        """Compared with crossing out days on a paper calendar: work is from ten to noon there."""
        zone = pytz.timezone(zone)
        # Around the end of summer time.
        first = datetime(2026, 10, 5)

        def local(day, hour):
            moment = zone.localize(first + timedelta(days=day, hours=hour))
            return moment.astimezone(pytz.utc).replace(tzinfo=None)

        intervals = [(local(day, 10), local(day, 12)) for day in sorted(worked)]
        start = first + timedelta(minutes=minute)
        today = (pytz.utc.localize(start).astimezone(zone).replace(tzinfo=None) - first).days
        later = [day for day in sorted(worked) if day > today]
        expected = local(later[days - 1], 12) if len(later) >= days else None
        self.assertEqual(working_days.end_of_working_day(start, days, intervals, zone), expected)


@tagged("post_install", "-at_install")
class TestFollowUp(FollowUpCommon):
    def test_the_customer_is_reminded_and_then_it_is_closed(self):
        ticket = self._wait()
        self.assertEqual(ticket.follow_up_on, datetime(2026, 11, 17, 17, 0))
        self.assertFalse(self._run("follow_up", "2026-11-17 16:59:00"))
        (mail,) = self._run("follow_up", "2026-11-17 17:00:00")
        self.assertEqual(mail["email_to"], [self.giulia.email_formatted])
        self.assertIn(ticket.number, mail["body"])
        self.assertFalse(ticket.closed)
        self.assertFalse(self._run("follow_up", "2026-11-20 16:59:00"), "one mail per step")
        (mail,) = self._run("follow_up", "2026-11-20 17:00:00")
        self.assertEqual(mail["email_to"], [self.giulia.email_formatted])
        self.assertEqual(ticket.stage_id, self.stage_cancelled)
        self.assertFalse(ticket.solution)
        self.assertFalse(ticket.rating_pending)
        self.assertFalse(self._run("follow_up", "2027-01-20 17:00:00"))

    def test_reopening_undoes_it(self):
        ticket = self._wait()
        self._run("follow_up", "2026-11-17 17:00:00")
        self._run("follow_up", "2026-11-20 17:00:00")
        with self._at("2026-11-23 09:00:00"), self.mock_mail_gateway():
            ticket.with_user(self.user_agent).reopen(reason="Ha richiamato")
        self.assertRecordValues(
            ticket, [{"stage_id": self.stage_progress.id, "reminded_on": False, "closed": False}]
        )

    def test_an_answer_moves_it_back_to_us(self):
        self._let_customers_read_their_tickets()
        ticket = self._wait()
        self._run("follow_up", "2026-11-17 17:00:00")
        self._say(ticket, self.user_portal, "2026-11-18 09:00:00")
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertFalse(ticket.reminded_on)
        self.assertEqual(ticket.follow_up_on, datetime(2026, 11, 19, 17, 0), "the agent's turn")

    def test_what_we_write_or_note_starts_the_days_anew(self):
        for subtype in ("mail.mt_comment", "mail.mt_note"):
            ticket = self._wait()
            self._say(ticket, self.user_agent, "2026-11-17 10:00:00", subtype_xmlid=subtype)
            with self.subTest(subtype=subtype):
                self.assertEqual(ticket.stage_id, self.stage_waiting)
                self.assertEqual(ticket.follow_up_on, datetime(2026, 11, 19, 17, 0))

    def test_a_holiday_set_up_meanwhile_counts(self):
        ticket = self._wait()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ponte",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-16 00:00:00",
                "date_to": "2026-11-16 23:59:59",
            }
        )
        self.assertFalse(self._run("follow_up", "2026-11-17 17:00:00"))
        self.assertEqual(ticket.follow_up_on, datetime(2026, 11, 18, 17, 0))
        self.assertTrue(self._run("follow_up", "2026-11-18 17:00:00"))

    def test_zero_is_never(self):
        self.team.write({"waiting_remind_days": 0, "untouched_days": 0})
        waiting, ours = self._wait(), self._create_ticket()
        self.assertFalse(waiting.follow_up_on or ours.follow_up_on)
        self.team.waiting_remind_days = 2
        self.assertTrue(waiting.follow_up_on, "what the team sets up holds for open tickets")
        self.team.waiting_close_days = 0
        self.assertTrue(self._run("follow_up", "2026-11-17 17:00:00"))
        self.assertFalse(waiting.follow_up_on)
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.team.waiting_remind_days = -1
            self.env.flush_all()

    def test_who_has_no_address_is_called_and_nothing_is_closed(self):
        ticket = self._wait(partner_id=False, user_id=self.user_agent.id)
        self.assertFalse(self._run("follow_up", "2026-11-17 17:00:00"))
        self.assertEqual(ticket.activity_ids.user_id, self.user_agent)
        self.assertFalse(ticket.follow_up_on)
        self.assertFalse(ticket.closed)

    def test_the_agent_is_told_of_what_lies_untouched(self):
        with self._at(FRIDAY):
            mine = self._create_ticket(user_id=self.user_agent.id)
            nobody_s = self._create_ticket()
        self.assertEqual(mine.follow_up_on, datetime(2026, 11, 16, 17, 0))
        self.assertFalse(self._run("follow_up", "2026-11-16 17:00:00"), "no mail to anybody")
        self.assertEqual(mine.activity_ids.user_id, self.user_agent)
        self.assertEqual(nobody_s.activity_ids.user_id, self.user_manager, "the team leader")
        self._run("follow_up", "2026-11-27 17:00:00")
        self.assertEqual(len(mine.activity_ids), 1, "once for each standstill")
        self._say(mine, self.user_agent, "2026-11-30 09:00:00")
        self._run("follow_up", "2026-12-02 09:00:00")
        self.assertEqual(len(mine.activity_ids), 2)

    def test_taking_charge_is_touching(self):
        with self._at(FRIDAY):
            ticket = self._create_ticket()
        with self._at("2026-11-16 10:00:00"):
            ticket.with_user(self.user_agent).action_assign_to_me()
        self.assertEqual(ticket.follow_up_on, datetime(2026, 11, 17, 17, 0))

    def test_a_batch_goes_on_where_it_stopped(self):
        tickets = self.env["helpdesk.ticket"].union(*(self._wait() for _turn in range(3)))
        with (
            self._at("2026-11-17 17:00:00"),
            self.enter_registry_test_mode(),
            self.mock_mail_gateway(),
        ):
            cron = self.env.ref("helpdesk_ticket.helpdesk_ticket_cron_follow_up")
            cron.code = "model._cron_follow_up(batch_size=2)"
            with mute_logger("odoo.addons.base.models.ir_cron"):
                cron.method_direct_trigger()
        self.assertEqual(len(tickets.filtered("reminded_on")), 3)

    def test_the_due_dates_cost_no_query_per_ticket(self):
        def cost(count):
            tickets = self.env["helpdesk.ticket"].create(
                [{"name": f"Guasto {i}", "partner_id": self.giulia.id} for i in range(count)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                tickets._reset_follow_ups()
                tickets.mapped("follow_up_on")
                self.env.flush_all()
            return len(found)

        cost(1)
        self.assertEqual(cost(2), cost(80))

    def test_what_is_due_is_found_by_an_index(self):
        self._wait()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO helpdesk_ticket
                          (number, name, company_id, team_id, stage_id, closed, active, channel,
                           priority, close_date)
                   SELECT 'P' || i, 'Vecchio ' || i, %s, %s, %s, TRUE, TRUE, 'internal', '1', now()
                     FROM generate_series(1, 20000) AS i""",
                self.env.company.id,
                self.team.id,
                self.stage_solved.id,
            )
        )
        self.env.cr.execute("ANALYZE helpdesk_ticket")
        for domain in (
            [("follow_up_on", "<=", "2030-01-01")],
            [
                ("team_id", "=", self.team.id),
                ("rating_pending", "=", True),
                ("close_date", "<=", "2030-01-01"),
            ],
        ):
            query = self.env["helpdesk.ticket"]._search(domain)
            plan = "\n".join(
                row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
            )
            with self.subTest(domain=domain):
                self.assertNotIn("Seq Scan on helpdesk_ticket", plan)


@tagged("post_install", "-at_install")
class TestRating(FollowUpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"rate_closed": True, "rating_reminder_days": 3})

    def _solve(self, moment="2026-11-13 15:00:00", **values):
        with self._at(moment), self.mock_mail_gateway():
            ticket = self._create_ticket(**values)
            self.flush_tracking()
            ticket.with_user(self.user_agent).action_close("Pulito", "Sporco")
            self.flush_tracking()
        return ticket

    def _rating(self, ticket):
        return self.env["rating.rating"].search(
            [("res_model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )

    def test_who_has_not_rated_is_reminded_once(self):
        ticket = self._solve()
        self.assertFalse(self._run("remind_rating", "2026-11-16 14:00:00"))
        (mail,) = self._run("remind_rating", "2026-11-16 15:00:00")
        self.assertEqual(mail["email_to"], [self.giulia.email_formatted])
        self.assertIn(f"/rate/{self._rating(ticket).access_token}/5", mail["body"])
        self.assertFalse(self._run("remind_rating", "2026-11-30 15:00:00"))
        self.assertTrue(ticket.closed)

    def test_who_has_rated_is_not_reminded(self):
        ticket = self._solve()
        ticket.sudo().rating_apply(5, rating=self._rating(ticket), feedback="Bravi")
        self.assertFalse(self._run("remind_rating", "2026-11-17 15:00:00"))
        self.assertRecordValues(self.team, [{"rating_count": 1, "rating_avg": 5}])
        self.assertEqual(self.team.rating_percentage_satisfaction, 100)

    def test_nobody_is_reminded_of_these(self):
        cases = {
            "reopened": lambda t: t.with_user(self.user_agent).reopen(reason="Ancora"),
            "merged": lambda t: self._merge_away(t),
            "refused by the contact": lambda t: t.partner_id.write({"rating_opt_out": True}),
            "refused by the company": lambda t: self.alfa.write({"rating_opt_out": True}),
            "on the list of refused addresses": lambda t: self.env["mail.blacklist"].create(
                {"email": t.partner_id.email}
            ),
            "the team asks nobody": lambda t: self.team.write({"rate_closed": False}),
            "never": lambda t: self.team.write({"rating_reminder_days": 0}),
        }
        for name, act in cases.items():
            with self.subTest(case=name), self.env.cr.savepoint() as savepoint:
                ticket = self._solve()
                with self.mock_mail_gateway():
                    act(ticket)
                self.assertFalse(self._run("remind_rating", "2026-11-17 15:00:00"))
                savepoint.rollback()
                self.env.invalidate_all()
        self._solve()
        self.assertTrue(self._run("remind_rating", "2026-11-17 15:00:00"), "without all that")

    def _merge_away(self, ticket):
        ticket.with_user(self.user_agent).reopen(reason="Doppia")
        target = self._create_ticket()
        ticket.with_user(self.user_agent).merge_into(target.id)

    def test_a_cancelled_ticket_asks_for_nothing(self):
        with self._at(FRIDAY):
            ticket = self._create_ticket()
            ticket.stage_id = self.stage_cancelled
        self.assertFalse(ticket.rating_pending)

    def test_long_ago_is_forgotten(self):
        ticket = self._solve("2026-08-01 10:00:00")
        self.assertFalse(self._run("remind_rating", "2026-11-17 15:00:00"))
        self.assertFalse(ticket.rating_pending)

    def test_who_refuses_is_not_asked_by_the_notice_of_the_solution(self):
        self.alfa.rating_opt_out = True
        with self.mock_mail_gateway():
            ticket = self._create_ticket()
            self.flush_tracking()
            ticket.with_user(self.user_agent).action_close("Pulito", "Sporco")
            self.flush_tracking()
            self.assertIn("Pulito", self._mails[0]["body"])
            self.assertNotIn("/rate/", self._mails[0]["body"])
        self.assertFalse(ticket.rating_pending)

    def test_old_notices_get_the_new_condition(self):
        template = self.env.ref("helpdesk_ticket.mail_template_helpdesk_ticket_solved")
        now = "object._may_ask_for_rating()"
        self.assertIn(now, template.body_html)
        template.body_html = template.body_html.replace(
            now, "object.partner_id and object.team_id.rate_closed"
        )
        self.env.flush_all()
        path = Path(__file__).parent.parent / "migrations/19.0.1.2.0/post-migrate.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        migration.migrate(self.env.cr, "19.0.1.1.0")
        template.invalidate_recordset()
        self.assertIn(now, template.body_html)

    def test_ratings_of_many_teams_cost_no_query_each(self):
        teams = self.env["helpdesk.team"].create([{"name": f"T{i}"} for i in range(30)])

        def cost(records):
            self.env.invalidate_all()
            with self._queries() as found:
                records.mapped("rating_avg")
                records.mapped("rating_percentage_satisfaction")
            return len(found)

        cost(teams[:1])
        self.assertEqual(cost(teams[:2]), cost(teams))
