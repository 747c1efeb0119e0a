from odoo import api, fields, models
from odoo.fields import Domain


class KnowledgeEntry(models.Model):
    """Entries are found by whom their article is for, and while it holds."""

    _inherit = "knowledge.entry"

    is_narrowed = fields.Boolean(
        string="For Some Customers Only",
        readonly=True,
        help="Which ones, its article says.",
    )
    valid_from = fields.Date(readonly=True)
    valid_until = fields.Date(readonly=True)
    is_offered = fields.Boolean(
        string="Offered to the Reader",
        compute="_compute_is_offered",
        search="_search_is_offered",
        help="Whether it holds today, and the user is among the customers it is for.",
    )

    @api.depends_context("uid")
    def _compute_is_offered(self):
        offered = self.search(self._offered_domain() & Domain("id", "in", self.ids))
        for entry in self:
            entry.is_offered = entry in offered

    def _search_is_offered(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._offered_domain()

    @api.model
    def _offered_domain(self, contacts=None) -> Domain:
        """What holds today and is for one of these contacts, all of the user's by default."""
        return self._valid_domain() & Domain.OR(
            self._audience_domain(contact)
            for contact in contacts or self.env.user._get_own_contacts()
        )

    @api.model
    def _search_similar_access(self):
        access = super()._search_similar_access()
        user = self.env.user
        if not user.share:
            return access & self._valid_domain()
        return access & self._offered_domain(user._get_acting_contact())

    @api.model
    def _valid_domain(self) -> Domain:
        return self.env["knowledge.article"]._valid_domain()

    @api.model
    def _audience_domain(self, partner) -> Domain:
        """Entries for everybody who may find such, and those for some customers, if this is one.

        :param partner: the customer, or a contact of theirs
        """
        articles = self.env["knowledge.article"]
        narrow = Domain("is_narrowed", "=", True) & articles._audience_domain(partner)
        query = articles._in_sudo()._search(narrow)
        return Domain("is_narrowed", "=", False) | (
            Domain("res_model", "=", articles._name) & Domain("res_id", "in", query)
        )
