from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTicketSegment(HelpdeskCommon):
    def _life(self, ticket):
        return [(s.stage_id, s.clock, s.start, s.stop) for s in ticket.segment_ids]

    def test_a_life_is_told_without_gaps(self):
        opened, waited = Datetime.to_datetime("2026-11-09 08:00:00"), "2026-11-09 09:00:00"
        with self._at(opened):
            ticket = self._create_ticket()
        with self._at(waited):
            ticket.stage_id = self.stage_waiting
        with self._at("2026-11-09 11:00:00"):
            ticket.action_close(solution="Pulito", cause="Sporco")
        second, third = map(Datetime.to_datetime, (waited, "2026-11-09 11:00:00"))
        self.assertEqual(
            self._life(ticket),
            [
                (self.stage_new, "ours", opened, second),
                (self.stage_waiting, "waiting", second, third),
                (self.stage_solved, "closed", third, False),
            ],
        )

    def test_the_mover_is_noted(self):
        ticket = self._create_ticket()
        ticket.with_user(self.user_agent).stage_id = self.stage_progress
        self.assertEqual(ticket.segment_ids[-1].user_id, self.user_agent)

    def test_what_changes_no_stage_writes_no_history(self):
        ticket = self._create_ticket()
        ticket.write({"stage_id": self.stage_new.id, "name": "Altro", "team_id": self.team.id})
        self.assertEqual(len(ticket.segment_ids), 1)

    def test_a_team_that_brings_another_stage_is_told_too(self):
        it_team = self.env["helpdesk.team"].create({"name": "IT"})
        own = self.env["helpdesk.stage"].create(
            {"name": "Remote", "sequence": 1, "team_ids": it_team.ids}
        )
        ticket = self._create_ticket(team_id=it_team.id)
        ticket.team_id = self.team
        self.assertEqual(ticket.segment_ids.mapped("stage_id"), own + self.stage_new)

    def test_history_is_not_rewritten_even_by_the_system(self):
        segment = self._create_ticket().segment_ids
        for values in ({"clock": "waiting"}, {"start": "2020-01-01 00:00:00"}, {"stop": False}):
            with self.subTest(values=values), self.assertRaises(UserError):
                segment.sudo().write(values)

    def test_nobody_forges_the_key_to_history(self):
        segment = self._create_ticket().segment_ids.sudo()
        for key in (True, "HISTORY", object()):
            with self.subTest(key=key), self.assertRaises(UserError):
                segment.with_context(helpdesk_ticket_history=key).write({"clock": "waiting"})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_people_read_history_and_no_more(self):
        segment = self._create_ticket().segment_ids
        for user in (self.user_agent, self.user_manager):
            as_user = segment.with_user(user)
            self.assertEqual(as_user.clock, "ours")
            with self.subTest(user=user.login), self.assertRaises(UserError):
                as_user.write({"clock": "waiting"})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                as_user.unlink()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                as_user.create({"ticket_id": segment.ticket_id.id, "clock": "ours"})

    def test_a_stage_set_up_otherwise_later_changes_no_history(self):
        ticket = self._create_ticket()
        ticket.stage_id = self.stage_waiting
        self.stage_waiting.waiting = False
        self.assertEqual(ticket.segment_ids[-1].clock, "waiting")

    def test_close_date_and_first_response_follow_the_stage(self):
        with self._at("2026-11-09 08:00:00"):
            ticket = self._create_ticket()
        with self._at("2026-11-09 09:00:00"):
            ticket.stage_id = self.stage_cancelled
        moment = Datetime.to_datetime("2026-11-09 09:00:00")
        self.assertEqual((ticket.close_date, ticket.first_response_date), (moment, moment))
        ticket.stage_id = self.stage_progress
        self.assertFalse(ticket.close_date)
        self.assertEqual(ticket.first_response_date, moment)
