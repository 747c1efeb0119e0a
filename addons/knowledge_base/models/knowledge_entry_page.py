from odoo import api, models
from odoo.fields import Domain

from .knowledge_entry_search import MAX_RESULTS

MAX_CHOICES = 300  # categories offered of each kind
SOURCE_FILTERS = ("category", "product", "days", "mine")


class KnowledgeEntry(models.Model):
    """The search page: `search_similar` within filters, more at a time on demand."""

    _inherit = "knowledge.entry"

    @api.model
    @api.readonly
    def search_page(self, text, filters=None, limit=10):
        """Find solved problems like the one described, within filters.

        :param str text: the problem, in a person's words
        :param dict filters: any of ``kind`` (model of the source), ``language`` (e.g. ``it_IT``),
            ``category`` (as `search_filters` offers it), ``product`` (part of its name), ``days``
            (solved within), ``mine`` (solved by the caller); what makes no sense narrows nothing
        :param int limit: how many at most
        :return: ``{"problems": […], "more": bool}``, problems as `search_similar` gives them, with
            ``kind`` and ``readable`` as `find_similar` does
        """
        self.check_access("read")
        limit = min(max(int(limit), 1), MAX_RESULTS - 1)
        domain = self._filter_domain(filters if isinstance(filters, dict) else {})
        found = self._search_similar(text, limit=limit + 1, domain=domain)
        return {"problems": self._with_sources(found[:limit]), "more": len(found) > limit}

    @api.model
    @api.readonly
    def search_filters(self):
        """What the search page offers to choose from, as far as the caller may know it.

        :return: ``{"kinds": [[model, name]], "languages": [[code, name]],
            "categories": [[kind, [[value, name]]]]}``
        """
        self.check_access("read")
        kinds, categories = [], []
        for name in self._source_models():
            sources = self.env[name]
            if not self.env.user.share and sources._knowledge_access().is_false():
                continue
            kinds.append([name, sources._knowledge_kind()])
            if choices := sources._knowledge_categories(MAX_CHOICES):
                categories.append([sources._knowledge_kind(), choices])
        languages = [list(language) for language in self.env["res.lang"].get_installed()]
        return {"kinds": kinds, "languages": languages, "categories": categories}

    @api.model
    def _filter_domain(self, filters: dict) -> Domain:
        names = self._source_models()
        domain = Domain.TRUE
        if filters.get("kind") in names:
            names = [filters["kind"]]
            domain &= Domain("res_model", "in", names)
        if filters.get("language") in dict(self.env["res.lang"].get_installed()):
            domain &= Domain("lang", "=", filters["language"])
        narrowing = {name: filters[name] for name in SOURCE_FILTERS if filters.get(name)}
        if narrowing:
            domain &= Domain.OR(
                Domain("res_model", "=", name) & self.env[name]._knowledge_filter(narrowing)
                for name in names
            )
        return domain
