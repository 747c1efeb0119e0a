from odoo.tests import tagged

from .test_pages import PagesCommon


@tagged("post_install", "-at_install")
class TestLabel(PagesCommon):
    """Whoever scans a machine's label comes to where they can act, and nobody else anywhere."""

    def _scan(self, equipment_id=None):
        return self.url_open(f"/q/{equipment_id or self.equipment.id}", allow_redirects=False)

    def test_the_label_of_a_machine_leads_here(self):
        url = f"{self.equipment.get_base_url()}/q/{self.equipment.id}"
        self.assertEqual(self.equipment._get_label_url(), url)

    def test_a_customer_reports_a_fault_of_that_machine(self):
        self._login("company")
        scanned = self._scan()
        self.assertIn(
            f"/my/tickets/new?equipment_id={self.equipment.id}", scanned.headers["Location"]
        )
        page = self.url_open(scanned.headers["Location"]).text
        self.assertRegex(page, rf'<option value="{self.equipment.id}"[^>]*selected')

    def test_a_technician_from_outside_comes_to_the_work_there(self):
        self._login("outside")
        self.assertTrue(
            self._scan().headers["Location"].endswith(f"/my/interventions/{self.intervention.id}")
        )

    def test_our_technician_comes_to_the_machine(self):
        self.authenticate(self.user_technician.login, self.user_technician.login)
        self.assertTrue(
            self._scan()
            .headers["Location"]
            .endswith(f"/odoo/field-service-equipment/{self.equipment.id}")
        )

    def test_strangers_find_nothing_and_the_public_logs_in_first(self):
        for person in ("other", "stranger"):
            self._login(person)
            with self.subTest(person=person):
                self.assertEqual(self._scan().status_code, 404)
                self.assertEqual(self._scan(2**30).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self._scan().headers["Location"])
