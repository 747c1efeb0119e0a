from odoo import fields
from odoo.tests import tagged

from .test_pages import PagesCommon


@tagged("post_install", "-at_install")
class TestTimer(PagesCommon):
    """The clock on the page of an outside technician."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention(name="The lift stops", ticket_id=cls.ticket.id)
        cls._plan(cls.job, cls.outside)
        cls.url = f"/my/interventions/{cls.job.id}"

    def _act(self, act, **typed):
        return self._post(f"{self.url}/{act}", **typed)

    def _start(self, hours=0):
        """A timer that has been running for so many hours."""
        self.job.with_user(self.outside_user).start_timer()
        self.job.timer_ids.start = fields.Datetime.subtract(fields.Datetime.now(), hours=hours)

    def test_one_tap_starts_and_one_tap_records(self):
        self._login("outside")
        self.assertIn("Start the work", self.url_open(self.url).text)
        self.assertEqual(self._act("timer", kind="labour").status_code, 303)
        self.assertIn("running since", self.url_open(self.url).text)
        self.job.timer_ids.start = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self._act("timer_stop")
        self.assertIn("labour", self.job.work_line_ids.mapped("kind"))
        self.assertEqual(self.job.work_line_ids.employee_id, self.outside)
        self.assertNotIn("running since", self.url_open(self.url).text)

    def test_a_forgotten_timer_asks_when_the_work_ended(self):
        self._start(hours=13)
        self._login("outside")
        page = self.url_open(self.url).text
        self.assertIn("has to be corrected", page)
        self.assertNotIn("Start the work", page)
        ended = fields.Datetime.subtract(fields.Datetime.now(), hours=12)
        typed = self.job.with_user(self.outside_user)._portal_to_local(ended)
        self._act("timer_stop", stop=typed)
        self.assertTrue(self.job.work_line_ids.filtered("start"))
        self.assertFalse(self.job.timer_ids)

    def test_a_timer_started_by_mistake_is_taken_away(self):
        self._start(hours=13)
        self._login("outside")
        self._act("timer_discard")
        self.assertFalse(self.job.timer_ids)
        self.assertFalse(self.job.work_line_ids)

    def test_strangers_and_customers_start_nothing(self):
        for person in ("stranger", "company"):
            self._login(person)
            self._act("timer", kind="labour")
            self.assertFalse(self.job.timer_ids, person)
