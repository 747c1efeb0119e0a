import re

from odoo import api, fields, models

# How the editor points at an attachment, as it stands in the texts.
FILE_LINK = re.compile(r"/web/(?:image|content)/(\d+)(?=[-/?\"'&\s#]|$)[^\"'\s<>]*")


class KnowledgeArticle(models.Model):
    """The files of an article: those in its texts and those beside them, not its discussion's."""

    _inherit = "knowledge.article"

    files_text = fields.Text(
        string="Words of Its Files", compute="_compute_files_text", compute_sudo=True
    )

    def _compute_files_text(self):
        files_sudo = self._files().grouped("res_id")
        for article in self:
            texts = files_sudo.get(article.id, self.env["ir.attachment"]).mapped("index_content")
            article.files_text = "\n".join(filter(None, texts))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        articles = super().create(vals_list)
        articles._adopt_files()
        return articles

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._get_versioned_fields()):
            self._adopt_files()
        return result

    # === FILES === #

    def _adopt_files(self):
        """What was put into a text before the article was saved becomes the article's."""
        for article in self:
            if ids := article._linked_file_ids():
                # The writer's own: an address that somebody typed gives no right on a file.
                self.env["ir.attachment"].sudo().search(
                    [
                        ("id", "in", ids),
                        ("res_model", "=", self._name),
                        ("res_id", "in", (0, False)),
                        ("create_uid", "=", self.env.uid),
                    ]
                ).res_id = article.id

    def _linked_file_ids(self) -> list[int]:
        """Ids of the attachments that the texts point at, whoever's they are."""
        texts = (self[name] or "" for name in self._get_versioned_fields())
        return [int(number) for text in texts for number in FILE_LINK.findall(text)]

    def _files(self):
        """Attachments, in sudo, that whoever reads the articles may have.

        What hangs on a message belongs to the discussion about the article.
        """
        # sudo: they follow their article, which the caller has checked
        files_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("res_field", "=", False),
                ],
                order="id",
            )
        )
        messages_sudo = (
            self.env["mail.message"].sudo().search([("attachment_ids", "in", files_sudo.ids)])
        )
        return files_sudo - messages_sudo.attachment_ids

    # === KNOWLEDGE SOURCE === #

    def _knowledge_index(self):
        # What the files say is asked anew: nothing tells the field that one came or went.
        self.invalidate_recordset(["files_text"], flush=False)
        return super()._knowledge_index()

    def _knowledge_files_text(self):
        return self.files_text or ""
