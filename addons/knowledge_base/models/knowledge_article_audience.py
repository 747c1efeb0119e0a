from odoo import api, fields, models
from odoo.fields import Domain


class KnowledgeArticle(models.Model):
    """Whom an article is for, of the customers all or some, and from when to when it holds.

    What is said here of people outside is asked by the record rules, by the search, and by the
    pages of the portal; they say nothing of their own.
    """

    _inherit = "knowledge.article"

    audience_category_ids = fields.Many2many(
        "res.partner.category",
        relation="knowledge_article_audience_category_rel",
        ondelete="restrict",
        string="Only Customers Tagged",
        groups="base.group_user",
        help="Leave everything empty to address all customers. Whoever has one of these tags, or"
        " one below it, is addressed.",
    )
    audience_partner_ids = fields.Many2many(
        "res.partner",
        relation="knowledge_article_audience_partner_rel",
        ondelete="restrict",
        string="Only These Customers",
        groups="base.group_user",
        domain=["|", ("is_company", "=", True), ("parent_id", "=", False)],
        help="These customers are addressed, with all their contacts.",
    )
    is_narrowed = fields.Boolean(
        string="For Some Customers Only",
        compute="_compute_is_narrowed",
        store=True,
    )
    valid_from = fields.Date(help="Nobody finds it before this day.")
    valid_until = fields.Date(index="btree_not_null", help="The last day on which it is found.")
    is_offered = fields.Boolean(
        string="Offered to the Reader",
        compute="_compute_is_offered",
        search="_search_is_offered",
        help="Whether the user, being a customer, finds it today.",
    )

    _valid_period = models.Constraint(
        "CHECK(valid_until >= valid_from)",
        "An article cannot end before it begins: correct “Valid Until”.",
    )

    @api.model
    def _audience_fields(self) -> list[str]:
        """Names of the fields that narrow the customers. Overrides add their own."""
        return ["audience_category_ids", "audience_partner_ids"]

    @api.depends(lambda self: ("audience", *self._audience_fields()))
    def _compute_is_narrowed(self):
        names = self._audience_fields()
        for article in self:
            article.is_narrowed = article.audience == "customer" and any(
                article[name] for name in names
            )

    @api.depends_context("uid")
    def _compute_is_offered(self):
        domain = self._offered_domain(self.env.user) & Domain("id", "in", self.ids)
        offered_sudo = self._in_sudo().search(domain)
        for article in self:
            article.is_offered = article in offered_sudo

    def _search_is_offered(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._in_sudo()._search(self._offered_domain(self.env.user)))

    # === WHO IT IS FOR === #

    @api.model
    def _in_sudo(self):
        # sudo: whom an article is for decides who finds it, and is told to nobody
        return self.env["knowledge.article"].sudo().with_context(active_test=False)

    @api.model
    def _offered_domain(self, user) -> Domain:
        """The articles that somebody from outside finds today; evaluate it in sudo."""
        return (
            Domain("active", "=", True)
            & Domain("state", "=", "published")
            & self._valid_domain()
            & (
                Domain("audience", "=", "public")
                if user._is_public()
                else Domain.OR(
                    self._audience_domain(contact) for contact in user._get_own_contacts()
                )
            )
        )

    @api.model
    def _valid_domain(self) -> Domain:
        """What holds today, of articles as of entries."""
        today = fields.Date.context_today(self)
        return (Domain("valid_from", "=", False) | Domain("valid_from", "<=", today)) & (
            Domain("valid_until", "=", False) | Domain("valid_until", ">=", today)
        )

    @api.model
    def _audience_domain(self, partner) -> Domain:
        """The articles whose audience a customer belongs to, published or not.

        :param partner: the customer, or a contact of theirs; evaluate the domain in sudo
        """
        return Domain("audience", "=", "public") | (
            Domain("audience", "=", "customer")
            & (Domain("is_narrowed", "=", False) | self._narrow_domain(partner))
        )

    @api.model
    def _narrow_domain(self, partner) -> Domain:
        """What of an article for some customers includes this one. Overrides add their own."""
        # sudo: how the house tags its customers is no concern of theirs, but decides
        customer_sudo = partner.sudo().commercial_partner_id
        tags_sudo = customer_sudo.category_id
        domain = Domain(
            "audience_partner_ids", "any", [("commercial_partner_id", "=", customer_sudo.id)]
        )
        if tags_sudo:
            domain |= Domain("audience_category_ids", "parent_of", tags_sudo.ids)
        return domain

    # === KNOWLEDGE SOURCE === #

    def _prepare_knowledge_entry_values(self, solution):
        return {
            **super()._prepare_knowledge_entry_values(solution),
            "is_narrowed": self.is_narrowed,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
        }

    @api.model
    def _knowledge_trigger_fields(self):
        validity = {"valid_from", "valid_until"}
        return super()._knowledge_trigger_fields() | validity | set(self._audience_fields())
