from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .. import ranking, text_search
from ..codes import find_codes

MAX_INDEXED_TEXT = 20_000  # characters of a text that go into the index
INDEXED_FIELDS = frozenset({"title", "problem", "solution", "codes", "tags", "lang", "files"})


class KnowledgeEntry(models.Model):
    """The index of solved problems: one row for each record that is to be found again.

    Entries mirror their sources (see `knowledge.source.mixin`) and are never edited by hand. The
    columns ``tsv`` and ``text_length`` (words of problem and solution) are filled in SQL, in the
    language of the entry, when its texts change.
    """

    _name = "knowledge.entry"
    _description = "Solved Problem"
    _inherit = ["hidden.name.mixin"]
    _order = "id desc"
    _rec_name = "title"

    res_model = fields.Char(string="Source Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", required=True, readonly=True
    )
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="What was taken back says nothing and is not found; what came of it is kept.",
    )
    title = fields.Char(required=True, readonly=True)
    problem = fields.Text(readonly=True)
    solution = fields.Text(readonly=True)
    codes = fields.Char(string="Codes and Serial Numbers", readonly=True)
    tags = fields.Char(readonly=True, help="Other words to find it by: tags, product, model.")
    files = fields.Text(
        string="Words of Its Files",
        readonly=True,
        prefetch=False,
        help="It is found by them; they are not shown.",
    )
    lang = fields.Char(string="Language Code", required=True, readonly=True)
    lang_name = fields.Char(string="Language", compute="_compute_lang_name")
    audience = fields.Selection(
        selection=[
            ("internal", "Office"),
            ("technician", "Technicians"),
            ("customer", "Customers"),
            ("public", "Everybody"),
        ],
        default="internal",
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", index=True, ondelete="cascade", readonly=True)
    solved_count = fields.Integer(
        string="Times It Solved",
        readonly=True,
        help="How many times somebody confirmed that this solved their problem.",
    )

    parent_id = fields.Many2one(
        "knowledge.entry",
        string="Solved By",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        # It may be another customer's case, and whoever reads a link reads the name behind it.
        groups="base.group_user",
        help="The solution that solved this case. The case is then one more way to find it.",
    )
    alias_ids = fields.One2many(
        "knowledge.entry", "parent_id", string="Cases It Solved", groups="base.group_user"
    )

    _source_uniq = models.UniqueIndex("(res_model, res_id)")
    _tsv_idx = models.Index("USING gin (tsv)")

    def _auto_init(self):
        # As before the installation: an update mends a database that has lost or gained one.
        text_search.create_configurations(self.env.cr)
        # The ORM has no type for it: the column stands beside the fields.
        if not tools.sql.table_exists(self.env.cr, self._table):
            tools.sql.create_model_table(self.env.cr, self._table, self._description)
        for name, kind in (("tsv", "tsvector"), ("text_length", "int4")):
            if not tools.sql.column_exists(self.env.cr, self._table, name):
                tools.sql.create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends("lang")
    def _compute_lang_name(self):
        # A language that isn't installed any more has no name.
        languages = dict(self.env["res.lang"].get_installed())
        for entry in self:
            entry.lang_name = languages.get(entry.lang, entry.lang)

    @api.depends("active")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for entry in self:
            if not entry.active:
                entry.display_name = self.env._("Taken back")
        return result

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._index_texts()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if not self.env.context.get("knowledge_base_no_index"):
            self._index_texts(vals)
        return result

    def unlink(self):
        """Override: what solved a case is gone; another solution may have solved it, too."""
        cases = (self | self.parent_id).with_context(active_test=False).alias_ids - self
        result = super().unlink()
        cases._tie_again()
        return result

    @api.model
    def _update_many(self, values_by_entry: dict) -> None:
        """Write other values on each entry, and index the texts of all at once."""
        entries = self.browse()
        for entry, values in values_by_entry.items():
            entry.with_context(knowledge_base_no_index=True).write(values)
            entries += entry
        entries._index_texts()

    def _index_texts(self, written=INDEXED_FIELDS):
        """Fill the search vectors: title, codes, problem and solution, in the entry's language.

        :param written: names of the fields that changed
        """
        if not self or INDEXED_FIELDS.isdisjoint(written):
            return
        self.flush_recordset(INDEXED_FIELDS)
        rows = SQL(", ").join(
            SQL("(%s, %s, %s)", entry.id, entry._text_configuration(), entry._codes_vector())
            for entry in self
        )
        problem = SQL("left(coalesce(source.problem, ''), %s)", MAX_INDEXED_TEXT)
        solution = SQL("left(coalesce(source.solution, ''), %s)", MAX_INDEXED_TEXT)
        self.env.cr.execute(
            SQL(
                r"""
                UPDATE knowledge_entry AS entry
                   SET tsv = setweight(to_tsvector(row.config::regconfig, entry.title), 'A')
                          || row.codes::tsvector
                          || setweight(
                                 to_tsvector(row.config::regconfig, coalesce(source.files, '')), 'D'
                             )
                          || setweight(text.problem, 'B')
                          || setweight(
                                 to_tsvector(row.config::regconfig, coalesce(entry.tags, '')), 'C'
                             )
                          || setweight(
                                 text.solution,
                                 -- an entry of nothing else: its solution stands for the problem
                                 CASE WHEN entry.title ~ '[[:alnum:]]' OR text.problem <> ''
                                      THEN 'D' ELSE 'B' END::"char"
                             ),
                       text_length = text.length
                  FROM (VALUES %s) AS row(id, config, codes)
                  JOIN knowledge_entry AS source ON source.id = row.id
                 CROSS JOIN LATERAL (
                       SELECT to_tsvector(row.config::regconfig, %s) AS problem,
                              to_tsvector(row.config::regconfig, %s) AS solution
                       OFFSET 0
                       ) AS vector
                 CROSS JOIN LATERAL (
                       SELECT vector.problem, vector.solution,
                              (SELECT coalesce(sum(cardinality(positions)), 0)
                                 FROM unnest(vector.problem || vector.solution)) AS length
                       ) AS text
                 WHERE entry.id = row.id
                """,
                rows,
                problem,
                solution,
            )
        )
        self.env["knowledge.vector"]._queue(self)

    def _text_configuration(self) -> str:
        configurations = self._text_configurations()
        language = (self.lang or "").split("_")[0]
        return configurations.get(language, configurations["simple"])

    def _codes_vector(self) -> str:
        """Codes of the problem weigh as much as the title, those of the solution little."""
        codes = find_codes(" ; ".join(filter(None, (self.title, self.codes, self.problem))))
        rest = " ; ".join(filter(None, (self.solution, self.files)))
        others = [code for code in find_codes(rest) if code not in codes]
        vectors = (
            ranking.codes_vector(list(codes), "A"),
            ranking.codes_vector(others, "D"),
        )
        return " ".join(filter(None, vectors))

    @api.model
    @tools.ormcache(cache="stable")
    def _text_configurations(self) -> dict:
        return text_search.available_configurations(self.env.cr)

    # === WHAT BECOMES OF IT === #

    @api.model
    def _case_of(self, res_model, res_id):
        """The entry of a record, if it ever was in the index."""
        entries = self.with_context(active_test=False)
        found = entries.search([("res_model", "=", res_model), ("res_id", "=", res_id)])
        return found.with_env(self.env)

    def _tie_again(self):
        """Tie these cases to what solved them by now, and with them those that were solved as they
        were: each is one more way to find its solution.
        """
        # Of whole families no text is read.
        self.fetch(["parent_id"])
        solutions = self | self.parent_id
        cases = solutions | solutions.with_context(active_test=False).alias_ids
        cases.fetch(["res_model", "res_id", "parent_id"])
        for name, alike in cases.grouped("res_model").items():
            solved = self.env["knowledge.event"]._solutions_of(name, alike.mapped("res_id"))
            for case in alike:
                solution = solved.get(case.res_id, self.browse()) - case
                if case.parent_id != solution:
                    case.parent_id = solution

    def _take_back(self):
        """Nobody finds these any more, and they say nothing; what people noted of them, and the
        cases they solved, wait for their source to be solved again.
        """
        taken_back = self.filtered("active")
        if not taken_back:
            return
        nothing = dict.fromkeys(("title", "problem", "solution", "codes", "tags", "files"), "")
        taken_back.with_context(knowledge_base_no_index=True).write(
            {**nothing, "active": False, "audience": "internal"}
        )
        taken_back.flush_recordset()
        # The columns beside the fields.
        self.env.cr.execute(
            SQL(
                "UPDATE knowledge_entry SET tsv = '', text_length = 0 WHERE id = ANY(%s)",
                taken_back.ids,
            )
        )
        self.env["knowledge.vector"].search([("entry_id", "in", taken_back.ids)]).unlink()

    def _count_solved(self, times=1):
        """Once more these entries solved a problem, or once less."""
        for entry in self:
            entry.solved_count += times

    def _check_there(self):
        """:raise AccessError: if what the reader was shown has been taken back since then, or never
        was for them: both are told alike
        """
        if self.search([("id", "in", self.ids), ("active", "=", True)]) != self:
            raise AccessError(
                self.env._("This solution has been taken back in the meantime: search again.")
            )

    # === ACTIONS === #

    def action_open_source(self):
        """Open the record behind the entry, with the reader's own rights."""
        self.ensure_one()
        self._check_there()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_make_article(self):
        """Begin an article about the case behind the entry, with the reader's own rights."""
        self.ensure_one()
        self.check_access("read")
        source = self.env[self.res_model].browse(self.res_id)
        source.check_access("read")
        return source._begin_article()
