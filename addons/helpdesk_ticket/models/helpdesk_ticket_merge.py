from odoo import fields, models


class HelpdeskTicketMerge(models.Model):
    """Trace of a merge: who put which ticket into which other one, and what went along.

    Written by :meth:`HelpdeskTicket.merge_into`, completed by :meth:`HelpdeskTicket.undo_merge`,
    by nobody else.
    """

    _name = "helpdesk.ticket.merge"
    _description = "Merge of a Ticket"
    _order = "id desc"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade", readonly=True
    )
    target_id = fields.Many2one(
        "helpdesk.ticket",
        string="Merged into",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    undone_by_id = fields.Many2one(
        "res.users", string="Undone by", ondelete="restrict", readonly=True
    )
    undone_on = fields.Datetime(readonly=True)

    # What it takes to undo it.
    stage_id = fields.Many2one(
        "helpdesk.stage", string="Stage before", ondelete="restrict", readonly=True
    )
    first_response_date = fields.Datetime(string="First response before", readonly=True)
    asked_on = fields.Datetime(string="Waited for an answer since", readonly=True)
    # Ids of the records that went along, by model.
    moved = fields.Json(readonly=True, export_string_translation=False)
    # Followers and copy addresses that the target owes to this ticket.
    given_follower_ids = fields.Json(readonly=True, export_string_translation=False)
    given_cc = fields.Json(readonly=True, export_string_translation=False)

    # A ticket is part of one other at a time.
    _current_idx = models.UniqueIndex(
        "(ticket_id) WHERE undone_on IS NULL", "This ticket is merged into another one already."
    )

    def _restore_moved(self, chains):
        """Bring back what went along, from wherever later merges have taken it.

        :param dict chains: per id of a ticket, ids of the tickets that it is part of
        """
        # An empty value is stored as none.
        moved = {merge: merge.moved or {} for merge in self}
        for model in {model for by_model in moved.values() for model in by_model}:
            ids = [each for by_model in moved.values() for each in by_model.get(model, [])]
            # Some may have been deleted meanwhile, or split off into a ticket of their own.
            present = self.env[model].browse(ids).exists().grouped("id")
            for merge in self:
                chain = chains[merge.ticket_id.id]
                records = self.env[model].union(
                    *(
                        present[record_id]
                        for record_id in moved[merge].get(model, [])
                        if record_id in present and present[record_id].res_id in chain
                    )
                )
                records.write({"res_id": merge.ticket_id.id})
