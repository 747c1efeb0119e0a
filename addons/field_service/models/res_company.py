from odoo import fields, models


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

    def _get_service_timezone(self):
        """Zone in which hours of the day count: that of the company's working hours."""
        self.ensure_one()
        # Working hours are no secret, but not everybody reads them.
        return self.sudo().resource_calendar_id.tz or "UTC"
