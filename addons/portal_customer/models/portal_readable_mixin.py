from odoo import api, models


class PortalReadableMixin(models.AbstractModel):
    """What share users may read of a record, whatever way they come in.

    Record rules say which records; this says which of their fields. It holds for pages, for
    ``read`` over RPC, and for searching and sorting by what cannot be read. A field that is added
    to a model later stays hidden until somebody names it here.
    """

    _name = "portal.readable.mixin"
    _description = "Readable in the Portal"

    @api.model
    def _portal_readable_fields(self):
        """Names of the fields; an override adds those of its model."""
        return {"id", "display_name", "create_date", "write_date", "active", "company_id"}

    def _has_field_access(self, field, operation):
        """Override of the ORM: share users read what is named, and nothing else."""
        if not super()._has_field_access(field, operation):
            return False
        if operation != "read" or self.env.su or not self.env.user.share:
            return True
        return field.name in self._portal_readable_fields()
