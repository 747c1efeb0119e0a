from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    knowledge_words_only = fields.Boolean(
        string="Search by Words Only",
        config_parameter="knowledge_base.words_only",
        help="Do not use the encoder, even if it is installed.",
    )
    knowledge_rungs = fields.Text(
        string="How the Search Works Now", compute="_compute_knowledge_rungs"
    )

    @api.depends_context("lang")
    def _compute_knowledge_rungs(self):
        rungs = self.env["knowledge.entry"]._search_rungs()
        text = "\n".join(
            f"{'✓' if active else '–'} {sentence}" for _name, active, sentence in rungs
        )
        self.knowledge_rungs = text
