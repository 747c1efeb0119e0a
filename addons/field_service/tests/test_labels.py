import base64
import io
import re

from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..printing import draw_qr
from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestLabels(FieldServiceCommon):
    def _html(self, equipment, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.user_technician)
        html, _kind = report._render_qweb_html(
            "field_service.service_equipment_labels", equipment.ids
        )
        # Each sheet is a drawing within the page.
        sheets = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html.decode())
        return "".join(base64.b64decode(sheet).decode() for sheet in sheets)

    def test_the_code_on_the_label_holds_the_machines_address(self):
        url = self.equipment._get_label_url()
        self.assertTrue(url.startswith(self.equipment.get_base_url()))
        self.assertTrue(url.endswith(f"/{self.equipment.id}"))
        html = self._html(self.equipment)
        self.assertIn(draw_qr(url)[1], html)
        self.assertNotIn(draw_qr(url + "1")[1], html)
        self.assertIn("ST-2201", html)

    def test_a_code_has_its_three_corners_within_a_quiet_border(self):
        size, path = draw_qr("https://service.example.com/q/12")
        dark = {tuple(map(int, spot.split("h")[0].split())) for spot in path.split("M")[1:]}
        self.assertTrue(all(2 <= place < size - 2 for spot in dark for place in spot))
        ring = [(x, y) for x in range(7) for y in range(7) if {x, y} & {0, 6}]
        for left, top in ((2, 2), (size - 9, 2), (2, size - 9)):
            for x, y in ring:
                self.assertIn((left + x, top + y), dark)

    def test_a_sheet_holds_three_by_eight_labels(self):
        machines = self.env["service.equipment"].create(
            [
                {"name": f"Machine {number:02}", "partner_id": self.customer.id}
                for number in range(25)
            ]
        )
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, _kind = report._render_qweb_pdf("field_service.service_equipment_labels", machines.ids)
        pages = PdfReader(io.BytesIO(pdf)).pages
        self.assertEqual(len(pages), 2)
        self.assertIn("Machine 23", pages[0].extract_text())
        self.assertIn("Machine 24", pages[1].extract_text())

    def test_people_without_a_right_to_equipment_print_no_label(self):
        for user in (self.user_employee, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._html(self.equipment, user)
