from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..chains import end_of

UNDONE = ("used", "solved", "useless")  # what people say, and may have said by mistake


class KnowledgeEvent(models.Model):
    """What people did with what the search offered: the index learns from it."""

    _name = "knowledge.event"
    _description = "Use of the Knowledge Base"
    _order = "id desc"
    _rec_name = "entry_id"

    entry_id = fields.Many2one("knowledge.entry", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    kind = fields.Selection(
        selection=[
            ("shown", "Shown"),
            ("opened", "Opened"),
            ("used", "Used"),
            ("solved", "It Solved the Problem"),
            ("useless", "It Did Not Help"),
            ("anyway", "A Ticket Came Anyway"),
        ],
        required=True,
        readonly=True,
    )
    # The record in whose context the entry was offered, e.g. a ticket.
    res_model = fields.Char(string="Context Model", readonly=True)
    res_id = fields.Many2oneReference(string="Context", model_field="res_model", readonly=True)

    _once_idx = models.UniqueIndex(
        "(entry_id, kind, user_id, coalesce(res_model, ''), coalesce(res_id, 0))"
    )
    _context_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.model
    def record(self, entry_ids, kind, res_model=None, res_id=None):
        """Note what the caller did with entries they can find; the same thing counts once.

        :param list entry_ids: ids of `knowledge.entry`
        :param str kind: ``shown``, ``opened``, ``used`` (taken up as the way to go on), ``solved``,
            ``useless``; or ``anyway``: it was on offer and a ticket was opened all the same
        :param str res_model: model of the record in whose context it happened, if any
        :param int res_id: its id
        :return: the ids that were noted now
        """
        entries = self.env["knowledge.entry"]._accessible(entry_ids)
        context = self._check_context(res_model, res_id)
        res_model, res_id = context["res_model"], context["res_id"]
        new = entries.browse(self._insert_once(entries, kind, res_model, res_id))
        if kind == "solved":
            # sudo: counts and ties of the index follow what was noted
            new.sudo()._count_solved()
            if new and res_id and self._is_tie(res_model):
                new.sudo()._case_of(res_model, res_id)._tie_again()
        return new.ids

    @api.model
    def take_back(self, entry_ids, kind, res_model=None, res_id=None):
        """Undo what the caller noted by mistake; what solved a case is corrected on the case.

        :param list entry_ids: ids of `knowledge.entry`, as for `record`; so are the others
        :param str kind: ``used``, ``solved`` or ``useless``: what the caller said
        :return: the ids of which it had been noted
        """
        self.env["knowledge.entry"].check_access("read")
        if kind not in UNDONE:
            raise ValueError(f"{kind!r} is nothing one takes back")
        context = self._check_context(res_model, res_id)
        if kind == "solved" and context["res_id"]:
            raise UserError(self.env._("Reopen the case to say that something else solved it."))
        # sudo: nobody writes events directly; these are the caller's own
        events_sudo = self.sudo().search(
            [
                ("entry_id", "in", entry_ids),
                ("kind", "=", kind),
                ("user_id", "=", self.env.uid),
                ("res_model", "=", context["res_model"]),
                ("res_id", "in", [context["res_id"], *([] if context["res_id"] else [0])]),
            ]
        )
        entries_sudo = events_sudo.entry_id
        events_sudo.unlink()
        if kind == "solved":
            entries_sudo._count_solved(-1)
        return entries_sudo.ids

    @api.model
    def _insert_once(self, entries, kind, res_model, res_id) -> list[int]:
        """Note an act of the caller on each entry where it is not noted yet, also when the same act
        comes twice at once.

        :return: ids of the entries where it is new
        """
        if kind not in dict(self._fields["kind"].selection):
            raise ValueError(f"{kind!r} is nothing one does with an entry")
        if not entries:
            return []
        self.flush_model()
        now, uid = fields.Datetime.now(), self.env.uid
        rows = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                *(entry.id, kind, uid, res_model or None, res_id or None, uid, now, uid, now),
            )
            for entry in entries
        )
        # SQL: the ORM has no way to leave out what is there already.
        noted = self.env.execute_query(
            SQL(
                """
                INSERT INTO knowledge_event
                       (entry_id, kind, user_id, res_model, res_id,
                        create_uid, create_date, write_uid, write_date)
                VALUES %s
                    ON CONFLICT DO NOTHING
             RETURNING entry_id
                """,
                rows,
            )
        )
        return [entry_id for (entry_id,) in noted]

    @api.model
    def _is_tie(self, res_model) -> bool:
        """Whether the caller's word makes a record a case of what solved it.

        An article is a solution itself, never a case; and what everybody finds isn't the
        customers' to rearrange.
        """
        return res_model != "knowledge.article" and not self.env.user.share

    @api.model
    def _solutions_of(self, res_model, res_ids) -> dict:
        """Map ids of records to the entry that solved each in the end: a case may have been solved
        as another one was, and that one by an article.

        It depends on what was noted and made, not on the order in which the index learned of it.
        """
        solved_by = self._solved_by(res_model, res_ids)
        following, reached = {}, set(solved_by.values())
        while reached:
            entries = self.env["knowledge.entry"].concat(*reached)
            for name, cases in entries.grouped("res_model").items():
                entry_by_case = self._solved_by(name, cases.mapped("res_id"))
                for case in cases:
                    following[case.id] = entry_by_case.get(case.res_id)
            reached = {entry for entry in following.values() if entry and entry.id not in following}
        numbers = {case_id: entry.id for case_id, entry in following.items() if entry}
        return {
            res_id: entry.browse(end_of(entry.id, numbers)) for res_id, entry in solved_by.items()
        }

    @api.model
    def _solved_by(self, res_model, res_ids) -> dict:
        """Map ids of records to the entry that solved each, the latest judgement counting. An
        override knows of more.
        """
        if res_model == "knowledge.article":
            return {}
        events = self.search(
            [
                ("res_model", "=", res_model),
                ("res_id", "in", res_ids),
                ("kind", "=", "solved"),
                ("user_id.share", "=", False),
            ],
            order="id",
        )
        return {event.res_id: event.entry_id for event in events}

    @api.model
    def _get_judged_entries(self, kind, records):
        """Entries of which anybody noted this in the context of these records, without those that
        have been taken back.
        """
        # sudo: nobody reads events directly; what was judged on a record concerns its readers
        events_sudo = self.sudo().search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids), ("kind", "=", kind)]
        )
        return events_sudo.entry_id.filtered("active").sudo(False)

    @api.model
    def _check_context(self, res_model, res_id) -> dict:
        """A context counts only if the caller may read it."""
        if not (res_model and res_id):
            return {"res_model": False, "res_id": False}
        if res_model not in self.env:
            raise UserError(self.env._("“%(model)s” is not a kind of record.", model=res_model))
        record = self.env[res_model].browse(res_id)
        record.check_access("read")
        if isinstance(record, self.env.registry["knowledge.source.mixin"]):
            # sudo: which case the record belongs to; nothing of it is shown
            record = record.sudo()._knowledge_case()
        return {"res_model": record._name, "res_id": record.id}
