from odoo import api, models
from odoo.tools import SQL, sql

PAGES, VERSIONS = "document_page", "document_page_history"


class KnowledgeImport(models.TransientModel):
    """Pages of OCA's `document_page`, read from its tables: the addon itself may be gone."""

    _inherit = "knowledge.import"

    @api.model
    def _has_pages(self) -> bool:
        return all(sql.table_exists(self.env.cr, table) for table in (PAGES, VERSIONS))

    def _stored_pages(self) -> list[tuple]:
        """(key, title, category, content) of each page in use, of the companies of the user."""
        if not self._has_pages():
            return []
        if "document.page" in self.env:
            self.env["document.page"].check_access("read")
            self.env.flush_all()
        columns = sql.table_columns(self.env.cr, PAGES)
        conditions = [SQL("coalesce(page.type, 'content') = 'content'"), SQL("page.active")]
        if "company_id" in columns:
            conditions.append(
                SQL(
                    "(page.company_id IS NULL OR page.company_id = ANY(%s))",
                    self.env.companies.ids,
                )
            )
        last = SQL("(SELECT max(id) FROM document_page_history WHERE page_id = page.id)")
        head = SQL("coalesce(page.history_head, %s)", last) if "history_head" in columns else last
        rows = self.env.execute_query(
            SQL(
                """
                SELECT page.id, to_jsonb(page.name), to_jsonb(parent.name),
                       to_jsonb(version.content)
                  FROM document_page AS page
                  LEFT JOIN document_page AS parent ON parent.id = page.parent_id
                  LEFT JOIN document_page_history AS version ON version.id = %s
                 WHERE %s
                 ORDER BY page.id
                """,
                head,
                SQL(" AND ").join(conditions),
            )
        )
        return [(f"document.page/{page_id}", *map(self._in_lang, said)) for page_id, *said in rows]

    def _in_lang(self, said) -> str:
        """A text as it is stored: plain, or one per language."""
        if isinstance(said, dict):
            return said.get(self.lang) or said.get("en_US") or next(iter(said.values()), "")
        return said or ""
