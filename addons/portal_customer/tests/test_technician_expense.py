from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_pages import PagesCommon

PADOVA = {"partner_latitude": 45.40, "partner_longitude": 11.87, "city": "Padova"}
VICENZA = {"partner_latitude": 45.55, "partner_longitude": 11.54, "city": "Vicenza"}
THIENE = {"partner_latitude": 45.71, "partner_longitude": 11.48, "city": "Thiene"}


@tagged("post_install", "-at_install")
class TestTechnicianExpense(PagesCommon):
    """What an outside technician has spent or driven, on the page of the job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outside.address_id = cls.company.partner_id
        cls.company.partner_id.write(PADOVA)
        now = fields.Datetime.now()
        cls.job, cls.on_the_way, cls.foreign = (
            cls._create_intervention(name=name) for name in ("Lift", "Pump", "Somebody else's")
        )
        for job, place in ((cls.job, VICENZA), (cls.on_the_way, THIENE)):
            job.site_id = cls.env["res.partner"].create(
                {"name": place["city"], "parent_id": cls.customer.id, "type": "delivery", **place}
            )
            cls._plan(job, cls.outside, start=now, stop=now + timedelta(hours=1))
        cls.cars = cls.env["expense.vehicle"].create(
            [
                {"name": name, "plate": plate, "employee_id": cls.outside.id}
                for name, plate in (("Panda", "AB123CD"), ("Ducato", "EF456GH"))
            ]
        )
        cls.url = f"/my/interventions/{cls.job.id}"

    def setUp(self):
        super().setUp()
        self._login("outside")

    def _drive(self, **typed):
        return self._post(f"{self.url}/expense", kind="own_car", **typed)

    def test_a_trip_goes_over_other_jobs_with_the_car_that_was_chosen(self):
        page = self.url_open(self.url).text
        for shown in ("Panda AB123CD", "Ducato EF456GH", f"Thiene · {self.on_the_way.number}"):
            self.assertIn(shown, page)
        self.assertNotIn(self.foreign.number, page)
        stop = {f"stop_{self.on_the_way.id}": "1"}
        self.assertEqual(self._drive(vehicle_id=self.cars[1].id, **stop).status_code, 303)
        drive = self.job.expense_ids
        self.assertEqual(drive._get_route(), "Padova – Thiene – Vicenza – Padova")
        self.assertEqual((drive.vehicle_id, drive.quantity), (self.cars[1], 123.5))

    def test_one_way_and_a_place_that_is_on_no_map(self):
        refused = self._drive(stop_name="Nowhere", one_way="1")
        self.assertEqual(refused.status_code, 200)
        self.assertIn("where on the map Nowhere is", refused.text)
        # What was typed is still there.
        self.assertIn('value="Nowhere"', refused.text)
        self._drive(stop_name="Nowhere, Bassano", one_way="1", distance_km="60")
        self.assertEqual(self.job.expense_ids._get_route(), "Padova – Nowhere – Bassano – Vicenza")

    def test_nobody_drives_over_the_jobs_or_with_the_cars_of_others(self):
        golf = self.env["expense.vehicle"].create(
            {"name": "Golf", "plate": "IJ789KL", "employee_id": self.technician.id}
        )
        self.assertEqual(self._drive(**{f"stop_{self.foreign.id}": "1"}).status_code, 404)
        self.assertIn("somebody else&#39;s", self._drive(vehicle_id=golf.id).text)
        self.assertFalse(self.job.expense_ids)
        self._drive(**{f"stop_{'9' * 30}": "1", "stop_x": "1", "vehicle_id": "9" * 30})
        self.assertEqual(self.job.expense_ids._get_route(), "Padova – Vicenza – Padova")

    def test_the_day_and_what_it_was_for(self):
        day = fields.Date.today() - timedelta(days=2)
        self._post(
            f"{self.url}/expense",
            kind="restaurant",
            amount="12",
            date=str(day),
            description="Lunch",
        )
        self.assertRecordValues(self.job.expense_ids, [{"date": day, "name": "Lunch"}])
