from odoo import fields, models
from odoo.tools import html2plaintext

from ..slots import Roads

# Millimetres of a company's header besides its lines of text, by the layout of its documents.
HEADER_MM = {
    "web.external_layout_standard": 33,
    "web.external_layout_striped": 17,
    "web.external_layout_boxed": 17,
    "web.external_layout_bold": 17,
    "web.external_layout_wave": 17,
}
OTHER_HEADER_MM = 40
HEADER_LINE_MM = 4.7
MIN_HEADER_MM = 44


class ResCompany(models.Model):
    _inherit = "res.company"

    service_project_id = fields.Many2one(
        "project.project",
        string="Service project",
        ondelete="restrict",
        domain="[('company_id', '=', id), ('allow_timesheets', '=', True)]",
        help="Hours of work without job order are recorded here.",
    )
    situation_for_outside = fields.Boolean(
        string="Outside technicians see the accounting situation",
        help="The verdict only, never amounts.",
    )

    service_rework_days = fields.Integer(
        string="Rework within (days)",
        default=30,
        help="A repair that has to be repeated within these days is at our expense. Zero: never.",
    )
    service_discount_limit = fields.Float(
        string="Discount without asking (%)",
        default=10.0,
        help="How far below the listed price whoever sees prices may go; service managers further.",
    )
    service_road_factor = fields.Float(
        string="Roads are longer by",
        default=1.3,
        help="The way by road, as a multiple of the straight line between two places.",
    )
    service_road_speed = fields.Float(
        string="Driving speed (km/h)", default=50.0, help="Door to door, on average."
    )
    service_km_cost = fields.Float(
        string="Cost of our vehicles per km",
        digits=(16, 4),
        help="Fuel, wear, insurance: counted in the margin, whatever is charged. Zero: what "
        "vehicles cost is booked with their bills alone.",
    )

    service_expiry_days = fields.Integer(
        string="Tell days ahead",
        default=30,
        help="How long before something expires whoever is responsible gets a task.",
    )
    service_expiry_user_id = fields.Many2one(
        "res.users",
        string="Looks after what expires",
        domain=[("share", "=", False)],
        ondelete="set null",
        help="Is told of what no contract's responsible looks after.",
    )

    _service_rework_not_negative = models.Constraint(
        "CHECK (service_rework_days >= 0)", "The days of rework cannot be negative."
    )
    _service_roads_valid = models.Constraint(
        "CHECK (service_road_factor >= 1 AND service_road_speed > 0)",
        "A road is no shorter than the straight line, and driving has a speed.",
    )

    _service_km_cost_not_negative = models.Constraint(
        "CHECK (service_km_cost >= 0)", "A kilometre cannot cost less than nothing."
    )

    def _get_roads(self):
        """How roads are, for the pure functions of ``slots``."""
        self.ensure_one()
        return Roads(self.service_road_factor or 1.0, self.service_road_speed or 50.0)

    def _get_service_project(self):
        """The project for work without job order; made the first time it is needed."""
        self.ensure_one()
        # Whoever records work needn't be able to read or create projects.
        company_sudo = self.sudo()
        if not company_sudo.service_project_id:
            company_sudo.service_project_id = (
                self.env["project.project"]
                .sudo()
                .with_company(self)
                .create(
                    {
                        "name": self.env._("Service"),
                        "company_id": self.id,
                        "allow_timesheets": True,
                        "privacy_visibility": "employees",
                    }
                )
            )
        return company_sudo.service_project_id

    def _get_form_margin(self):
        """Millimetres that the header needs on our forms: nothing may be hidden behind it."""
        heights = [MIN_HEADER_MM]
        # The layout of documents is no secret, but companies are read by their own users.
        for company_sudo in self.sudo():
            details = html2plaintext(company_sudo.company_details or "").strip()
            if company_sudo.is_company_details_empty or not details:
                details = company_sudo.partner_id._display_address()
            lines = [line for line in details.splitlines() if line.strip()]
            layout = company_sudo.external_report_layout_id.key or "web.external_layout_standard"
            heights.append(
                HEADER_MM.get(layout, OTHER_HEADER_MM) + HEADER_LINE_MM * (len(lines) + 1)
            )
        return round(max(heights))
