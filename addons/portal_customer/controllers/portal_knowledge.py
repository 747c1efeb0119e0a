from odoo.http import request, route

from .portal import PortalPages


class PortalKnowledge(PortalPages):
    """Published articles."""

    @route(
        ["/my/knowledge", "/my/knowledge/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_knowledge(self, page=1, **query):
        _ = request.env._
        return self._render_list(
            "knowledge.article",
            "/my/knowledge",
            title=_("Knowledge base"),
            page_name="knowledge",
            options={
                "sortings": {
                    "date": {"label": _("Newest"), "order": "published_date desc, id desc"},
                    "name": {"label": _("Title"), "order": "name, id"},
                },
                "filters": {
                    "all": {
                        "label": _("All"),
                        "domain": request.env["knowledge.article"]._reader_language_domain(),
                    }
                },
                "groupings": {"category": {"label": _("Category"), "field": "category_id"}},
                "search": ["name", "product", "error_codes"],
                "empty": _("No article says this. Open a request: we help you."),
            },
            query=query,
            page=page,
        )

    @route("/my/knowledge/<int:article_id>", type="http", auth="user", website=True, readonly=True)
    def portal_article(self, article_id, **_query):
        article = self._get_record("knowledge.article", article_id)
        return self._render_page(
            "portal_article", {"page_name": "knowledge", "article": article._portal_values()}
        )

    @route(
        "/my/knowledge/<int:article_id>/feedback",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_article_feedback(self, article_id, kind="", **_typed):
        """Count whether the article has helped."""
        article = self._get_record("knowledge.article", article_id)
        entries = request.env["knowledge.entry"].search(
            [("res_model", "=", "knowledge.article"), ("res_id", "=", article.id)]
        )
        if entries and kind in ("solved", "useless"):
            request.env["knowledge.event"].record(entry_ids=entries.ids, kind=kind)
        return self._render_page(
            "portal_article",
            {"page_name": "knowledge", "article": article._portal_values(), "thanked": kind},
        )
