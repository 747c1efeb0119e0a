from odoo import api, fields, models
from odoo.exceptions import UserError


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

    _once_idx = models.Index("(entry_id, kind, user_id, res_model, res_id)")
    _context_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.model
    def record(self, entry_ids, kind, res_model=None, res_id=None):
        """Note what the caller did with entries they can find; the same thing counts once.

        :param list entry_ids: ids of `knowledge.entry`
        :param str kind: ``shown``, ``opened``, ``solved``, ``useless``; or ``anyway``: it was on
            offer and a ticket was opened all the same
        :param str res_model: model of the record in whose context it happened, if any
        :param int res_id: its id
        :return: the ids that were noted now
        """
        entries = self.env["knowledge.entry"]._accessible(entry_ids)
        context = self._check_context(res_model, res_id)
        values = {"kind": kind, "user_id": self.env.uid, **context}
        # sudo: nobody writes events directly; what may be noted was checked above
        events_sudo = self.sudo()
        noted = events_sudo.search(
            [
                ("entry_id", "in", entries.ids),
                *((name, "=", value) for name, value in values.items()),
            ]
        ).entry_id
        new = entries - noted.sudo(False)
        events_sudo.create([{"entry_id": entry.id, **values} for entry in new])
        if kind == "solved":
            # sudo: counts and ties of the index follow what was noted
            new.sudo()._count_solved()
            if new and res_id and self._is_tie(res_model):
                new.sudo()._case_of(res_model, res_id)._tie_to(new[0].sudo())
        return new.ids

    @api.model
    def _is_tie(self, res_model) -> bool:
        """Whether the caller's word makes a record a case of what solved it.

        An article is a solution itself, never a case; and what everybody finds isn't the
        customers' to rearrange.
        """
        return res_model != "knowledge.article" and not self.env.user.share

    @api.model
    def _solutions_of(self, records) -> dict:
        """Map ids of records to the entry that solved each, the latest judgement counting."""
        solutions = {}
        if records._name == "knowledge.article":
            return solutions
        for event in self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("kind", "=", "solved"),
                ("user_id.share", "=", False),
            ],
            order="id",
        ):
            solutions[event.res_id] = event.entry_id.parent_id or event.entry_id
        return solutions

    @api.model
    def _get_judged_entries(self, kind, records):
        """Entries of which anybody noted this in the context of these records."""
        # sudo: nobody reads events directly; what was judged on a record concerns its readers
        events_sudo = self.sudo().search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids), ("kind", "=", kind)]
        )
        return events_sudo.entry_id.sudo(False)

    @api.model
    def _check_context(self, res_model, res_id) -> dict:
        """A context counts only if the caller may read it."""
        if not (res_model and res_id):
            return {"res_model": False, "res_id": False}
        if res_model not in self.env:
            raise UserError(self.env._("“%(model)s” is not a kind of record.", model=res_model))
        self.env[res_model].browse(res_id).check_access("read")
        return {"res_model": res_model, "res_id": res_id}
