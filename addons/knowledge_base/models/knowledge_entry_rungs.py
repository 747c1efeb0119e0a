from odoo import api, models

from .. import encoder, ranking, text_search
from .knowledge_vector_lists import LISTS_FROM


class KnowledgeEntry(models.Model):
    _inherit = "knowledge.entry"

    @api.model
    def _search_rungs(self) -> list[tuple]:
        """(name, whether it serves, a sentence that says why) of what the search stands on."""
        unaccent = text_search.has_unaccent(self.env.cr)
        return [
            ("words", True, self.env._("Words by their stems, rare ones first: always.")),
            ("words_index", *self._words_index_rung()),
            (
                "unaccent",
                unaccent,
                self.env._("Accents do not matter.")
                if unaccent
                else self.env._(
                    "Accents count: PostgreSQL's extension unaccent is not installed, or the"
                    " database user may not create it."
                ),
            ),
            (
                "trigram",
                self.pool.has_trigram,
                self.env._("Titles that look alike are found, mistyped words are mended.")
                if self.pool.has_trigram
                else self.env._(
                    "Mistyped words are not mended: PostgreSQL's extension pg_trgm is not"
                    " installed, or the database user may not create it."
                ),
            ),
            ("nearest", *self._nearest_rung()),
            ("meaning", *self._meaning_rung()),
        ]

    @api.model
    def _words_index_rung(self) -> tuple[bool, str]:
        if self._has_words_index():
            return True, self.env._("What has the words is chosen by pg_textsearch.")
        if self._has_words_extension():
            return False, self.env._(
                "What has the words is chosen by PostgreSQL's own index; from %(count)s entries on"
                " pg_textsearch takes its place, the night after.",
                count=ranking.SMALL,
            )
        return False, self.env._(
            "What has the words is chosen by PostgreSQL's own index: its extension pg_textsearch"
            " is not in this database."
        )

    @api.model
    def _nearest_rung(self) -> tuple[bool, str]:
        if self.env["knowledge.vector"]._has_hnsw_index():
            return True, self.env._("What is near in meaning is found by pgvector.")
        # sudo: how the vectors are kept is told, no content
        if self.env["knowledge.encoder"].sudo().search_count([("is_listed", "=", True)], limit=1):
            return True, self.env._("What is near in meaning is looked up in lists.")
        return False, self.env._(
            "Every vector is compared; from %(count)s on they are put into lists at night.",
            count=LISTS_FROM,
        )

    @api.model
    def _meaning_rung(self) -> tuple[bool, str]:
        if not self.env["knowledge.encoder"]._is_wanted():
            return False, self.env._("No search by meaning: it is switched off here.")
        if not encoder.is_installed():
            return False, self.env._(
                "No search by meaning: the Python package %(package)s is not installed"
                " (requirements-encoder.txt).",
                package=encoder.PACKAGE,
            )
        model = encoder.get()
        if not model:
            return False, self.env._(
                "Search by meaning rests after a failure, words alone answer: %(reason)s",
                reason=encoder.last_failure(),
            )
        # sudo: how far the encoder has come is told, no content
        vectors_sudo = self.env["knowledge.vector"].sudo()
        waiting = vectors_sudo._count_waiting()
        total = vectors_sudo.search_count([])
        return total > waiting, self.env._(
            "Search by meaning with %(encoder)s: %(done)s of %(total)s entries are encoded.",
            encoder=model.name,
            done=total - waiting,
            total=total,
        )
