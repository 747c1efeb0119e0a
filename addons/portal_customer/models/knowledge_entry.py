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
    def _search_similar(self, text, **options):
        """Override of `knowledge_base`: of one person outside, so many searches a minute.

        Kept in memory like wrong links, for each process by itself: searching writes nothing.

        :raise ValidationError: when it is too much within a minute
        """
        if not self.env.su and self.env.user.share:
            if self._is_asked_too_often():
                raise ValidationError(
                    self.env._("You have searched very often. Wait a minute, then search again.")
                )
            ASKED.note(self._who_asks())
        return super()._search_similar(text, **options)

    @api.model
    def _is_asked_too_often(self):
        """Whether the user has to wait before they search again."""
        return ASKED.is_too_many(self._who_asks())

    @api.model
    def _who_asks(self):
        return (self.env.cr.dbname, self.env.uid)
