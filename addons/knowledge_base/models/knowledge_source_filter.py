from odoo import api, models
from odoo.fields import Domain

MAX_DAYS = 36_500


class KnowledgeSourceMixin(models.AbstractModel):
    """By what the search page narrows: each source says which of its fields answers."""

    _inherit = "knowledge.source.mixin"

    @api.model
    def _knowledge_filter_fields(self) -> dict[str, str]:
        """Fields, or paths of fields, that answer the filters ``category`` (a many2one),
        ``product``, ``date`` (when it was solved) and ``solver`` (by which users).
        """
        return {}

    @api.model
    def _knowledge_filter(self, filters: dict) -> Domain:
        """The entries of this kind that pass the filters; see `knowledge.entry.search_page`."""
        domain = Domain.TRUE
        if "mine" in filters:
            domain &= self._knowledge_solved_by_caller()
        sources = self._knowledge_filter_category(filters.get("category"))
        sources &= self._knowledge_filter_product(filters.get("product"))
        sources &= self._knowledge_filter_days(filters.get("days"))
        return domain & self._knowledge_entries_of(sources)

    @api.model
    def _knowledge_categories(self, limit) -> list[list[str]]:
        """What may be chosen as category: value and name."""
        categories = self._knowledge_category_model()
        if categories is None or not categories.has_access("read"):
            return []
        return [
            [f"{category._name},{category.id}", category.display_name]
            for category in categories.search([], limit=limit)
        ]

    @api.model
    def _knowledge_category_model(self):
        path = self._knowledge_filter_fields().get("category")
        return self.env[self._fields[path].comodel_name] if path else None

    @api.model
    def _knowledge_filter_category(self, value) -> Domain:
        name, _comma, number = str(value or "").partition(",")
        if not number.isdecimal():
            return Domain.TRUE
        categories = self._knowledge_category_model()
        if categories is None or categories._name != name:
            return Domain.FALSE  # another kind's
        operator = "child_of" if "parent_id" in categories._fields else "="
        return Domain(self._knowledge_filter_fields()["category"], operator, int(number))

    @api.model
    def _knowledge_filter_product(self, value) -> Domain:
        value = str(value or "").strip()
        path = self._knowledge_filter_fields().get("product")
        if not value:
            return Domain.TRUE
        return Domain(path, "ilike", value) if path else Domain.FALSE

    @api.model
    def _knowledge_filter_days(self, value) -> Domain:
        value = str(value or "")
        path = self._knowledge_filter_fields().get("date")
        if not value.isdecimal() or not 0 < int(value) <= MAX_DAYS:
            return Domain.TRUE
        return Domain(path, ">=", f"today -{int(value)}d") if path else Domain.FALSE

    @api.model
    def _knowledge_solved_by_caller(self) -> Domain:
        """What the caller solved, or said that it solved."""
        # sudo: own acts only
        events_sudo = self.env["knowledge.event"].sudo()
        acts = events_sudo._search([("kind", "=", "solved"), ("user_id", "=", self.env.uid)])
        said = Domain("id", "in", acts.subselect("entry_id"))
        path = self._knowledge_filter_fields().get("solver")
        if not path:
            return said
        return said | self._knowledge_entries_of(Domain(path, "=", self.env.uid))

    @api.model
    def _knowledge_entries_of(self, domain) -> Domain:
        """The entries of sources within a domain."""
        if domain.is_true():
            return domain
        # sudo: this narrows only; what may be found is judged on the entry
        sources_sudo = self.sudo().with_context(active_test=False)
        return Domain("res_id", "in", sources_sudo._search(domain))
