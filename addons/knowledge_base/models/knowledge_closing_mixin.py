from odoo import api, fields, models


class KnowledgeClosingMixin(models.AbstractModel):
    """For dialogs that close a case: what was used on it is proposed, and counted when confirmed.

    Inherit, name the field that holds the cases, and have `cause` and `solution` beside it.
    """

    _name = "knowledge.closing.mixin"
    _description = "Dialog That Closes a Case"

    _closing_field = None  # name of the field with the cases that are being closed

    entry_id = fields.Many2one(
        "knowledge.entry",
        string="Solved by",
        compute="_compute_entry_id",
        store=True,
        readonly=False,
        ondelete="set null",
        help="The solved problem whose solution helped: it will be offered earlier.",
    )
    offered_entry_ids = fields.Many2many(
        "knowledge.entry", string="Used on It", compute="_compute_offered_entry_ids"
    )

    @api.model
    def default_get(self, fields):
        """Override: what somebody says has helped may have been taken back since it was shown."""
        self.env["knowledge.entry"].browse(self.env.context.get("default_entry_id"))._check_there()
        return super().default_get(fields)

    @api.model
    def _get_closing_fields(self):
        return [self._closing_field] if self._closing_field else []

    @api.depends(lambda self: self._get_closing_fields())
    def _compute_offered_entry_ids(self):
        for wizard in self:
            # Ids may have come from anywhere: only what the user may read is asked.
            cases = wizard[self._closing_field].sudo(False)
            cases.check_access("read")
            wizard.offered_entry_ids = cases._knowledge_used_entries()

    @api.depends(lambda self: self._get_closing_fields())
    def _compute_entry_id(self):
        """What was used on the case, the latest first."""
        for wizard in self:
            single = len(wizard[self._closing_field]) == 1
            wizard.entry_id = wizard.offered_entry_ids[:1] if single else None

    @api.onchange("entry_id")
    def _onchange_entry_id(self):
        """Another solution fills what is still empty; what somebody wrote stays."""
        proposal = self._get_proposal()
        self.cause = self.cause or proposal.get("cause")
        self.solution = self.solution or proposal.get("solution")

    def _get_proposal(self) -> dict[str, str]:
        """What the chosen entry tells, if the user finds it."""
        self.ensure_one()
        entries = self.env["knowledge.entry"].sudo(False)
        return entries._accessible(self.entry_id.ids)._proposal()

    def _note_solved(self):
        """Count that the chosen entry solved these cases."""
        for case in self[self._closing_field]:
            self.env["knowledge.event"].record(self.entry_id.ids, "solved", case._name, case.id)
