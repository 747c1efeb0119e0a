from odoo import api, models


class HiddenNameMixin(models.AbstractModel):
    """A link tells the name of what is behind it only to who may read that.

    Odoo reads the names behind links beside the rights of the reader. Here such a name is a title,
    which may be a customer's words or those of a draft.
    """

    _name = "hidden.name.mixin"
    _description = "Named Only to Its Readers"

    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.su:  # whoever reads without it was judged before
            for record in self - self.sudo(False)._filtered_access("read").sudo():
                record.display_name = self.env._("Not for you to read")
        return result
