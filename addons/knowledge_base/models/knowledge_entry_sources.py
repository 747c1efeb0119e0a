from odoo import api, fields, models
from odoo.fields import Domain

PROVEN_SHARE = 0.5  # of the best score, from which on what has proved to solve comes first


class KnowledgeEntry(models.Model):
    """Entries and the records behind them: who may find and open these, and what they propose."""

    _inherit = "knowledge.entry"

    is_findable = fields.Boolean(
        string="Found by the Reader",
        compute="_compute_is_findable",
        search="_search_is_findable",
        help="Whether the user's rights on articles, tickets and other sources allow to find it.",
    )

    @api.depends_context("uid")
    def _compute_is_findable(self):
        # sudo: the answer is the domain's, whatever the reader may read
        found_sudo = self.sudo().search(self._source_access() & Domain("id", "in", self.ids))
        for entry in self:
            entry.is_findable = entry.sudo() in found_sudo

    def _search_is_findable(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._source_access()

    @api.model
    def _search_similar_access(self):
        """Override: people of the house find what their rights on the sources allow."""
        access = super()._search_similar_access()
        if self.env.su or self.env.user.share:
            return access
        return access & self._source_access()

    @api.model
    def _source_access(self) -> Domain:
        """Entries whose source the user may find; the record rule and the search ask it."""
        access = Domain.TRUE
        for name in self._source_models():
            # Rules are read in sudo; what counts is the right of who reads.
            sources = self.env[name].sudo(False)
            access &= Domain("res_model", "!=", name) | sources._knowledge_access()
        return access

    @api.model
    def _proven_first(self, found: list[dict]) -> list[dict]:
        """Solved cases, and what solved some, before what only describes a solution; nothing that
        is much less alike comes earlier for it.
        """
        best = max((problem["score"] for problem in found), default=0)

        def only_described(problem):
            proven = problem["res_model"] != "knowledge.article" or problem["solved_count"]
            return not (proven and problem["score"] >= best * PROVEN_SHARE)

        return sorted(found, key=only_described)

    @api.model
    def _with_sources(self, found: list[dict]) -> list[dict]:
        """Say of what was found what it is called, and whether the caller may open it."""
        ids_by_model = {}
        for problem in found:
            ids_by_model.setdefault(problem["res_model"], []).append(problem["res_id"])
        readable, kinds = set(), {}
        for name, ids in ids_by_model.items():
            if name in self._source_models():
                sources = self.env[name]
                readable |= {(name, record_id) for record_id in sources._readable_ids(ids)}
                kinds[name] = sources._knowledge_kind()
        return [
            {
                **problem,
                "kind": kinds.get(problem["res_model"], ""),
                "readable": (problem["res_model"], problem["res_id"]) in readable,
            }
            for problem in found
        ]

    def _proposal(self) -> dict[str, str]:
        """Cause and solution, as text, to propose where this entry is taken up; without entry
        nothing.
        """
        if not self:
            return {}
        self.ensure_one()
        entry_sudo = self.sudo()  # sudo: the caller has found the entry, and reads what it tells
        if entry_sudo.res_model not in entry_sudo._source_models():
            return {"cause": "", "solution": entry_sudo.solution or ""}
        source_sudo = entry_sudo.env[entry_sudo.res_model].browse(entry_sudo.res_id)
        return {
            "cause": source_sudo._knowledge_plain_text(source_sudo._knowledge_cause_text()),
            "solution": source_sudo._knowledge_plain_text(source_sudo._knowledge_remedy_text()),
        }
