from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class KnowledgeSourceMixin(models.AbstractModel):
    """What the side panel of a record asks: problems like it, and what was done with them there."""

    _inherit = "knowledge.source.mixin"

    # === HOOKS (each on one record) === #

    def _knowledge_kind(self) -> str:
        """What the record is called on a screen, in the reader's language: one word."""
        return self._description

    def _knowledge_symptom_text(self) -> str:
        """What was observed, without the cause, as text or HTML."""
        return self._knowledge_problem_text()

    def _knowledge_cause_text(self) -> str:
        """Why it happened, as text or HTML, if that is told apart from the solution."""
        return ""

    def _knowledge_remedy_text(self) -> str:
        """What was done, without the cause, as text or HTML."""
        return self._knowledge_solution_text()

    def _knowledge_case(self):
        """The record that tells this case in the index, where it is another one."""
        return self

    @api.model
    def _knowledge_mirrored_fields(self) -> set[str]:
        """Fields that rules may ask for and the index answers itself."""
        return {"company_id"}

    # === WHO FINDS WHAT === #

    @api.model
    def _knowledge_access(self) -> Domain:
        """Which entries of this kind people of the house find: those whose source they may read.

        As long as the rules ask only for what the index mirrors, this costs nothing.
        """
        if not self.has_access("read"):
            return Domain.FALSE
        rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        asked = {condition.field_expr for condition in rules.iter_conditions()}
        if asked <= self._knowledge_mirrored_fields():
            return Domain.TRUE
        return Domain.custom(to_sql=self._knowledge_readable_sql)

    def _knowledge_readable_sql(self, _entries, alias, _query) -> SQL:
        """Whether the caller may read the source of an entry, looked up one by one: a list of all
        that they may read would grow with the sources.
        """
        sources = self.with_context(active_test=False)._search(Domain.TRUE)
        sources.add_where(
            SQL("%s = %s", SQL.identifier(self._table, "id"), SQL.identifier(alias, "res_id"))
        )
        return SQL("EXISTS %s", sources.subselect("1"))

    @api.model
    def _readable_ids(self, ids) -> list[int]:
        """Those of the ids whose records the caller may open."""
        if not self.has_access("read"):
            return []
        return self.with_context(active_test=False).search([("id", "in", ids)]).ids

    # === PUBLIC METHODS === #

    @api.readonly
    def find_similar(self, text=None, limit=5):
        """Find solved problems like the one of this record, what has proved to solve first.

        :param str text: the problem as it is being typed; by default what the record says
        :param int limit: how many at most
        :return: as ``knowledge.entry.search_similar`` gives them; besides ``kind`` (what the source
            is called), ``readable`` (whether the caller may open it) and ``used`` (whether somebody
            has taken it up on this record)
        """
        self.check_access("read")
        words = text.strip() if isinstance(text, str) else ""
        if not words and self:
            self.ensure_one()
            words = self._knowledge_plain_text(self._knowledge_problem_text())
        if not words:
            return []
        entries = self.env["knowledge.entry"]
        entries.check_access("read")
        found = entries._search_similar(
            words,
            lang=self._knowledge_lang() if self else None,
            limit=limit,
            domain=self._get_similar_domain(),
            origin=self if len(self) == 1 else None,
        )
        used = set(self._knowledge_used_entries().ids)
        return [
            {**problem, "used": problem["id"] in used}
            for problem in entries._with_sources(entries._proven_first(found))
        ]

    def _get_similar_domain(self) -> Domain:
        """Which entries are offered on these records: neither they themselves nor what somebody
        found useless there; an override narrows it further.
        """
        if not self:
            return Domain.TRUE
        cases_sudo = self._knowledge_cases_sudo()
        useless = self.env["knowledge.event"]._get_judged_entries("useless", cases_sudo)
        itself = Domain("res_model", "=", cases_sudo._name) & Domain("res_id", "in", cases_sudo.ids)
        return ~itself & Domain("id", "not in", useless.ids)

    def _knowledge_used_entries(self):
        """Entries somebody took up on these records, the latest first, as far as the caller finds
        them; not those that turned out to be useless.
        """
        if not self:
            return self.env["knowledge.entry"]
        cases_sudo = self._knowledge_cases_sudo()
        events = self.env["knowledge.event"]
        used = events._get_judged_entries("used", cases_sudo)
        used -= events._get_judged_entries("useless", cases_sudo)
        findable = self.env["knowledge.entry"]._accessible(used.ids)
        return used.filtered(lambda entry: entry in findable)

    def _knowledge_cases_sudo(self):
        # sudo: which case a record belongs to is no secret to who reads it
        return self.sudo()._knowledge_case() if len(self) == 1 else self.sudo()
