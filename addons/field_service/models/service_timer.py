from odoo import fields, models

from ..presence import LONGEST


class ServiceTimer(models.Model):
    """A piece of work that is going on: its stop records it and takes the timer away.

    Of each person at most one runs. One that was forgotten is kept until they say when they ended.
    """

    _name = "service.timer"
    _description = "Running Work"
    _order = "start, id"
    _rec_name = "intervention_id"

    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        related="intervention_id.company_id", store=True, precompute=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", string="Person", required=True, ondelete="cascade", readonly=True
    )
    event_id = fields.Many2one(
        "calendar.event", string="Visit", ondelete="set null", readonly=True, index="btree_not_null"
    )
    kind = fields.Selection(
        selection=lambda self: self._selection_kind(), required=True, readonly=True
    )
    start = fields.Datetime(string="Running since", required=True, readonly=True)
    is_to_correct = fields.Boolean(
        string="To be corrected",
        readonly=True,
        help="It could not be recorded by itself: whoever started it says when the work ended.",
    )

    _running_uniq = models.UniqueIndex(
        "(user_id) WHERE is_to_correct IS NOT TRUE",
        "Another timer of yours is running already. Reload the page.",
    )

    def _selection_kind(self):
        kinds = self.env["service.work.line"]._fields["kind"]._description_selection(self.env)
        return [item for item in kinds if item[0] in ("labour", "travel", "waiting")]

    def _is_forgotten(self):
        self.ensure_one()
        return self.is_to_correct or fields.Datetime.now() - self.start > LONGEST
