from markupsafe import Markup

from odoo import models

from odoo.addons.knowledge_base.models.knowledge_article_files import FILE_LINK


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
        files = {file["id"]: file for file in self.env["ir.attachment"]._portal_files(self)}
        in_texts = set(self._linked_file_ids())
        return {
            "id": self.id,
            "name": self.name,
            "product": self.product or "",
            "error_codes": self.error_codes or "",
            "symptom": self._portal_text(self.symptom, files),
            "cause": self._portal_text(self.cause, files),
            "workaround": self._portal_text(self.workaround, files),
            "solution": self._portal_text(self.solution, files),
            "published_date": self.published_date,
            "versions": self._portal_versions(),
            "files": [file for file_id, file in files.items() if file_id not in in_texts],
        }

    def _portal_versions(self):
        """The same article in other languages, those of the reader first."""
        names = dict(self.env["res.lang"].get_installed())
        versions = self._versions().get(self._original_id(), self) - self
        return [
            {
                "url": f"/my/knowledge/{version.id}",
                "lang": version.lang.replace("_", "-"),
                "label": names.get(version.lang, version.lang),
            }
            for version in versions.sorted(lambda version: version.lang != self.env.lang)
        ]

    @staticmethod
    def _portal_text(content, files):
        """The text with addresses of its files that ask for the reader's right each time, in the
        place of the editor's, which serve whoever knows them.
        """

        def address(link):
            file = files.get(int(link[1]))
            return file["url"] if file else link[0]

        # The field was sanitised; what is put in is a path and a number.
        return content and Markup(FILE_LINK.sub(address, content))
