from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    van_location_id = fields.Many2one(
        "stock.location",
        string="Van",
        domain="[('usage', '=', 'internal'), ('company_id', 'in', (False, company_id))]",
        check_company=True,
        ondelete="restrict",
        groups="hr.group_hr_user,stock.group_stock_manager",
        help="Parts they use on a job leave this location; without one, the company's warehouse.",
    )

    def _get_part_location_sudo(self, company):
        """Where the parts of somebody lie: their van, else the company's warehouse.

        Technicians read neither employees nor warehouses; what is done with it is Campo's own.

        :return: in sudo; empty when the company has no warehouse
        """
        van = self.sudo().van_location_id
        if van:
            return van
        warehouses = self.env["stock.warehouse"].sudo()
        return warehouses.search([("company_id", "=", company.id)], limit=1).lot_stock_id
