import base64
import doctest

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.expense_capture import rate_table, trip

from .common import ExpenseCaptureCommon

PADOVA = {"partner_latitude": 45.40, "partner_longitude": 11.87, "city": "Padova"}
VICENZA = {"partner_latitude": 45.55, "partner_longitude": 11.54, "city": "Vicenza"}
THIENE = {"partner_latitude": 45.71, "partner_longitude": 11.48, "city": "Thiene"}


@tagged("post_install", "-at_install")
class TestTrip(ExpenseCaptureCommon):
    """Kilometres with one's own car: measured, by the odometer, or written by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()
        cls.mine = cls.intervention.with_user(cls.user_technician)
        cls.technician.address_id = cls.company.partner_id
        cls.company.partner_id.write(PADOVA)
        cls.site.write(VICENZA)

    def _drive(self, **values):
        return self._add(self.intervention, kind="own_car", **values)

    def test_the_pure_functions(self):
        for module in (trip, rate_table):
            self.assertEqual(doctest.testmod(module).failed, 0)

    def test_without_a_distance_it_is_measured_there_and_back(self):
        proposed = self.mine.propose_distance()
        self.assertEqual(
            proposed, {"distance_km": 79.7, "route": "Padova – Vicenza", "unknown": ""}
        )
        drive = self._drive()
        self.assertEqual(drive.quantity, 79.7)
        self.assertEqual(drive._get_route(), "Padova – Vicenza – Padova")
        one_way = self._drive(return_trip=False)
        self.assertEqual(one_way.quantity, 39.9)
        # Reimbursed by the vehicle's rate, billed by the price list.
        self.assertEqual(drive.total_amount, 33.47)
        self.assertEqual(drive.work_line_ids.amount_invoice, 47.82)

    def test_the_factor_for_roads_is_the_companys(self):
        self.company.service_road_factor = 1.5
        self.assertEqual(self._drive().quantity, 92.0)

    def test_several_stops_make_it_longer(self):
        other = self._working_intervention()
        place = self.env["res.partner"].create(
            {"name": "Thiene works", "parent_id": self.customer.id, **THIENE}
        )
        other.site_id = place
        drive = self._drive(stops=[{"intervention_id": other.id}])
        self.assertEqual(drive._get_route(), "Padova – Thiene – Vicenza – Padova")
        self.assertGreater(drive.quantity, 79.7)
        self.assertEqual(drive.quantity, drive.distance_measured)
        with self.assertRaisesRegex(ValidationError, "where on the map Nowhere is"):
            self._drive(stops=[{"name": "Nowhere"}])
        with self.assertRaisesRegex(ValidationError, "at most 20 stops"):
            self._drive(stops=[{"name": "x"}] * 21)
        with self.assertRaisesRegex(ValidationError, "where you stopped"):
            self._drive(stops=[{}])

    def test_the_dialog_asks_which_car_and_over_which_places(self):
        other = self._working_intervention()
        other.site_id = self.env["res.partner"].create(
            {"name": "Thiene works", "parent_id": self.customer.id, **THIENE}
        )
        cars = self.env["expense.vehicle"].create(
            [
                {"name": name, "plate": name, "employee_id": employee.id}
                for name, employee in (
                    ("Panda", self.technician),
                    ("Ducato", self.technician),
                    ("Golf", self.colleague),
                )
            ]
        )
        dialogs = self.env["service.intervention.add.expense"].with_user(self.user_technician)
        dialog = Form(dialogs.with_context(default_intervention_id=self.intervention.id))
        dialog.kind_id = self.kinds["own_car"]
        self.assertEqual((dialog.vehicle_id, dialog.distance_km), (cars[0], 79.7))
        dialog.vehicle_id = cars[1]
        with dialog.stop_ids.new() as stop:
            stop.other_id = other
        self.assertEqual(dialog.route, "Padova – Thiene – Vicenza")
        self.assertEqual(dialog.distance_km, 123.5)
        with dialog.stop_ids.new() as stop:
            stop.name = "Nowhere"
        self.assertEqual(dialog.unknown_place, "Nowhere")
        dialog.stop_ids.remove(1)
        dialog.save().action_confirm()
        drive = self.intervention.expense_ids
        self.assertEqual((drive.vehicle_id, drive.quantity), (cars[1], 123.5))
        self.assertEqual(drive._get_route(), "Padova – Thiene – Vicenza – Padova")
        with self.assertRaises(AccessError):
            dialogs.create(
                {
                    "intervention_id": self.intervention.id,
                    "kind_id": self.kinds["own_car"].id,
                    "stop_ids": [Command.create({"other_id": self._create_intervention().id})],
                }
            )

    def test_nobody_measures_to_work_they_do_not_see(self):
        foreign = self._create_intervention()
        with self.assertRaises(AccessError):
            self._drive(stops=[{"intervention_id": foreign.id}])
        with self.assertRaises(AccessError):
            self.intervention.with_user(self.user_colleague).propose_distance()

    def test_a_place_that_is_not_on_the_map_is_named(self):
        self.site.write({"partner_latitude": 0, "partner_longitude": 0})
        self.assertEqual(self.mine.propose_distance()["unknown"], "Vicenza")
        with self.assertRaisesRegex(ValidationError, "Vicenza is: say how many kilometres"):
            self._drive()
        self.assertEqual(self._drive(distance_km=500).quantity, 500)

    def test_more_than_the_way_is_long_wants_a_reason(self):
        self.assertEqual(self._drive(distance_km=90).quantity, 90)
        with self.assertRaisesRegex(ValidationError, "about 80 km, you wrote 120 km"):
            self._drive(distance_km=120)
        drive = self._drive(distance_km=120, distance_reason="The A31 was closed")
        self.assertEqual((drive.quantity, drive.distance_measured), (120, 79.7))
        with self.assertRaisesRegex(ValidationError, "Say why"):
            drive.distance_reason = False

    def test_the_odometer_says_it_too(self):
        drive = self._drive(odometer_start=45_100, odometer_stop=45_184)
        self.assertEqual(drive.quantity, 84)
        for start, stop in ((45_184, 45_100), (45_100, 0), (-5, 20), (1, 9e9)):
            with (
                self.subTest(start=start, stop=stop),
                self.env.cr.savepoint(),
                self.assertRaisesRegex(ValidationError, "odometer|how many kilometres"),
            ):
                self._drive(odometer_start=start, odometer_stop=stop)
        with self.assertRaisesRegex(ValidationError, "By the odometer it is 84.0 km"):
            self._drive(odometer_start=45_100, odometer_stop=45_184, distance_km=120)

    def test_the_vehicle_decides_the_rate(self):
        small, large = self.env["expense.vehicle.class"].create(
            [{"name": "Small"}, {"name": "Large"}]
        )
        cars = self.env["expense.vehicle"].create(
            [
                {
                    "name": name,
                    "plate": plate,
                    "employee_id": employee.id,
                    "class_id": kind.id,
                }
                for name, plate, employee, kind in (
                    ("Panda", "AB123CD", self.technician, small),
                    ("Ducato", "EF456GH", self.technician, large),
                    ("Golf", "IJ789KL", self.colleague, large),
                )
            ]
        )
        self.env["expense.mileage.rate"].create(
            [
                {"name": "Small", "class_id": small.id, "price": 0.30, "date_from": "2020-01-01"},
                {"name": "Large", "class_id": large.id, "price": 0.70, "date_from": "2020-01-01"},
            ]
        )
        first = self._drive(distance_km=10)
        self.assertEqual((first.vehicle_id, first.total_amount), (cars[0], 3.0))
        second = self._drive(distance_km=10, vehicle_id=cars[1].id)
        self.assertEqual((second.vehicle_id, second.total_amount), (cars[1], 7.0))
        first.vehicle_id = cars[1]
        self.assertEqual(first.total_amount, 7.0)
        with self.assertRaisesRegex(ValidationError, "somebody else's"):
            self._drive(distance_km=10, vehicle_id=cars[2].id)
        with self.assertRaisesRegex(ValidationError, "one of your vehicles"):
            self._drive(distance_km=10, vehicle_id=999_999_999)
        seen = self.env["expense.vehicle"].with_user(self.user_technician).search([])
        self.assertEqual(seen, cars[:2])
        self.assertEqual(cars.with_user(self.user_approver).search([]) & cars, cars)
        self.assertFalse(cars.with_user(self.user_technician).has_access("write"))

    # === THE TABLE OF COSTS === #

    def _load(self, text, user=None):
        return (
            self.env["expense.mileage.rate.import"]
            .with_user(user or self.user_approver)
            .create({"file": base64.b64encode(text.encode()), "company_id": self.company.id})
            .action_import()
        )

    def test_a_table_of_costs_is_loaded_as_it_comes(self):
        table = (
            "\ufeffModello;Classe;€/km;Dal;Al\r\n"
            "Panda 1.2;Utilitarie;0,4234;01/01/2026;31/12/2026\r\n"
            "Ducato;Furgoni;0,6120;01/01/2026;\r\n\r\n"
        )
        self._load(table)
        rates = self.env["expense.mileage.rate"].search([("class_id", "!=", False)])
        self.assertEqual(
            sorted((rate.name, rate.class_id.name, rate.price) for rate in rates),
            [("Ducato", "Furgoni", 0.612), ("Panda 1.2", "Utilitarie", 0.4234)],
        )
        # Loading it again adds nothing; next year's ends what has no end.
        self._load(table)
        self.assertEqual(len(rates.search([("class_id", "!=", False)])), 2)
        self._load("Vehicle,Class,Per km,Valid from\nDucato,furgoni,0.65,2027-01-01")
        van = rates.filtered(lambda rate: rate.name == "Ducato")
        self.assertEqual(str(van.date_to), "2026-12-31")

    def test_a_bad_table_is_refused_by_its_line(self):
        cases = {
            "Vehicle,Per km\nVan,1": "A column is missing: date_from",
            "Vehicle,Per km,Valid from\nVan,1,2026-01-01\nVan,much,2026-01-01": "Line 3 cannot",
            "Vehicle,Per km,Valid from\nVan,-1,2026-01-01": "Line 2 cannot",
            "Vehicle,Per km,Valid from\nVan,1,31/31/2026": "Line 2 cannot",
            "Vehicle,Per km,Valid from\n": "no rates",
            "a\0b": "is no table",
        }
        before = self.env["expense.mileage.rate"].search_count([])
        for table, sentence in cases.items():
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self._load(table)
        self.assertEqual(self.env["expense.mileage.rate"].search_count([]), before)
        with self.assertRaises(AccessError):
            self._load("Vehicle,Per km,Valid from\nVan,1,2026-01-01", self.user_technician)
