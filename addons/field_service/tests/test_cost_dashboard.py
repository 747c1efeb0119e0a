import random
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.helpdesk_ticket.tests.common import HelpdeskCommon, HelpdeskTourCommon

from .common import FieldServiceCommon, at
from .test_costs import CostCommon

TODAY = date(2026, 11, 20)


class CostDashboardCommon(CostCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["service.cost.report"].with_user(cls.user_manager)

    def _dashboard(self, user=None, **arguments):
        self.env.flush_all()
        return self.report.with_user(user or self.user_manager).get_dashboard(**arguments)

    def _tiles(self, **arguments):
        return {tile["name"]: tile for tile in self._dashboard(**arguments)["tiles"]}

    def _work_on(self, day, coverage=None, hours=2, **values):
        """Hours at 28.00 of a technician on a day, charged as said."""
        intervention = self._create_intervention(
            technician_ids=[Command.set(self.technician.ids)], **values
        )
        line = self._record(
            intervention,
            {"kind": "labour", "date": str(day), "quantity": hours},
            user=self.user_dispatcher,
        ).filtered(lambda line: line.kind == "labour")
        if coverage:
            line.set_coverage(coverage=coverage, reason="So agreed")
        return line

    def _contract(self, name="All in", **values):
        contract = self.env["service.contract"].create(
            {
                "name": name,
                "partner_id": self.customer.id,
                "date_start": "2025-01-01",
                "fee_amount": 300.0,
                "fee_period": "month",
                **values,
            }
        )
        contract.action_open()
        return contract

    def _claim(self, day, amount, recovered=0.0, state="claimed", maker=None):
        return self.env["service.warranty.claim"].create(
            {
                "intervention_id": self._create_intervention().id,
                "equipment_id": self.equipment.id,
                "manufacturer_id": (maker or self.maker).id,
                "date": day,
                "amount": amount,
                "recovered_amount": recovered,
                "state": state,
            }
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestCostDashboard(CostDashboardCommon):
    """The costs of service at a glance: right to the cent, for those who may see costs."""

    def _count(self, first, last):
        """What a period after a day up to another one costs and brings, record by record."""
        ours = [("company_id", "=", self.company.id)]

        def within(model, domain, day="date"):
            records = self.env[model].search(domain)
            return records.filtered(lambda record: first < record[day] <= last)

        lines = within("service.work.line", ours)
        of_contracts = lines.filtered(
            lambda line: line.contract_id or line.intervention_id.contract_id
        )
        charged = of_contracts.filtered(lambda line: line.billing_state in ("to_bill", "billed"))
        free = lines.filtered(
            lambda line: line.coverage == "warranty" and line.billing_state == "covered"
        )
        claims = within("service.warranty.claim", ours)
        sold = [("contract_id", "in", self.contracts.ids)]
        revenue = (
            sum(charged.mapped("amount_invoice"))
            + sum(within("service.contract.fee", sold, "date_from").mapped("amount"))
            + sum(within("service.contract.top.up", sold).mapped("price"))
        )
        of_claims = claims.filtered("intervention_id.contract_id")
        return {
            "warranty_cost": sum(free.mapped("amount_cost")),
            "goodwill_cost": sum(
                lines.filtered(lambda line: line.coverage == "goodwill").mapped("amount_cost")
            ),
            "recovered": sum(claims.mapped("recovered_amount")),
            "contract_revenue": revenue,
            "contract_margin": revenue
            + sum(of_claims.mapped("recovered_amount"))
            - sum(of_contracts.mapped("amount_cost")),
        }

    def _check_totals(self, days):
        """Each figure of a period beside the one that is counted record by record."""
        period = timedelta(days=days)
        now = self._count(TODAY - period, TODAY)
        before = self._count(TODAY - 2 * period, TODAY - period)
        answer = self._dashboard(days=days)
        tiles = {tile["name"]: tile for tile in answer["tiles"]}
        for name in now:
            with self.subTest(days=days, figure=name):
                self.assertAlmostEqual(tiles[name]["value"], now[name], 2)
                self.assertAlmostEqual(tiles[name]["before"], before[name], 2)
        self._check_parts(answer, tiles)
        return tiles

    def _check_parts(self, answer, tiles):
        """The chart and the rows add up to the totals."""
        for name in ("warranty_cost", "goodwill_cost", "recovered"):
            stepped = sum(step[name] for step in answer["line"])
            self.assertAlmostEqual(stepped, tiles[name]["value"], 2)
        own = tiles["warranty_cost"]["value"] + tiles["goodwill_cost"]["value"]
        for split in ("product_id", "serial_number", "cause_id", "manufacturer_id", "type_id"):
            bars = self._dashboard(days=answer["days"], split_by=split)["bars"]
            with self.subTest(split=split):
                self.assertAlmostEqual(sum(bar["value"] for bar in bars), own, 2)
                for bar in bars:
                    self.assertAlmostEqual(bar["warranty"] + bar["goodwill"], bar["value"], 2)
                    rows = self.report.search(bar["domain"])
                    self.assertAlmostEqual(sum(rows.mapped("own_cost")), bar["value"], 2)
        for row in answer["contracts"]:
            left = row["revenue"] + row["recovered"] - row["cost"]
            self.assertAlmostEqual(row["margin"], left, 2)
        margins = [row["margin"] for row in answer["contracts"]]
        self.assertAlmostEqual(sum(margins), tiles["contract_margin"]["value"], 2)
        self.assertEqual(margins, sorted(margins), "what earns least comes first")

    def test_each_figure_is_what_is_counted_record_by_record(self):
        chance = random.Random(20261128)
        self.contracts = self._contract() | self._contract("Simple", fee_amount=99.99)
        accountant = self.contracts.with_user(self.user_accountant)
        accountant.create_fee_invoices(until="2026-10-31")
        accountant[0].top_up(hours=2, price=90.0)
        causes = self.env["service.cause"].create([{"name": "Wear"}, {"name": "Water"}])
        other = self.equipment.copy({"serial_number": "ST-9", "warranty_term_id": self.term.id})
        for _turn in range(24):
            self._work_on(
                TODAY - timedelta(days=chance.randrange(800)),
                chance.choice(["warranty", "goodwill", "out_of_warranty", None]),
                hours=chance.choice([0.5, 1, 1.75, 3]),
                cause_id=chance.choice([*causes.ids, False]),
                contract_id=chance.choice([*self.contracts.ids, False]),
                equipment_ids=[Command.set(chance.choice([self.equipment, other]).ids)],
            )
        for _turn in range(6):
            self._claim(
                TODAY - timedelta(days=chance.randrange(800)),
                chance.choice([80.0, 120.5]),
                chance.choice([0.0, 40.25]),
            )
        for days in (30, 90, 365):
            tiles = self._check_totals(days)
        self.assertTrue(tiles["warranty_cost"]["value"])
        self.assertTrue(tiles["goodwill_cost"]["before"])

    def test_each_figure_opens_the_records_it_is_made_of(self):
        contract = self._contract()
        contract.with_user(self.user_accountant).create_fee_invoices(until="2026-10-31")
        self._work_on("2026-11-10", "warranty")
        self._work_on("2026-11-10", "goodwill")
        self._work_on("2024-11-10", "goodwill")
        self._claim("2026-11-01", 80.0, recovered=30.0, state="recovered")
        tiles = self._tiles()
        for name, measure in (
            ("warranty_cost", "warranty_cost"),
            ("goodwill_cost", "goodwill_cost"),
            ("recovered", "recovered"),
            ("contract_revenue", "revenue"),
            ("contract_margin", "margin"),
        ):
            rows = self.env[tiles[name]["model"]].search(tiles[name]["domain"])
            with self.subTest(figure=name):
                self.assertTrue(rows)
                self.assertEqual(sum(rows.mapped(measure)), tiles[name]["value"])
        row = self.report.search(tiles["recovered"]["domain"])
        self.assertEqual(row.action_open()["res_model"], "service.warranty.claim")
        self.assertEqual(
            row.action_open()["res_id"],
            self.env["service.warranty.claim"].search([("company_id", "=", self.company.id)]).id,
        )

    def test_what_manufacturers_owe_is_what_stands_open_today(self):
        other = self.env["res.partner"].create({"name": "Another maker"})
        self._claim("2024-01-10", 100.0, state="to_claim")
        self._claim("2026-11-10", 50.0, recovered=20.0)
        self._claim("2026-11-10", 70.0, state="refused")
        self._claim("2026-11-10", 90.0, recovered=90.0, state="recovered")
        self._claim("2026-11-11", 10.0, maker=other)
        answer = self._dashboard(days=30)
        rows = [
            (row["name"], row["amount"], row["count"], row["since"]) for row in answer["claims"]
        ]
        self.assertEqual(
            rows, [("Maker", 130.0, 2, "2024-01-10"), ("Another maker", 10.0, 1, "2026-11-11")]
        )
        tile = self._tiles(days=30)["to_recover"]
        self.assertEqual(tile["value"], 140.0)
        self.assertEqual(len(self.env[tile["model"]].search(tile["domain"])), 3)

    def test_shares_say_what_they_are_shares_of(self):
        first, second, third, earlier = (self._create_intervention() for _turn in range(4))
        self._plan(first)
        self._plan(second)
        self._plan(second, start=at(13), stop=at(14))
        self._plan(third)
        done = first | second | third
        done.write({"state": "done", "close_date": "2026-11-10 10:00:00"})
        earlier.write({"state": "done", "close_date": "2026-10-10 10:00:00"})
        self._create_intervention(rework_of_id=third.id)
        tiles = self._tiles(days=30)
        self.assertAlmostEqual(tiles["fixed"]["value"], 100 / 3, 2)
        self.assertAlmostEqual(tiles["returned"]["value"], 100 / 3, 2)
        self.assertEqual((tiles["fixed"]["before"], tiles["returned"]["before"]), (100, 0))
        self.assertEqual(tiles["fixed"]["note"], "of 3 finished interventions")
        rows = self.env["service.fix.report"].search(tiles["fixed"]["domain"])
        self.assertEqual(rows.intervention_id, done)
        self.assertEqual(rows[0].action_open()["res_id"], rows[0].intervention_id.id)

    def test_nothing_done_is_said_and_not_shown_as_zeros(self):
        answer = self._dashboard()
        self.assertTrue(answer["is_empty"])
        self.assertFalse(answer["bars"] or answer["contracts"] or answer["claims"])
        self._work_on("2026-11-10", "goodwill")
        self.assertFalse(self._dashboard()["is_empty"])

    def test_odd_arguments_give_the_usual_figures(self):
        self._work_on("2026-11-10", "goodwill")
        usual = self._dashboard()
        for arguments in (
            {"days": 0},
            {"days": "90"},
            {"days": None},
            {"split_by": "employee_id"},
            {"split_by": "name; DROP TABLE"},
            {"split_by": None},
        ):
            with self.subTest(arguments=arguments):
                self.assertEqual(self._dashboard(**arguments), usual)

    # === WHO MAY === #

    def test_who_sees_no_costs_reads_no_figure(self):
        self._work_on("2026-11-10", "warranty")
        for user in (
            self.user_dispatcher,
            self.user_technician,
            self.user_employee,
            self.user_outside,
        ):
            report = self.report.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    report.get_dashboard()
                with self.assertRaises(AccessError):
                    report.formatted_read_group([], ["product_id"], ["warranty_cost:sum"])
                with self.assertRaises(AccessError):
                    report.search_read([], ["cost"])

    def test_the_menu_is_for_those_who_see_costs(self):
        menu = self.env.ref("field_service.service_cost_report_menu_dashboard")
        for user, expected in (
            (self.user_dispatcher, False),
            (self.user_technician, False),
            (self.user_manager, True),
            (self.user_accountant, True),
        ):
            shown = menu.id in self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            with self.subTest(user=user.login):
                self.assertEqual(shown, expected)

    def test_an_accountant_sees_costs_and_no_interventions_they_may_not_read(self):
        self._work_on("2026-11-10", "warranty")
        names = [tile["name"] for tile in self._dashboard(self.user_accountant)["tiles"]]
        self.assertIn("warranty_cost", names)
        self.assertNotIn("fixed", names)

    def test_figures_are_of_the_current_company(self):
        self._work_on("2026-11-10", "warranty")
        other = self.env["res.company"].create({"name": "Other firm"})
        self.user_manager.company_ids += other
        report = self.report.with_context(allowed_company_ids=[other.id, self.company.id])
        self.assertTrue(report.get_dashboard()["is_empty"])

    def test_no_figure_names_a_colleague(self):
        for model in ("service.cost.report", "service.fix.report"):
            people = [
                name
                for name, field in self.env[model]._fields.items()
                if field.comodel_name in ("hr.employee", "res.users")
                and name not in ("create_uid", "write_uid")
            ]
            self.assertFalse(people)


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestCostGrowth(CostDashboardCommon):
    """Figures of much work cost as many queries as figures of little, and find days by an index."""

    _queries = HelpdeskCommon._queries
    _cost = HelpdeskCommon._cost

    def _read_views(self):
        """What the list, the pivot and the graph ask for."""
        names = {"intervention_id", "contract_id", "partner_id", "product_id", "manufacturer_id"}
        self.report.web_search_read(
            [], {name: {"fields": {"display_name": {}}} for name in names} | {"cost": {}}
        )
        self.report.formatted_read_group([], ["manufacturer_id", "product_id"], ["cost:sum"])
        self.report.formatted_read_group([], ["date:month", "coverage"], ["cost:sum"])

    def _grow(self, numbers):
        for number in numbers:
            maker = self.env["res.partner"].create({"name": f"Maker {number}"})
            equipment = self.equipment.copy(
                {
                    "serial_number": f"S {number}",
                    "product_id": self.part.copy().id,
                    "warranty_term_id": self.term.copy({"manufacturer_id": maker.id}).id,
                }
            )
            contract = self._contract(f"Contract {number}")
            self._work_on(
                "2026-11-10",
                "goodwill",
                contract_id=contract.id,
                equipment_ids=[Command.set(equipment.ids)],
            )
            self._claim("2026-11-10", 10.0, maker=maker)

    def test_many_cost_as_much_as_few_and_nothing_is_written(self):
        self._grow(range(2))
        few = [self._cost(self._dashboard), self._cost(self._read_views)]
        self._grow(range(2, 9))
        many = [self._cost(self._dashboard), self._cost(self._read_views)]
        self.assertEqual([len(found) for found in many], [len(found) for found in few])
        self.assertFalse([query for query in sum(many, []) if "UPDATE" in query])

    def test_days_are_found_by_an_index(self):
        line = self._work_on("2026-11-10", "warranty")
        self.env.flush_all()
        columns = [
            SQL.identifier(name)
            for name, field in line._fields.items()
            if field.store and field.column_type and name not in ("id", "date", "analytic_line_id")
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO service_work_line (date, %(columns)s)
                   SELECT date '2010-01-01' + i / 5, %(columns)s
                     FROM service_work_line, generate_series(1, 20000) AS i WHERE id = %(line)s""",
                columns=SQL(", ").join(columns),
                line=line.id,
            )
        )
        self.env.cr.execute("ANALYZE service_work_line")
        query = self.report._search([("date", ">", "2026-10-01"), ("coverage", "!=", False)])
        plan = "\n".join(
            row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        )
        self.assertNotIn("Seq Scan on service_work_line", plan)


@tagged("post_install", "-at_install")
class TestCostDashboardScreen(FieldServiceCommon, HelpdeskTourCommon):
    def test_a_figure_opens_its_work(self):
        intervention = self._create_intervention(technician_ids=[Command.set(self.technician.ids)])
        line = self._record(
            intervention, {"kind": "labour", "date": str(date.today()), "quantity": 2}
        )
        line.set_coverage(coverage="goodwill", reason="So agreed")
        self.start_tour(
            "/odoo/service-dashboard", "field_service_cost_dashboard_tour", login="manager_t"
        )
