from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `web`: our scripts and the conversation speak the reader's language."""
        return [*super()._get_translation_frontend_modules_name(), "mail", "portal_customer"]
