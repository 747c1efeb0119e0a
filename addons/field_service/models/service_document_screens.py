from odoo import api, models


class ServiceDocument(models.Model):
    """The papers of a record."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.document"

    @api.model
    def _get_action_of(self, record):
        """Show the papers of one record, and make new ones for it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_document_action"
        )
        action["domain"] = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        action["context"] = {
            "default_res_model": record._name,
            "default_res_id": record.id,
            "default_company_id": record.company_id.id,
        }
        return action
