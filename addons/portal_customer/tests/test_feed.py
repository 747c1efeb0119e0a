from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_pages import PagesCommon


@tagged("post_install", "-at_install")
class TestFeedPages(PagesCommon):
    def _feed_url(self):
        return self.outside_user.with_user(self.outside_user).visit_feed_url

    def test_an_outside_technician_sees_and_renews_their_address(self):
        self._login("outside")
        old = self._feed_url()
        self.assertIn(old, self._get("/my/visits/feed").text)
        self.assertIn("/my/visits/feed", self._get("/my/visits").text)
        self.assertEqual(self._post("/my/visits/feed/renew").status_code, 303)
        self.env.invalidate_all()
        self.assertNotEqual(self._feed_url(), old)
        self.assertIn(self._feed_url(), self._get("/my/visits/feed").text)

    def test_nothing_is_renewed_without_the_form_s_token_nor_by_looking(self):
        self._login("outside")
        old = self._feed_url()
        with mute_logger("odoo.http"):
            answer = self._post("/my/visits/feed/renew", csrf=False, sent="1")
            self.assertEqual(answer.status_code, 400)
            self.assertEqual(self._get("/my/visits/feed/renew").status_code, 405)
        self.env.invalidate_all()
        self.assertEqual(self._feed_url(), old)

    def test_customers_have_neither_feed_nor_crew(self):
        self._login("company")
        for page in ("/my/visits/feed", "/my/visits/crew"):
            with self.subTest(page=page), mute_logger("odoo.http"):
                self.assertEqual(self._get(page).status_code, 404)
        self.assertNotIn("/my/visits/feed", self._get("/my/visits").text)

    def test_the_crew_is_shown_busy_and_not_with_what(self):
        start = datetime.now().replace(hour=8, minute=0, second=0, microsecond=0)
        start += timedelta(days=2)
        visit = self._plan(
            self.intervention,
            self.technician,
            start=fields.Datetime.to_string(start),
            stop=fields.Datetime.to_string(start + timedelta(hours=2)),
        )
        self._plan(
            self._create_intervention(name="Elsewhere"),
            self.colleague,
            start=fields.Datetime.to_string(start),
            stop=fields.Datetime.to_string(start + timedelta(hours=2)),
        )
        self._login("outside")
        page = self._get("/my/visits/crew").text
        local = pytz.utc.localize(start).astimezone(pytz.timezone("Europe/Rome"))
        self.assertIn(self.technician.name, page)
        self.assertIn(f"{local:%H:%M}–{local + timedelta(hours=2):%H:%M}", page)
        self.assertNotIn(visit.name, page)
        self.assertNotIn(self.colleague.name, page)
        self._login("stranger")
        page = self._get("/my/visits/crew").text
        self.assertNotIn(self.technician.name, page)
