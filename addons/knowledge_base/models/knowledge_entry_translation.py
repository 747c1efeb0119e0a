from dataclasses import replace

from odoo import api, fields, models

from .. import ranking


class KnowledgeEntry(models.Model):
    """Of the versions of an article in several languages, a reader is shown one."""

    _inherit = "knowledge.entry"

    translation_group = fields.Integer(
        readonly=True, help="The article of which the entry's is a version in some language."
    )

    @api.model
    def _one_per_translation(self, answers: list[ranking.Answer]) -> list[ranking.Answer]:
        """The answers without what is there in the reader's language too; the place in the list is
        that of the best version.
        """
        # sudo: the query that found the entries applied the reader's rights
        entries_sudo = self.sudo().search_fetch(
            [("id", "in", [answer.id for answer in answers]), ("translation_group", "!=", False)],
            ["translation_group", "lang"],
        )
        entry_by_id = {entry.id: entry for entry in entries_sudo}
        places, kept = {}, []
        for answer in answers:
            entry = entry_by_id.get(answer.id)
            place = places.setdefault(entry.translation_group, len(kept)) if entry else len(kept)
            if place == len(kept):
                kept.append(answer)
            elif entry.lang == self.env.lang:
                kept[place] = replace(answer, score=kept[place].score)
        return kept
