from odoo import api, fields, models


class ServiceDocument(models.Model):
    """A paper that expires: insurance, contractor's papers, certificates of equipment or people."""

    _name = "service.document"
    _description = "Paper that Expires"
    _order = "expiry_date, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=[
            ("insurance", "Insurance"),
            ("contractor", "Contractor's papers"),
            ("certificate", "Certificate"),
            ("inspection", "Inspection"),
            ("other", "Other"),
        ],
        required=True,
        default="certificate",
    )
    res_model = fields.Selection(
        selection=[
            ("service.equipment", "Equipment"),
            ("service.contract", "Contract"),
            ("hr.employee", "Employee"),
            ("res.partner", "Contact"),
        ],
        string="Belongs to",
        required=True,
    )
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", required=True)
    expiry_date = fields.Date(string="Expires on", index=True)
    is_expired = fields.Boolean(compute="_compute_is_expired")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    _owner_idx = models.Index("(res_model, res_id)")

    @api.depends("expiry_date")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for document in self:
            document.is_expired = bool(document.expiry_date and document.expiry_date < today)
