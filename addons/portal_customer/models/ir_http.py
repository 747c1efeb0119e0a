from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `web` to have the texts of our scripts in the reader's language."""
        return [*super()._get_translation_frontend_modules_name(), "portal_customer"]
