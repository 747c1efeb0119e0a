from markupsafe import Markup

from odoo import models

from ..personal_data import mark_line, serials, spellings

MAX_TITLES = 8  # other ways to say it that a draft lists


class KnowledgeEntry(models.Model):
    """Cases of which an article is made."""

    _inherit = "knowledge.entry"

    def action_make_article(self):
        """Begin an article about the case behind the entry and those it solved, or go on with the
        one that somebody has begun.
        """
        self.ensure_one()
        self.check_access("read")
        if article_id := self._articles_begun().get(self.id):
            return {
                "type": "ir.actions.act_window",
                "res_model": "knowledge.article",
                "res_id": article_id,
                "views": [(False, "form")],
            }
        action = super().action_make_article()
        article = self.env["knowledge.article"].browse(action["res_id"])
        # sudo: origin is for nobody to type, and the caller found the entry
        article.sudo().write(
            {
                "origin_entry_id": self.id,
                "symptom": (article.symptom or Markup()) + self._other_ways_to_say_it(),
            }
        )
        return action

    def _other_ways_to_say_it(self) -> Markup:
        """Titles of the cases that this one solved, for the editor of the draft; what may point at
        a person is marked in them.
        """
        cases = self.env["knowledge.entry"].search([("parent_id", "=", self.id)], limit=MAX_TITLES)
        if not cases:
            return Markup()
        # sudo: whom the cases are about, to mark them, not to show them
        partners_sudo = cases.sudo().partner_id
        names = spellings((partners_sudo | partners_sudo.child_ids).mapped("name"))
        for case in cases:
            names += serials(case.codes or "")
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("Others said it like this:"),
            Markup().join(Markup("<li>%s</li>") % mark_line(case.title, names) for case in cases),
        )

    def _articles_begun(self) -> dict[int, int]:
        """Map entries to the article that somebody has begun from them and not published yet, as
        far as the caller may read it.
        """
        articles = self.env["knowledge.article"].search(
            [("origin_entry_id", "in", self.ids), ("state", "!=", "published")], order="id desc"
        )
        return {article.origin_entry_id.id: article.id for article in articles}
