from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HelpdeskCommon

MONDAY = "2026-11-09"


@tagged("post_install", "-at_install")
class TestAssignment(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_third = cls._create_user(
            "hd_third", "helpdesk_ticket.helpdesk_ticket_group_user", lang="en_US"
        )
        cls.members = cls.user_agent + cls.user_manager + cls.user_third
        cls.env["resource.resource"].search([("user_id", "in", cls.members.ids)]).unlink()
        cls.team.write(
            {
                "member_ids": [Command.set(cls.members.ids)],
                "calendar_id": cls.calendar.id,
                "assignment": "round_robin",
                # Who is on call at night has a test of their own.
                "shift_ids": [Command.clear()],
            }
        )

    @classmethod
    def _employ(cls, user, calendar=None, **values):
        return cls.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "calendar_id": (calendar or cls.calendar).id,
                "company_id": cls.env.company.id,
                "tz": "UTC",
                **values,
            }
        )

    def _leave(self, resource, start, stop):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "company_id": self.env.company.id,
                "date_from": start,
                "date_to": stop,
            }
        )

    def _open(self, count=1, moment=f"{MONDAY} 10:00:00", **values):
        with self._at(moment):
            return self.env["helpdesk.ticket"].create(
                [
                    {"name": f"Guasto {i}", "partner_id": self.giulia.id, **values}
                    for i in range(count)
                ]
            )

    # === IN TURN === #

    def test_in_turn_means_one_after_the_other(self):
        order = [ticket.user_id for ticket in (self._open() for _turn in range(6))]
        self.assertEqual(len(set(order[:3])), 3)
        self.assertEqual(order[:3], order[3:])

    def test_a_batch_goes_on_where_the_last_ticket_ended(self):
        first = self._open().user_id
        batch = [ticket.user_id for ticket in self._open(5)]
        self.assertEqual(batch[2], first)
        self.assertEqual(batch[:2], batch[3:])
        self.assertEqual(len({*batch[:2], first}), 3)

    def test_the_turn_of_an_absent_person_passes_to_the_next(self):
        self._leave(self._employ(self.user_manager), f"{MONDAY} 00:00:00", f"{MONDAY} 23:59:59")
        order = [ticket.user_id for ticket in self._open(6)]
        self.assertNotIn(self.user_manager, order)
        self.assertEqual(order.count(self.user_agent), 3)
        self.assertTrue(all(a != b for a, b in zip(order, order[1:], strict=False)))

    def test_turns_are_drawn_at_once(self):
        def queries(count):
            with self._queries("nextval") as found:
                self._open(count)
            return len(found)

        queries(1)
        self.assertEqual(queries(3), queries(80))

    def test_eighty_tickets_are_assigned_with_as_many_queries_as_three(self):
        def selects(count):
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                self.env["helpdesk.ticket"].create(
                    [{"name": str(i), "partner_id": self.giulia.id} for i in range(count)]
                )
            return len([query for query in found if "SELECT" in str(query)])

        for assignment in ("round_robin", "balanced"):
            self.team.assignment = assignment
            with self.subTest(assignment=assignment), self._at(f"{MONDAY} 10:00:00"):
                selects(3)
                self.assertEqual(selects(3), selects(80))

    def test_two_teams_count_for_themselves(self):
        other = self.env["helpdesk.team"].create(
            {
                "name": "IT",
                "assignment": "round_robin",
                "member_ids": [Command.set(self.members.ids)],
            }
        )
        first = self._open().user_id
        self._open(team_id=other.id)
        second = self._open().user_id
        third = self._open().user_id
        self.assertEqual(len({first, second, third}), 3)
        sequence = other.turn_sequence_id
        self.assertNotEqual(sequence, self.team.turn_sequence_id)
        self.env["helpdesk.ticket"].search([("team_id", "=", other.id)]).unlink()
        other.unlink()
        self.assertFalse(sequence.exists())

    def test_a_manager_has_a_team_assign_in_turn(self):
        team = (
            self.env["helpdesk.team"]
            .with_user(self.user_manager)
            .create({"name": "IT", "member_ids": [Command.set(self.members.ids)]})
        )
        team.assignment = "round_robin"
        self.assertTrue(team.sudo().turn_sequence_id)

    # === WHO IS THERE === #

    def test_whoever_is_on_leave_gets_none(self):
        for assignment in ("round_robin", "balanced"):
            self.team.assignment = assignment
            resource = self._employ(self.user_agent)
            leave = self._leave(resource, f"{MONDAY} 00:00:00", f"{MONDAY} 23:59:59")
            with self.subTest(assignment=assignment):
                self.assertNotIn(self.user_agent, self._open(6).user_id)
                leave.unlink()
                self.assertIn(self.user_agent, self._open(6).user_id)
            resource.unlink()

    def test_whoever_does_not_work_any_more_today_gets_none(self):
        morning = self.calendar.copy({"name": "Mornings"})
        morning.attendance_ids.filtered(lambda line: line.hour_from >= 13).unlink()
        self._employ(self.user_agent, morning)
        for moment, is_there in (
            (f"{MONDAY} 07:00:00", True),
            (f"{MONDAY} 11:59:00", True),
            (f"{MONDAY} 12:01:00", False),
            ("2026-11-08 10:00:00", False),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(self.user_agent in self._open(6, moment).user_id, is_there)

    def test_whoever_has_no_working_hours_on_record_is_there(self):
        self.assertEqual(self._open(6, "2026-11-08 03:00:00").user_id, self.members)

    def test_a_leave_in_the_past_or_of_others_does_not_count(self):
        resource = self._employ(self.user_agent)
        self._leave(resource, "2026-11-02 00:00:00", "2026-11-06 23:59:59")
        self._leave(self._employ(self.user_employee), f"{MONDAY} 00:00:00", f"{MONDAY} 23:59:59")
        self.assertIn(self.user_agent, self._open(6).user_id)

    def test_the_archived_are_passed_over(self):
        self.user_third.active = False
        self.assertEqual(self._open(6).user_id, self.user_agent + self.user_manager)

    def test_if_nobody_is_there_the_leader_is_told(self):
        for user in self.members:
            self._employ(user)
        for assignment in ("round_robin", "balanced"):
            self.team.assignment = assignment
            tickets = self._open(2, "2026-11-08 10:00:00")
            with self.subTest(assignment=assignment):
                self.assertFalse(tickets.user_id)
                self.assertEqual(tickets.activity_ids.user_id, self.user_manager)
                self.assertEqual(len(tickets.activity_ids), 2)

    def test_a_team_that_assigns_by_hand_disturbs_nobody(self):
        self.team.assignment = "manual"
        ticket = self._open()
        self.assertFalse(ticket.user_id or ticket.activity_ids)

    def test_a_customer_s_request_is_given_out_too(self):
        self._let_customers_read_their_tickets()
        with self._at(f"{MONDAY} 10:00:00"):
            opened = (
                self.env["helpdesk.ticket"]
                .with_user(self.user_portal)
                .open_ticket({"name": "Perdita"})
            )
        ticket = self.env["helpdesk.ticket"].browse(opened["ticket_id"])
        self.assertIn(ticket.user_id, self.members)

    def test_the_queries_do_not_grow_with_the_members(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            with self._at(f"{MONDAY} 10:00:00"), self._queries() as found:
                self.team._get_present_members()
            return len(found)

        for user in self.members:
            self._employ(user)
        queries()
        few = queries()
        for i in range(10):
            user = self._create_user(f"hd_{i}", "helpdesk_ticket.helpdesk_ticket_group_user")
            self.team.member_ids += user
            self._employ(user)
        self.assertEqual(queries(), few)

    # === PAUSING === #

    def test_a_member_pauses_and_goes_on(self):
        team = self.team.with_user(self.user_agent)
        self.assertEqual(team.set_taking_tickets(False), {"taking": False})
        self.assertTrue(team.is_paused)
        self.assertNotIn(self.user_agent, self._open(6).user_id)
        team.action_resume()
        self.assertFalse(team.is_paused)
        self.assertIn(self.user_agent, self._open(6).user_id)

    def test_nobody_pauses_for_others_except_who_sets_up_the_team(self):
        self.team.member_ids -= self.user_third
        with self.assertRaises(AccessError):
            self.team.with_user(self.user_third).set_taking_tickets(False)
        with self.assertRaises(AccessError):
            self.team.with_user(self.user_agent).paused_ids = self.user_manager
        for user in (self.user_portal, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.team.with_user(user).set_taking_tickets(False)
        self.team.with_user(self.user_manager).paused_ids = self.user_agent
        self.assertEqual(self._open(3).user_id, self.user_manager)
