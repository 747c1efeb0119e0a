from functools import partial

from lxml import etree

from odoo.tests import tagged
from odoo.tools import SQL

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestHelpdeskPerformance(HelpdeskCommon):
    """What the desk opens costs as many queries for 80 tickets as for one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy()
        cls.tickets = cls.env["helpdesk.ticket"].with_user(cls.user_agent)

    def _specification(self, view_type):
        """The fields that a view of ours shows, as the web client asks for them."""
        arch = self.tickets.get_view(
            self.env.ref(f"helpdesk_ticket.helpdesk_ticket_view_{view_type}").id, view_type
        )["arch"]
        specification = {}
        for node in etree.fromstring(arch).iter("field"):
            if any(parent.tag == "field" for parent in node.iterancestors()):
                continue
            field = self.tickets._fields[node.get("name")]
            specification[field.name] = (
                {"fields": {"display_name": {}}} if field.type == "many2one" else {}
            )
        return specification

    def _make(self, count):
        return self.env["helpdesk.ticket"].create(
            [
                {
                    "name": f"Guasto {i}",
                    "partner_id": self._create_partner(name=f"Customer {i}").id,
                    "user_id": self.user_agent.id,
                    "category_id": self.category.id,
                }
                for i in range(count)
            ]
        )

    def _read(self, specification, tickets):
        return self.tickets.web_search_read([("id", "in", tickets.ids)], specification)

    def test_list_and_kanban(self):
        for view_type in ("list", "kanban"):
            specification = self._specification(view_type)
            self.assertIn("sla_state", specification)
            one, many = self._make(1), self._make(80)
            read = partial(self._read, specification)
            with self.subTest(view=view_type):
                self.assertEqual(len(read(many)["records"]), 80)
                costs = [len(self._cost(partial(read, some))) for some in (one, many)]
                self.assertEqual(*costs)

    def test_form_with_a_long_history(self):
        specification = self._specification("form")
        short, long = self._make(2)
        for _turn in range(20):
            long.stage_id = self.stage_waiting
            long.stage_id = self.stage_progress
        costs = [
            len(self._cost(lambda t=ticket: t.with_user(self.user_agent).web_read(specification)))
            for ticket in (short, long)
        ]
        self.assertEqual(*costs)

    def test_moving_and_reprioritising(self):
        def move(tickets):
            with self._queries() as found:
                tickets.write({"priority": "2"})
                tickets.write({"stage_id": self.stage_progress.id})
            selects = [q for q in found if "SELECT" in str(q)]
            return len(selects)

        move(self._make(1))
        self.assertEqual(move(self._make(2)), move(self._make(80)))

    def test_opening_and_closing_many_costs_as_much_as_two(self):
        def cost(act, count):
            tickets = self._make(count)
            with self._queries() as found:
                act(tickets)
                self.env.flush_all()
            return len(found)

        def close(tickets):
            tickets.action_close(solution="Pulito", cause="Sporco")

        def open_again(tickets):
            self.env["helpdesk.ticket"].create(
                [{"name": "Ancora", "partner_id": self.giulia.id} for _ticket in tickets]
            )

        for act in (close, open_again):
            with self.subTest(act=act.__name__):
                cost(act, 1)
                self.assertEqual(cost(act, 2), cost(act, 80))

    def test_a_changed_promise_is_computed_for_all_tickets_at_once(self):
        def cost(count):
            policy = self._create_policy(
                partner_id=self.beta.id, sequence=1, next_response=3, on_site=5
            )
            self.env["helpdesk.ticket"].create(
                [{"name": "Guasto", "partner_id": self.paolo.id} for _turn in range(count)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                self._promise(policy, "resolution", 9)
                self.env.flush_all()
            policy.action_archive()
            return len(found)

        cost(1)
        self.assertEqual(cost(2), cost(80))

    def test_lists_of_the_desk_read_an_index(self):
        """On 20,000 closed tickets the open ones are found without reading the closed."""
        self.env["ir.sequence"].flush_model()
        ticket = self._make(1)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO helpdesk_ticket
                          (number, name, company_id, team_id, stage_id, closed, active, channel,
                           priority, next_deadline, user_id)
                   SELECT 'P' || i, 'Vecchio ' || i, %s, %s, %s, TRUE, TRUE, 'internal', '1',
                          now(), %s
                     FROM generate_series(1, 20000) AS i""",
                self.env.company.id,
                self.team.id,
                self.stage_solved.id,
                self.user_agent.id,
            )
        )
        self.env.cr.execute("ANALYZE helpdesk_ticket")
        for domain in (
            [("closed", "=", False), ("next_deadline", "<", "2030-01-01")],
            [("closed", "=", False), ("user_id", "=", self.user_agent.id)],
            [("closed", "=", False), ("team_id", "=", self.team.id)],
            [("number", "=", ticket.number), ("company_id", "=", self.env.company.id)],
            [("commercial_partner_id", "=", ticket.commercial_partner_id.id)],
        ):
            query = self.tickets.sudo().with_context(active_test=False)._search(domain)
            plan = "\n".join(
                row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
            )
            with self.subTest(domain=domain):
                self.assertNotIn("Seq Scan on helpdesk_ticket", plan)
