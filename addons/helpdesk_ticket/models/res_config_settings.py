from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    situation_grace_days = fields.Integer(related="company_id.situation_grace_days", readonly=False)
    situation_block_days = fields.Integer(related="company_id.situation_block_days", readonly=False)
    helpdesk_max_file_mb = fields.Integer(
        string="Largest file", default=25, config_parameter="helpdesk_ticket.max_file_mb"
    )
