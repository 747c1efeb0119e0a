from datetime import timedelta

from lxml import html

from odoo import Command, fields
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

    def test_a_refused_expense_says_why_also_when_its_receipt_is_sent_again(self):
        self._post(f"{self.url}/expense", [self._photo()], kind="parking", amount="4")
        self.job.expense_ids._do_refuse("The date is missing")
        self.assertIn("The date is missing", self.url_open(self.url).text)
        again = self._post(f"{self.url}/receipts", [self._photo()])
        self.assertEqual(again.status_code, 200)
        self.assertIn("which was refused: The date is missing", again.text)
        self.assertEqual(len(self.job.expense_ids), 1)

    # === ABROAD, ANOTHER CURRENCY, AN INVOICE TO US === #

    def _spend(self, files=None, **typed):
        typed = {"kind": "restaurant", "amount": "40", **typed}
        return self._post(f"{self.url}/expense", files, **typed)

    def _form(self, page):
        (form,) = html.fromstring(page.text).find_class("o_portal_customer_expense")
        return form

    def _francs(self, rates):
        francs = self.env.ref("base.CHF")
        francs.active = True
        francs.rate_ids.unlink()
        francs.rate_ids = [
            Command.create({"name": day, "rate": rate, "company_id": self.company.id})
            for day, rate in rates
        ]
        return francs

    def test_money_of_another_country_counts_at_the_rate_of_its_day(self):
        today = fields.Date.today()
        francs = self._francs([(today - timedelta(days=5), 2.0), (today, 4.0)])
        switzerland = self.env.ref("base.ch")
        page = self.url_open(self.url).text
        self.assertIn('<option value="CHF">CHF</option>', page)
        day = today - timedelta(days=2)
        spent = self._spend(currency="CHF", country="CH", date=str(day))
        self.assertEqual(spent.status_code, 303)
        self.assertRecordValues(
            self.job.expense_ids,
            [{"currency_id": francs.id, "total_amount": 20.0, "country_id": switzerland.id}],
        )
        self.assertEqual(self.job.expense_ids.traceability_state, "abroad")
        # Both what is on the receipt and what comes of it.
        page = self.url_open(self.url).text
        self.assertRegex(page, r"40\.00\s*CHF|CHF\s*40\.00")
        self.assertIn("20.00", page)

    def test_a_currency_without_a_rate_is_answered_and_nothing_typed_is_lost(self):
        self._francs([])
        refused = self._spend(
            files=[self._photo()], currency="CHF", country="CH", invoice_to_us="1", amount="41.30"
        )
        self.assertEqual(refused.status_code, 200)
        self.assertIn("no exchange rate for CHF", refused.text)
        form = self._form(refused)
        self.assertIsNotNone(form.find(".//details").get("open"))
        typed = dict(form.form_values())
        self.assertEqual(
            [typed[name] for name in ("amount", "currency", "country", "invoice_to_us")],
            ["41.30", "CHF", "CH", "1"],
        )
        # A browser gives no photo back to a page.
        self.assertIn("choose the photo again", form.text_content())
        self.assertFalse(self.job.expense_ids)

    def test_as_usual_it_is_our_money_where_the_work_is(self):
        self.job.site_id.country_id = self.env.ref("base.de")
        form = self._form(self.url_open(self.url))
        self.assertIsNone(form.find(".//details").get("open"))
        chosen = [form.find(f".//select[@id='{name}']/option") for name in ("currency", "country")]
        self.assertEqual(
            [(option.get("value"), option.text) for option in chosen],
            [("", self.company.currency_id.name), ("", "Germany")],
        )
        self._spend(currency="", country="")
        self.assertRecordValues(
            self.job.expense_ids,
            [
                {
                    "currency_id": self.company.currency_id.id,
                    "country_id": self.env.ref("base.de").id,
                    "invoice_to_us": False,
                }
            ],
        )

    def test_of_an_invoice_in_our_name_the_tax_is_deducted(self):
        tax = self.env["account.tax"].search(
            [("type_tax_use", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        tax.write({"amount_type": "percent", "amount": 10, "price_include_override": False})
        kind = self.env["expense.kind"].search([("code", "=", "hotel")])
        kind.product_id.supplier_taxes_id = [Command.set(tax.ids)]
        self._spend(kind="hotel", amount="110", invoice_to_us="1")
        self.assertRecordValues(
            self.job.expense_ids, [{"invoice_to_us": True, "untaxed_amount": 100.0}]
        )
        # Ticked by mistake it changes nothing for what has no invoice.
        self._drive(invoice_to_us="1", currency="CHF", distance_km="10")
        drive = self.job.expense_ids.filtered("is_mileage")
        self.assertFalse(drive.invoice_to_us)
        self.assertEqual(drive.currency_id, self.company.currency_id)
