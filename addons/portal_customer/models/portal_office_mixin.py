from odoo import api, models


class PortalOfficeMixin(models.AbstractModel):
    """What of a record is for nobody outside, whatever way they come in.

    For models of Odoo, whose other fields Odoo judges; of ours, share users read what is named
    (see ``portal.readable.mixin``).
    """

    _name = "portal.office.mixin"
    _description = "Kept from the Portal"

    @api.model
    def _is_office_field(self, name):
        """Whether a field is the office's own; an override says so for its model."""
        return False

    def _has_field_access(self, field, operation):
        """Override of the ORM: share users neither read nor write what is the office's own."""
        if not super()._has_field_access(field, operation):
            return False
        return self.env.su or not self.env.user.share or not self._is_office_field(field.name)
