import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Nobody can send this object from outside: only ``fill_form`` makes documents.
FILLING = object()


class ServiceFormDocument(models.Model):
    """A form as it was filled in: numbered, flattened, hashed and filed. It stays what it is."""

    _name = "service.form.document"
    _description = "Filled Form"
    _order = "id desc"
    _rec_name = "number"
    _rec_names_search = ["number", "form_id"]

    number = fields.Char(required=True, readonly=True)
    form_id = fields.Many2one(
        "service.form", required=True, readonly=True, index=True, ondelete="restrict"
    )
    intervention_id = fields.Many2one(
        "service.intervention", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="intervention_id.company_id", store=True, precompute=True, index=True
    )
    kind = fields.Selection(related="form_id.kind")
    result = fields.Selection(
        selection=[
            ("passed", "Passed"),
            ("reservation", "Passed with reservations"),
            ("failed", "Not passed"),
        ],
        readonly=True,
    )
    remark = fields.Text(readonly=True)
    signed_by = fields.Char(readonly=True)
    signer_role = fields.Char(string="Role", readonly=True)
    signature = fields.Image(max_width=1200, max_height=600, readonly=True)
    has_prices = fields.Boolean(
        readonly=True, help="Amounts stand on it: only for those who may see prices."
    )
    filled_by_id = fields.Many2one(
        "res.users", string="Filled in by", required=True, readonly=True, ondelete="restrict"
    )
    filled_on = fields.Datetime(required=True, readonly=True)
    sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, index="btree_not_null")
    attachment_id = fields.Many2one(
        "ir.attachment", string="PDF", readonly=True, ondelete="restrict"
    )

    _number_uniq = models.UniqueIndex(
        "(form_id, number)", "There is already a form with this number."
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_filling()
        return super().create(vals_list)

    def write(self, vals):
        self._check_filling()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filled(self):
        raise UserError(
            self.env._("A filled form stays. If something is wrong with it, fill in a new one.")
        )

    def _check_filling(self):
        if self.env.context.get("field_service_filling") is not FILLING:
            raise AccessError(self.env._("Forms are filled in on the intervention only."))

    @api.readonly
    def verify(self):
        """Compute the hash of the stored PDF again.

        :return: ``{"number": …, "sha256": …, "intact": bool}``
        """
        self.ensure_one()
        self.check_access("read")
        # Whoever may read the form may know whether its PDF is the one that was filed.
        content = self.sudo().attachment_id.raw or b""
        return {
            "number": self.number,
            "sha256": self.sha256 or "",
            "intact": bool(self.sha256) and hashlib.sha256(content).hexdigest() == self.sha256,
        }

    def action_print(self):
        """Open the PDF that was filed."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "new",
        }
