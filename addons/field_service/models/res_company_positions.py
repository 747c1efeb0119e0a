from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_DAYS = 365


class ResCompany(models.Model):
    """Positions of people at work: off, until somebody says what for, by which right, how long."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.company"

    service_positions = fields.Boolean(
        string="Record positions",
        help="When technicians set off, arrive and leave, if their browser gives a position.",
    )
    service_positions_purpose = fields.Char(
        string="Purpose of positions", help="What technicians read about it."
    )
    service_positions_basis = fields.Char(
        string="Legal basis of positions",
        help="Reference of the agreement with the unions or of the authorisation.",
    )
    service_positions_days = fields.Integer(
        string="Positions are kept (days)", help="After that many days they are deleted."
    )

    @api.constrains(
        "service_positions",
        "service_positions_purpose",
        "service_positions_basis",
        "service_positions_days",
    )
    def _check_service_positions(self):
        for company in self.filtered("service_positions"):
            if (
                not (company.service_positions_purpose or "").strip()
                or not (company.service_positions_basis or "").strip()
                or not 1 <= company.service_positions_days <= MAX_DAYS
            ):
                raise ValidationError(
                    self.env._(
                        "Before %(company)s records positions, write for which purpose, on which "
                        "legal basis, and for how many days they are kept (1 to %(days)s).",
                        company=company.name,
                        days=MAX_DAYS,
                    )
                )

    def _get_position_notice(self):
        """What technicians are told about positions; nothing when none are recorded."""
        self.ensure_one()
        if not self.service_positions:
            return ""
        return self.env._(
            "When you set off, arrive and leave, the position that your browser gives is kept for "
            "%(days)s days, to about 100 metres. Purpose: %(purpose)s. Legal basis: %(basis)s. You "
            "and the service managers see it, customers never. If your browser gives none, "
            "everything works all the same.",
            days=self.service_positions_days,
            purpose=self.service_positions_purpose,
            basis=self.service_positions_basis,
        )


class ResConfigSettings(models.TransientModel):
    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.config.settings"

    # Not related: all four are written at once, because one is refused without the others.
    service_positions = fields.Boolean(string="Record positions")
    service_positions_purpose = fields.Char(string="Purpose of positions")
    service_positions_basis = fields.Char(string="Legal basis of positions")
    service_positions_days = fields.Integer(string="Positions are kept (days)")

    @api.model
    def _get_position_fields(self):
        return [name for name in self._fields if name.startswith("service_positions")]

    @api.model
    def get_values(self):
        """Override of `base_setup` to show the company's choice."""
        values = super().get_values()
        return values | {name: self.env.company[name] for name in self._get_position_fields()}

    def set_values(self):
        """Override of `base_setup` to keep the company's choice."""
        result = super().set_values()
        company = self.company_id
        changed = {
            name: self[name] for name in self._get_position_fields() if self[name] != company[name]
        }
        if changed:
            company.write(changed)
        return result
