from odoo import models


class KnowledgeArticle(models.Model):
    """What the portal shows of an article."""

    _inherit = "knowledge.article"

    def _portal_row(self):
        self.ensure_one()
        return {
            "url": f"/my/knowledge/{self.id}",
            "number": self.error_codes or "",
            "title": self.name,
            "subtitle": self.product or "",
            "date": self.published_date,
            "badge": self.category_id.name or "",
            "badge_class": "secondary",
            "group": "",
        }

    def _portal_values(self):
        """An article on its page; the caller has checked that the user may read it."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "product": self.product or "",
            "error_codes": self.error_codes or "",
            "symptom": self.symptom,
            "cause": self.cause,
            "workaround": self.workaround,
            "solution": self.solution,
            "published_date": self.published_date,
        }
