from odoo import fields, models


class ResPartner(models.Model):
    """Signed links that were mailed to a person, and how they are made worthless."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.partner"

    # Out of everybody's reach: who lowers it makes old links work again.
    visit_link_version = fields.Integer(
        copy=False,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
    )

    def write(self, vals):
        """Override of `base`: links that went to another mailbox answer nothing any more."""
        if "email" in vals:
            # Whose address it is may be changed by people who have no right to the counter.
            moved_sudo = self.sudo().filtered(
                lambda partner: partner.email and partner.email != vals["email"]
            )
            moved_sudo._revoke_visit_links()
        return super().write(vals)

    def _revoke_visit_links(self):
        for partner in self:
            partner.visit_link_version += 1

    def action_revoke_visit_links(self):
        """Make all links worthless that these people have been mailed about visits."""
        self.check_access("write")
        # Writing on the person is right enough; the counter itself is out of reach.
        self.sudo()._revoke_visit_links()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The links mailed so far answer no visit any more."),
            },
        }
