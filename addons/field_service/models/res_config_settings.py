from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_project_id = fields.Many2one(related="company_id.service_project_id", readonly=False)
    situation_for_outside = fields.Boolean(
        related="company_id.situation_for_outside", readonly=False
    )
    service_rework_days = fields.Integer(related="company_id.service_rework_days", readonly=False)
    service_discount_limit = fields.Float(
        related="company_id.service_discount_limit", readonly=False
    )
    service_road_factor = fields.Float(related="company_id.service_road_factor", readonly=False)
    service_road_speed = fields.Float(related="company_id.service_road_speed", readonly=False)
    service_km_cost = fields.Float(related="company_id.service_km_cost", readonly=False)
    service_expiry_days = fields.Integer(related="company_id.service_expiry_days", readonly=False)
    service_expiry_user_id = fields.Many2one(
        related="company_id.service_expiry_user_id", readonly=False
    )
