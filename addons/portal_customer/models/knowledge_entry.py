from odoo import api, models
from odoo.exceptions import ValidationError

from odoo.addons.field_service.guesses import Guesses

# Whoever types is offered something twice a second at most; a program that collects asks on and on.
SEARCHES = 150
SECONDS = 60

ASKED = Guesses(wrong=SEARCHES, seconds=SECONDS)


class KnowledgeEntry(models.Model):
    """How often one person outside may search."""

    _inherit = "knowledge.entry"

    @api.model
    @api.readonly
    def search_similar(self, text, lang=None, limit=5):
        """Override of `knowledge_base`: of one person outside, so many searches a minute.

        Kept in memory like wrong links, for each process by itself: searching writes nothing.

        :raise ValidationError: when it is too much within a minute
        """
        if self.env.user.share:
            asking = (self.env.cr.dbname, self.env.uid)
            if ASKED.is_too_many(asking):
                raise ValidationError(
                    self.env._("You have searched very often. Wait a minute, then search again.")
                )
            ASKED.note(asking)
        return super().search_similar(text, lang=lang, limit=limit)
