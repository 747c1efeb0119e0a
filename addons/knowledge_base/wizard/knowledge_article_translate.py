from odoo import api, fields, models


class KnowledgeArticleTranslate(models.TransientModel):
    """Ask into which language an article is to be translated."""

    _name = "knowledge.article.translate"
    _description = "Translate an Article"
    _inherit = ["dialog.mixin"]

    article_id = fields.Many2one("knowledge.article", required=True, ondelete="cascade")
    lang = fields.Selection(
        selection="_selection_lang",
        string="Into",
        default=lambda self: next((code for code, _name in self._selection_lang()), False),
        required=True,
    )

    @api.model
    def _selection_lang(self):
        """The languages in use in which there is no version yet."""
        installed = self.env["res.lang"].get_installed()
        article = self.env["knowledge.article"].browse(self.env.context.get("default_article_id"))
        if not article:
            return installed
        [versions] = article._versions().values()
        taken = set(versions.mapped("lang"))
        return [(code, name) for code, name in installed if code not in taken]

    def action_translate(self):
        """Open the draft of the translation, which begins with the texts of the original."""
        self.ensure_one()
        translation = self.article_id._translate(self.lang)
        return {
            "type": "ir.actions.act_window",
            "res_model": translation._name,
            "res_id": translation.id,
            "views": [(False, "form")],
        }
