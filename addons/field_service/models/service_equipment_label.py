import base64
from textwrap import shorten, wrap

from odoo import api, models

from ..printing import draw_qr

# Three by eight on a sheet of A4.
LABELS_PER_SHEET = 24
# Characters in bold that fit beside the code.
LINE = 19


class ServiceEquipment(models.Model):
    """A label for the machine: whoever scans it reports a fault, or finds its history."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.equipment"

    def _get_label_url(self):
        """Where the label leads; behind a login, so the address is no secret.

        An override says where customers report a fault.
        """
        self.ensure_one()
        return f"{self.get_base_url()}/odoo/field-service-equipment/{self.id}"

    def _get_label_values(self):
        """What stands on the label."""
        self.ensure_one()
        size, path = draw_qr(self._get_label_url())
        return {
            "qr_size": size,
            "qr_path": path,
            # Drawings break no lines by themselves.
            "name": wrap(self.name, LINE, max_lines=3, placeholder=" …"),
            "serial_number": self.serial_number or "",
            "company": shorten(self.company_id.name, LINE + 8, placeholder=" …"),
            "phone": self.company_id.phone or "",
        }


class ReportServiceEquipmentLabels(models.AbstractModel):
    _name = "report.field_service.service_equipment_labels"
    _description = "Labels of Equipment"

    @api.model
    def _get_report_values(self, docids, data=None):
        equipment = self.env["service.equipment"].browse(docids)
        equipment.check_access("read")
        labels = [one._get_label_values() for one in equipment]
        return {
            "docs": equipment,
            "sheets": [
                self._draw_sheet(labels[start : start + LABELS_PER_SHEET])
                for start in range(0, len(labels), LABELS_PER_SHEET)
            ],
        }

    def _draw_sheet(self, labels):
        """A sheet of labels as a picture, in a data URI."""
        drawing = self.env["ir.qweb"]._render(
            "field_service.service_equipment_label_sheet", {"labels": labels}
        )
        encoded = base64.b64encode(str(drawing).encode()).decode()
        return f"data:image/svg+xml;base64,{encoded}"
