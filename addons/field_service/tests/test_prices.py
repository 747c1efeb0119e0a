from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MONDAY, FieldServiceCommon, at

TUESDAY = date(2026, 11, 10)
LABOUR = {"kind": "labour", "start": at(8), "stop": at(10)}


@tagged("post_install", "-at_install")
class TestPrices(FieldServiceCommon):
    """Each rung of the ladder: contract, customer, their price list, rate, product."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.labour_product = cls.env.ref("field_service.product_labour")
        cls.intervention = cls._create_intervention()
        cls._plan(cls.intervention)

    def _rate(self, **values):
        return self.env["service.rate"].create(
            {"company_id": self.company.id, "date_from": "2020-01-01", "kind": "labour", **values}
        )

    def _pricelist(self, **item):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Alfa 2026",
                "item_ids": [Command.create({"compute_price": "fixed", **item})],
            }
        )
        self.customer.property_product_pricelist = pricelist
        return pricelist

    def _price(self, **line):
        line = self._record(self.intervention, {**LABOUR, **line})[0]
        return line.price_unit, line.price_reason

    def test_every_rung_is_there_and_says_so(self):
        self.labour_product.list_price = 30.0
        self.env["service.rate"]._get_rates(self.company).filtered(
            lambda rate: rate.kind == "labour"
        ).active = False
        self.assertEqual(self._price(), (30.0, "Price of the product."))
        self._rate(price=50.0)
        price, reason = self._price()
        self.assertEqual(price, 50.0)
        self.assertRegex(reason, "Rate since .*2020")
        self._pricelist(
            applied_on="1_product",
            product_tmpl_id=self.labour_product.product_tmpl_id.id,
            fixed_price=46.0,
        )
        self.assertEqual(self._price(), (46.0, "Price list Alfa 2026."))
        self._rate(price=45.0, partner_id=self.customer.id)
        price, reason = self._price()
        self.assertEqual(price, 45.0)
        self.assertIn("Alfa S.r.l.", reason)
        contract = self.env["service.contract"].create(
            {
                "name": "C-1",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "state": "open",
            }
        )
        self._rate(price=44.0, contract_id=contract.id)
        line = self._record(self.intervention, LABOUR)[0]
        line.contract_id = contract
        self.assertEqual(line.price_unit, 44.0)
        self.assertIn("C-1", line.price_reason)

    def test_a_price_list_for_everything_says_nothing_about_hours(self):
        self._pricelist(applied_on="3_global", fixed_price=1.0)
        self.assertEqual(self._price()[0], 50.0)

    def test_a_price_list_doesnt_know_what_time_it_was(self):
        self._pricelist(
            applied_on="1_product",
            product_tmpl_id=self.labour_product.product_tmpl_id.id,
            fixed_price=46.0,
        )
        self.assertEqual(self._price()[0], 46.0)
        night = self.env["service.rate"]._get_rates(self.company)
        night = night.filtered(lambda rate: rate.kind == "labour" and rate.time_band == "night")
        line = self._record(self.intervention, LABOUR)[0]
        line.time_band = "night"
        self.assertEqual(line.price_unit, night.price)

    def test_the_customers_price_list_prices_parts(self):
        self._pricelist(
            applied_on="1_product",
            product_tmpl_id=self.part.product_tmpl_id.id,
            fixed_price=80.0,
        )
        part = self._record(
            self.intervention, {"kind": "part", "product_id": self.part.id, "quantity": 1}
        ).filtered(lambda line: line.kind == "part")
        self.assertEqual((part.price_unit, part.price_reason), (80.0, "Price list Alfa 2026."))

    def test_a_rates_own_product_stands_on_the_line(self):
        hour = self.labour_product.copy({"name": "Hour of a specialist"})
        self._rate(price=70.0, time_band="ordinary", date_from="2026-01-01", product_id=hour.id)
        line = self._record(self.intervention, LABOUR)[0]
        self.assertEqual((line.product_id, line.price_unit), (hour, 70.0))

    def test_a_new_rate_holds_at_once_and_an_archived_one_no_more(self):
        self.assertEqual(self._price()[0], 50.0)
        rate = self._rate(price=51.0, time_band="ordinary", date_from="2026-11-01")
        self.assertEqual(self._price()[0], 51.0)
        rate.active = False
        self.assertEqual(self._price()[0], 50.0)

    def test_prices_are_looked_up_once_for_many_lines(self):
        self._price()
        rates = self.env["service.rate"]
        with self.assertQueryCount(0):
            for _line in range(20):
                rates._get_rates(self.company)._choose("labour", MONDAY, "ordinary")

    # Discounts

    def test_a_discount_goes_as_far_as_the_company_says(self):
        self.company.service_discount_limit = 10.0
        line = self._record(self.intervention, LABOUR)[0]
        mine = line.with_user(self.user_dispatcher)
        mine.discount = 10.0
        for values in (
            {"discount": 10.5},
            {"price_unit": 44.0},
            {"price_unit": 47.0, "discount": 8},
        ):
            with self.assertRaisesRegex(UserError, "a discount of 10"), self.cr.savepoint():
                mine.write(values)
        self.assertEqual((line.discount, line.price_unit), (10.0, 50.0))
        line.with_user(self.user_manager).discount = 50.0
        self.assertEqual(line.discount, 50.0)
        with self.assertRaises(AccessError):
            line.with_user(self.user_technician).discount = 1.0

    def test_a_price_by_hand_names_who_wrote_it(self):
        line = self._record(self.intervention, LABOUR)[0]
        line.with_user(self.user_manager).price_unit = 48.0
        self.assertEqual(line.price_reason, f"Written by {self.user_manager.name}.")

    def test_a_price_that_is_given_with_the_line_is_its_price(self):
        intervention = self._create_intervention()
        line = self.env["service.work.line"].create(
            {
                "intervention_id": intervention.id,
                "kind": "part",
                "product_id": self.part.id,
                "quantity": 2,
                "price_unit": 99.5,
            }
        )
        self.assertEqual(line.price_unit, 99.5)
        self.assertEqual(line.amount_invoice, 199.0)

    def test_a_price_by_hand_outlives_a_decision_about_the_payer(self):
        line = self._record(self.intervention, LABOUR)[0]
        line.with_user(self.user_manager).price_unit = 48.0
        line.with_user(self.user_manager).set_coverage("goodwill", "To look at")
        line.with_user(self.user_manager).set_coverage("out_of_warranty", "Theirs after all")
        self.assertEqual(line.price_unit, 48.0)
        self.assertEqual(line.price_reason, f"Written by {self.user_manager.name}.")

    def test_what_is_covered_needs_no_right_to_discounts(self):
        line = self._record(self.intervention, LABOUR)[0]
        line.with_user(self.user_dispatcher).set_coverage("goodwill", "Our mistake")
        self.assertEqual((line.discount, line.amount_invoice), (100.0, 0.0))


@tagged("post_install", "-at_install")
class TestZones(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.near, cls.far = cls.env["service.zone"].create(
            [
                {"name": "Near", "company_id": cls.company.id, "zip_prefixes": "36"},
                {
                    "name": "Far",
                    "company_id": cls.company.id,
                    "is_band": True,
                    "km_from": 60,
                },
            ]
        )
        cls.site.zip = "36016"
        rates = cls.env["service.rate"]
        rates.create(
            [
                {"company_id": cls.company.id, "date_from": "2020-01-01", **values}
                for values in (
                    {"kind": "call_out", "zone_id": cls.near.id, "price": 30.0},
                    {"kind": "travel", "zone_id": cls.near.id, "price": 55.0, "is_flat": True},
                )
            ]
        )

    def _job(self, crew=None, **values):
        job = self._create_intervention(**values)
        job.technician_ids = crew or self.technician
        self._plan(job, technicians=crew)
        return job

    def _travel(self, job, *hours, who=None, day=MONDAY):
        return self._record(
            job,
            *[
                {
                    "kind": "travel",
                    "start": at(start, day=day),
                    "stop": at(stop, day=day),
                    "employee_id": (who or self.technician).id,
                }
                for start, stop in hours
            ],
        )

    def test_a_site_falls_into_a_zone_and_says_why(self):
        job = self._create_intervention()
        self.assertEqual((job.zone_id, job.zone_reason), (self.near, "By the postcode."))
        self.site.zip = "39100"
        self.assertFalse(self._create_intervention().zone_id)
        self.company.partner_id.write({"partner_latitude": 45.71, "partner_longitude": 11.48})
        self.site.write({"partner_latitude": 46.5, "partner_longitude": 11.35})
        job = self._create_intervention()
        self.assertEqual(
            (job.zone_id, job.zone_reason), (self.far, "By the distance from the company.")
        )
        self.site.service_zone_id = self.near
        job = self._create_intervention()
        self.assertEqual((job.zone_id, job.zone_reason), (self.near, "As written on the address."))
        job.zone_id = self.far
        self.assertEqual(job.zone_reason, "Chosen by hand.")

    def test_the_call_out_of_the_zone_is_charged(self):
        job = self._job()
        call_out = self._record(job, LABOUR).filtered(lambda line: line.kind == "call_out")
        self.assertEqual(call_out.price_unit, 30.0)
        self.assertIn("Zone: Near.", call_out.price_reason)

    def test_the_way_has_one_price_for_the_whole_crew(self):
        job = self._job(self.technician | self.colleague)
        there = self._travel(job, (6, 8), who=self.technician)
        with_them = self._travel(job, (6, 8), (11, 13), who=self.colleague)
        ways = (there | with_them).filtered(lambda line: line.kind == "travel")
        self.assertEqual(sum(ways.mapped("amount_invoice")), 55.0)
        self.assertEqual(ways[0]._get_billed_uom(), self.env.ref("uom.product_uom_unit"))
        self.assertEqual(sum(ways.mapped("quantity")), 6.0, "Hours cost as they were.")
        self.assertEqual(sorted(ways.mapped("billing_state")), ["blocked", "covered", "covered"])
        self.assertIn("billed once a visit", ways[-1].price_reason)

    def test_taken_back_the_next_journey_is_billed(self):
        job = self._job()
        ways = self._travel(job, (6, 8), (11, 13)).filtered(lambda line: line.kind == "travel")
        job.with_user(self.user_technician).remove_work(line_ids=ways[0].ids)
        self.assertEqual(ways[1].charged_as, "flat")
        self.assertEqual(ways[1].amount_invoice, 55.0)

    def test_another_zone_is_priced_anew_until_it_is_signed(self):
        job = self._job()
        way = self._travel(job, (6, 8)).filtered(lambda line: line.kind == "travel")
        job.with_user(self.user_dispatcher).zone_id = self.far
        self.assertFalse(way.charged_as)
        self.assertEqual(way.amount_invoice, 76.0)
        made = job.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).close_unsigned(reason="Nobody there")
        job.zone_id = self.near
        self.assertEqual(way.amount_invoice, 76.0)

    def test_another_zone_rounds_nothing_anew(self):
        job = self._job()
        labour = self._record(job, {"kind": "labour", "start": at(16, 50), "stop": at(17, 40)})
        labour = labour.filtered(lambda line: line.kind == "labour")
        self.assertEqual(labour.mapped("time_band"), ["ordinary", "overtime"])
        billed = labour.mapped("quantity_invoice")
        self.assertEqual(sum(billed), 1.0, "A stretch is rounded once.")
        job.with_user(self.user_dispatcher).zone_id = self.far
        self.assertEqual(labour.mapped("quantity_invoice"), billed)

    def test_whether_the_way_is_flat_is_said_by_the_rate_that_prices_it(self):
        self.env["service.rate"].create(
            {
                "company_id": self.company.id,
                "date_from": "2020-01-01",
                "kind": "travel",
                "partner_id": self.other_customer.id,
                "price": 25.0,
            }
        )
        job = self._job()
        way = self._travel(job, (6, 8)).filtered(lambda line: line.kind == "travel")
        self.assertEqual(way.amount_invoice, 55.0)
        way.payer_id = self.other_customer
        job._settle_travel()
        self.assertFalse(way.charged_as)
        self.assertEqual(way.amount_invoice, 50.0)

    # Days away

    def _days_away(self, job):
        return job.work_line_ids.filtered("is_day_away").sorted("date")

    def test_a_day_away_takes_the_place_of_travelling(self):
        self.env["service.rate"].create(
            {
                "company_id": self.company.id,
                "date_from": "2020-01-01",
                "kind": "day_away",
                "price": 120.0,
                "from_hours": 3.0,
            }
        )
        job = self._job(self.technician | self.colleague)
        self._travel(job, (6, 8))
        self.assertFalse(self._days_away(job), "Two hours are no day away.")
        recorded = self._travel(job, (11, 13))
        day = self._days_away(job)
        self.assertIn(day, recorded)
        self.assertEqual((day.employee_id, day.amount_invoice), (self.technician, 120.0))
        self.assertEqual(day.product_id, self.env.ref("field_service.product_day_away"))
        ways = job.work_line_ids.filtered(lambda line: line.kind == "travel")
        self.assertEqual(set(ways.mapped("charged_as")), {"day_away"})
        self.assertEqual(sum(ways.mapped("amount_invoice")), 0.0)
        self._travel(job, (6, 8), (11, 13), day=TUESDAY)
        self.assertEqual(self._days_away(job).mapped("date"), [MONDAY, TUESDAY])
        job.with_user(self.user_technician).remove_work(line_ids=ways[0].ids)
        self.assertEqual(self._days_away(job).mapped("date"), [TUESDAY])
        self.assertEqual(ways[1].charged_as, "flat")

    def test_a_day_away_in_a_zone_needs_no_hours(self):
        self.env["service.rate"].create(
            {
                "company_id": self.company.id,
                "date_from": "2020-01-01",
                "kind": "day_away",
                "zone_id": self.near.id,
                "price": 90.0,
            }
        )
        job = self._job(self.technician | self.colleague)
        self._record(job, LABOUR, {**LABOUR, "employee_id": self.colleague.id})
        self.assertEqual(len(self._days_away(job)), 2)
        self._record(job, {"kind": "labour", "start": at(11), "stop": at(12)})
        self.assertEqual(len(self._days_away(job)), 2, "Once a day and technician.")

    # Rights

    def test_zones_belong_to_a_company_and_are_set_up_by_managers(self):
        self.assertTrue(self.near.with_user(self.user_technician).name)
        with self.assertRaises(AccessError):
            self.near.with_user(self.user_technician).name = "Mine"
        with self.assertRaises(AccessError):
            self.near.with_user(self.user_employee).read(["name"])
        self.near.with_user(self.user_manager).name = "Close by"
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["service.zone"].create({"name": "Theirs", "company_id": other.id})
        self.assertNotIn(theirs, self.env["service.zone"].with_user(self.user_manager).search([]))

    def test_technicians_are_told_no_price_and_no_reason_of_it(self):
        line = self._record(self._job(), LABOUR)[0].with_user(self.user_technician)
        for name in ("price_rule", "price_params", "price_reason"):
            with self.assertRaises(AccessError):
                line.read([name])

    def test_only_journeys_have_a_flat_price(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(CheckViolation, "flat"),
            self.cr.savepoint(),
        ):
            self.env["service.rate"].create({"kind": "labour", "price": 1, "is_flat": True})
