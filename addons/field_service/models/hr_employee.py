from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    settled_by_bill = fields.Boolean(
        string="Settled by bill",
        groups="hr.group_hr_user",
        help="A contractor: their hours are paid with their own bill, not with the payroll.",
    )

    def _get_visit_partners(self):
        """Contacts that stand for these people on the shared calendar."""
        partners = self.env["res.partner"]
        # Technicians don't read each other's employee records; their contacts are known to all.
        for employee_sudo in self.sudo():
            partners |= employee_sudo.user_id.partner_id or employee_sudo.work_contact_id
        return partners.sudo(self.env.su)
