import re

from odoo import api, models
from odoo.tools import html2plaintext

from ..personal_data import mark, serials, spellings

MAX_INDEXED_FILES = 100_000  # characters of the words of its files
_EMPHASIS = re.compile(r"</?(?:b|strong|i|em)(?:\s[^>]*)?>", re.IGNORECASE)
_ITEM = re.compile(r"<li(?:\s[^>]*)?>", re.IGNORECASE)
_HEADING = re.compile(r"<(/?)h[1-6](?:\s[^>]*)?>", re.IGNORECASE)


class KnowledgeSourceMixin(models.AbstractModel):
    """My solved records are to be found again.

    A record is in the index exactly while `_knowledge_is_solved()` holds and it is not archived;
    the index follows in the transaction that creates, changes or deletes the record. Inherit, and
    answer the hooks.
    """

    _name = "knowledge.source.mixin"
    _description = "Source of Solved Problems"

    # === HOOKS (each on one record) === #

    def _knowledge_title(self) -> str:
        """One line that names the problem."""
        return self.display_name

    def _knowledge_problem_text(self) -> str:
        """What was observed, as text or HTML."""
        return ""

    def _knowledge_solution_text(self) -> str:
        """Cause and remedy, as text or HTML."""
        return ""

    def _knowledge_codes(self) -> str:
        """Error codes, part and serial numbers beside those in the texts, freely separated."""
        return ""

    def _knowledge_product(self) -> str:
        """What an article made of it is about: make and model, as people call it."""
        return ""

    def _knowledge_tags(self) -> str:
        """Other words people may look for it by: tags, product, model; weighed between title and
        text.
        """
        return ""

    def _knowledge_files_text(self) -> str:
        """Words of its files: it is found by them, with little weight, and they are not shown."""
        return ""

    def _knowledge_is_solved(self) -> bool:
        """Whether others should find this record now."""
        return False

    def _knowledge_audience(self) -> str:
        """Who may find it: a key of `knowledge.entry.audience`.

        A case of a customer (see `_knowledge_partner`) with audience ``customer`` or ``public`` is
        found by that customer only; ``internal`` and ``technician`` cases by no customer at all.
        """
        return "internal"

    def _knowledge_partner(self):
        """The customer whose case this is; empty for knowledge that belongs to nobody."""
        return self.env["res.partner"]

    def _knowledge_company(self):
        """The company whose people may find it; empty for all companies."""
        return self.company_id if "company_id" in self._fields else self.env["res.company"]

    def _knowledge_lang(self) -> str:
        """Language of the texts, e.g. ``it_IT``."""
        return self._knowledge_partner().lang or self.env.lang or "en_US"

    @api.model
    def _knowledge_trigger_fields(self) -> set[str]:
        """Names of the fields that, when written, may change what the index says."""
        return set()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        # sudo: whether a record is solved doesn't depend on who asks
        solved_sudo = records.sudo().filtered(lambda record: record._knowledge_is_found())
        solved_sudo._knowledge_index()
        return records

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals or not self._knowledge_trigger_fields().isdisjoint(vals):
            self._knowledge_index()
        return result

    def unlink(self):
        # sudo: whoever may delete a record takes its entry away with it
        entries_sudo = self.sudo()._knowledge_entries()
        result = super().unlink()
        entries_sudo.unlink()
        return result

    # === ACTIONS === #

    def action_make_article(self):
        """Begin an article with what the case says; what may point at a person is marked in it.

        :return: the action that opens the draft
        """
        self.ensure_one()
        self.check_access("read")
        found = self.env["knowledge.entry"]._accessible(self._knowledge_entries().ids)
        return found.action_make_article() if found else self._begin_article()

    def _begin_article(self):
        article = self.env["knowledge.article"].create(self._prepare_knowledge_article_values())
        return {
            "type": "ir.actions.act_window",
            "res_model": article._name,
            "res_id": article.id,
            "views": [(False, "form")],
        }

    def _prepare_knowledge_article_values(self) -> dict:
        names = self._knowledge_names() + serials(self._knowledge_codes())

        def marked(text):
            return mark(self._knowledge_plain_text(text), names)

        return {
            "name": self._knowledge_title(),
            "symptom": marked(self._knowledge_symptom_text()),
            "cause": marked(self._knowledge_cause_text()),
            "solution": marked(self._knowledge_remedy_text()),
            "product": self._knowledge_product(),
            "company_id": self._knowledge_company().id,
            "lang": self._knowledge_known_lang(),
        }

    def _knowledge_names(self) -> list[str]:
        """Names that an article about this case should not tell."""
        # sudo: whom the case is about, to mark them, not to show them
        partners_sudo = self._knowledge_partner().sudo()
        partners_sudo |= partners_sudo.child_ids
        return spellings(partners_sudo.mapped("name"))

    def _knowledge_known_lang(self) -> str:
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        return self._knowledge_lang() if self._knowledge_lang() in installed else self.env.lang

    # === BUSINESS METHODS === #

    def _knowledge_is_found(self) -> bool:
        """Whether the record is to be in the index: what is archived is not."""
        return self._knowledge_is_solved() and ("active" not in self._fields or self.active)

    def _knowledge_entries(self):
        """Entries of the index that stand for these records, also those taken back."""
        entries = self.env["knowledge.entry"].with_context(active_test=False)
        found = entries.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        return found.with_env(self.env)

    def _knowledge_index(self):
        """Bring the index up to date for these records, whatever their number."""
        if not self:
            return
        # sudo: the index is written by nobody directly, it mirrors its sources
        records_sudo = self.sudo()
        taken_back_sudo = entries_sudo = self.env["knowledge.entry"].sudo()
        entry_by_id = {entry.res_id: entry for entry in records_sudo._knowledge_entries()}
        events_sudo = records_sudo.env["knowledge.event"]
        solutions = events_sudo._solutions_of(self._name, self.ids)
        create_vals = []
        values_by_entry = {}
        for record in records_sudo:
            entry = entry_by_id.get(record.id, entries_sudo)
            solution = solutions.get(record.id, entries_sudo) - entry
            if not record._knowledge_is_found():
                taken_back_sudo += entry
            elif entry:
                values_by_entry[entry] = record._prepare_knowledge_entry_values(solution)
            else:
                create_vals.append(record._prepare_knowledge_entry_values(solution))
        taken_back_sudo._take_back()
        entries_sudo._update_many(values_by_entry)
        entries_sudo.create(create_vals)

    def _prepare_knowledge_entry_values(self, solution) -> dict:
        """What the index says of the record.

        :param solution: the entry that solved it, if somebody said so
        """
        self.ensure_one()
        return {
            "res_model": self._name,
            "res_id": self.id,
            "title": self._knowledge_title(),
            "problem": self._knowledge_plain_text(self._knowledge_problem_text()),
            "solution": self._knowledge_plain_text(self._knowledge_solution_text()),
            "codes": self._knowledge_codes(),
            "tags": self._knowledge_tags(),
            "files": self._knowledge_files_text()[:MAX_INDEXED_FILES],
            "audience": self._knowledge_audience(),
            "lang": self._knowledge_lang(),
            "partner_id": self._knowledge_partner().commercial_partner_id.id,
            "company_id": self._knowledge_company().id,
            "parent_id": solution.id,
            "active": True,
        }

    @api.model
    def _knowledge_plain_text(self, text) -> str:
        if not text:
            return ""
        # Odoo would put asterisks and slashes in the place of bold, italics and headings.
        text = _HEADING.sub(r"<\1p>", _EMPHASIS.sub("", text))
        # A step of what is to be done keeps its line.
        text = _ITEM.sub(r"<br/>\g<0>• ", text)
        return html2plaintext(text, include_references=False).strip()
