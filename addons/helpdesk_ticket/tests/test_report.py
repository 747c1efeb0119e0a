import json
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import SQL, json_default

from .common import HelpdeskCommon, HelpdeskTourCommon

NOW = "2026-11-20 12:00:00"


class ReportCommon(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["helpdesk.ticket.report"].with_user(cls.user_agent)
        # Figures are of one team: others' tickets don't count here.
        cls.team.calendar_id = cls.calendar

    def _ticket(self, opened, closed=None, **values):
        with self._at(opened):
            ticket = self._create_ticket(team_id=self.team.id, **values)
            self.env.flush_all()
        if closed:
            with self._at(closed):
                ticket.write({"solution": "Pulito", "stage_id": self.stage_solved.id})
        self.env.flush_all()
        return ticket

    def _dashboard(self, user=None, **arguments):
        with self._at(NOW):
            return self.report.with_user(user or self.user_agent).get_dashboard(
                **{"team_id": self.team.id, **arguments}
            )

    def _tile(self, name, **arguments):
        tiles = {tile["name"]: tile for tile in self._dashboard(**arguments)["tiles"]}
        return tiles[name]


@tagged("post_install", "-at_install")
class TestReport(ReportCommon):
    def test_a_row_per_ticket_and_nothing_known_is_empty(self):
        ticket = self._ticket("2026-11-16 08:00:00")
        row = self.report.browse(ticket.id)
        self.assertEqual((row.ticket_id, row.team_id, row.ticket_count), (ticket, self.team, 1))
        ((hours, kept, rating),) = self.report._read_group(
            [("ticket_id", "=", ticket.id)],
            [],
            ["resolution_hours:avg", "promise_kept:avg", "rating:avg"],
        )
        self.assertEqual((hours, kept, rating), (False, False, False), "no zero spoils an average")

    def test_hours_are_working_hours_of_ours(self):
        ticket = self._ticket("2026-11-16 10:00:00", "2026-11-17 10:00:00")
        self.assertEqual(self.report.browse(ticket.id).resolution_hours, 8)

    def test_promises_are_kept_or_broken(self):
        self._create_policy(response=0, resolution=4)
        kept = self._ticket("2026-11-16 10:00:00", "2026-11-16 11:00:00")
        broken = self._ticket("2026-11-16 10:00:00", "2026-11-17 11:00:00")
        late = self._ticket("2026-11-16 10:00:00")
        rows = self.report.browse((kept + broken + late).ids)
        self.assertEqual(rows.mapped("promise_kept"), [100, 0, 0])

    def test_archived_tickets_do_not_count(self):
        ticket = self._ticket("2026-11-16 08:00:00")
        ticket.active = False
        self.env.flush_all()
        self.assertFalse(self.report.search([("ticket_id", "=", ticket.id)]))

    def test_another_company_s_figures_are_not_there(self):
        other = self._create_company(name="Altra assistenza")
        foreign = self._create_ticket(company_id=other.id, partner_id=False)
        self.env.flush_all()
        self.assertFalse(self.report.search([("ticket_id", "=", foreign.id)]))
        team = self.env["helpdesk.team"].create({"name": "C2", "company_id": other.id})
        answer = self._dashboard(team_id=team.id)
        self.assertFalse(answer["team_id"], "a foreign team is none")
        self.assertNotIn(team.id, [choice["id"] for choice in answer["teams"]])

    def test_figures_of_single_colleagues_are_for_managers(self):
        self._create_policy(response=0, resolution=4)
        self._ticket("2026-11-16 10:00:00", "2026-11-16 11:00:00", user_id=self.user_agent.id)
        with self.assertRaises(AccessError):
            self.report._read_group([], ["user_id"], ["__count"])
        self.assertEqual(self._dashboard(split_by="user_id")["split_by"], "team_id")
        answer = self._dashboard(self.user_manager, split_by="user_id")
        self.assertEqual([bar["name"] for bar in answer["bars"]], [self.user_agent.name])

    def test_who_is_not_of_the_helpdesk_sees_no_figures(self):
        for user in (self.user_employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.report.with_user(user).get_dashboard()

    def test_dates_are_found_by_an_index(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO helpdesk_ticket
                          (number, name, company_id, team_id, stage_id, closed, active, channel,
                           priority, create_date, close_date)
                   SELECT 'P' || i, 'Vecchio ' || i, %s, %s, %s, TRUE, TRUE, 'internal', '1',
                          timestamp '2020-01-01' + i * interval '1 hour',
                          timestamp '2020-01-02' + i * interval '1 hour'
                     FROM generate_series(1, 20000) AS i""",
                self.env.company.id,
                self.team.id,
                self.stage_solved.id,
            )
        )
        self.env.cr.execute("ANALYZE helpdesk_ticket")
        for name in ("create_date", "close_date"):
            query = self.report._search([(name, ">", "2022-04-01")])
            plan = "\n".join(
                row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
            )
            with self.subTest(name=name):
                self.assertNotIn("Seq Scan on helpdesk_ticket", plan)


@tagged("post_install", "-at_install")
class TestDashboard(ReportCommon):
    def test_the_figures_of_a_period_and_of_the_one_before(self):
        self._ticket("2026-10-01 08:00:00")
        self._ticket("2026-11-10 08:00:00", "2026-11-11 08:00:00")
        self._ticket("2026-11-16 08:00:00", "2026-11-16 12:00:00")
        self._ticket("2026-11-17 08:00:00")
        for name, value, before in (
            ("open", 2, 1),
            ("opened", 2, 1),
            ("closed", 1, 1),
            ("resolution", 4, 8),
            ("kept", False, False),
            ("rating", False, False),
            ("reopened", 0, 0),
        ):
            with self.subTest(figure=name):
                tile = self._tile(name, days=7)
                self.assertEqual((tile["value"], tile["before"]), (value, before))

    def test_each_figure_opens_the_tickets_it_counts(self):
        self._create_policy(response=0, resolution=4)
        self._ticket("2026-10-01 08:00:00", "2026-10-02 08:00:00")
        ticket = self._ticket("2026-11-16 08:00:00", "2026-11-16 11:00:00")
        still = self._ticket("2026-11-17 08:00:00")
        answer = json.loads(json.dumps(self._dashboard(days=7), default=json_default))
        expected = {
            "open": still,
            "opened": ticket + still,
            "closed": ticket,
            "kept": ticket,
            "resolution": ticket,
            "rating": self.env["helpdesk.ticket"],
        }
        tickets = self.env["helpdesk.ticket"].with_user(self.user_agent)
        for tile in answer["tiles"]:
            found = tickets.search(tile["domain"])
            with self.subTest(tile=tile["name"]):
                if tile["name"] in expected:
                    self.assertEqual(found, expected[tile["name"]].sorted())
        (bar,) = answer["bars"]
        self.assertEqual((bar["value"], bar["count"]), (100, 1))
        self.assertEqual(tickets.search(bar["domain"]), ticket)

    def test_the_line_ends_at_what_is_open_now(self):
        self._ticket("2026-10-01 08:00:00")
        self._ticket("2026-11-14 08:00:00", "2026-11-16 08:00:00")
        self._ticket("2026-11-17 08:00:00")
        for days, steps in ((7, 7), (30, 15), (90, 13), (365, 12)):
            line = self._dashboard(days=days)["line"]
            with self.subTest(days=days):
                self.assertEqual(len(line), steps)
                self.assertEqual(line[-1]["open"], self._tile("open")["value"])
                self.assertEqual(sum(step["closed"] for step in line), 1)
        self.assertEqual([step["open"] for step in self._dashboard(days=7)["line"]][0], 2)

    def test_odd_arguments_give_the_usual_figures(self):
        usual = self._dashboard(team_id=None)
        for arguments in (
            {"days": 0},
            {"days": -7},
            {"days": "7"},
            {"days": None},
            {"team_id": "x"},
            {"team_id": [1]},
            {"team_id": -1},
            {"split_by": "name; DROP TABLE"},
            {"split_by": None},
        ):
            with self.subTest(arguments=arguments):
                self.assertEqual(self._dashboard(**{"team_id": None, **arguments}), usual)

    def test_nothing_is_written_and_many_cost_as_much_as_few(self):
        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                self._dashboard(days=30)
            self.assertFalse([query for query in found if "UPDATE" in str(query)])
            return len(found)

        self._ticket("2026-11-16 08:00:00", "2026-11-16 11:00:00")
        cost()
        few = cost()
        for _turn in range(15):
            self._ticket("2026-11-16 08:00:00", "2026-11-16 11:00:00")
        self.assertEqual(cost(), few)


@tagged("post_install", "-at_install")
class TestDigest(ReportCommon):
    def _digest(self, user):
        digest = self.env["digest.digest"].create({"name": "Test"})
        return digest.with_user(user).with_context(
            start_datetime=Datetime.to_datetime(NOW) - timedelta(days=7),
            end_datetime=Datetime.to_datetime(NOW),
        )

    def test_the_week_in_three_figures(self):
        self.env["helpdesk.ticket"].search([]).active = False
        self._create_policy(response=0, resolution=4)
        self._ticket("2026-11-01 10:00:00", "2026-11-02 11:00:00")
        self._ticket("2026-11-16 10:00:00", "2026-11-16 11:00:00")
        self._ticket("2026-11-16 10:00:00", "2026-11-17 11:00:00")
        self._ticket("2026-11-17 10:00:00")
        digest = self._digest(self.user_agent)
        self.assertEqual(digest.kpi_helpdesk_opened_value, 3)
        self.assertEqual(digest.kpi_helpdesk_closed_value, 2)
        self.assertEqual(digest.kpi_helpdesk_kept_value, 50)
        actions = digest._compute_kpis_actions(self.env.company, self.user_agent)
        self.assertIn("kpi_helpdesk_kept", actions)

    def test_others_digests_leave_them_out(self):
        digest = self._digest(self.user_employee)
        for name in ("opened", "closed", "kept"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                digest[f"kpi_helpdesk_{name}_value"]


@tagged("post_install", "-at_install")
class TestDashboardScreen(ReportCommon, HelpdeskTourCommon):
    def test_a_figure_opens_its_tickets(self):
        self._ticket(Datetime.now() - timedelta(days=1), name="Tabellone fermo")
        self.start_tour(
            "/odoo/helpdesk-dashboard", "helpdesk_ticket_dashboard_tour", login="hd_agent"
        )
