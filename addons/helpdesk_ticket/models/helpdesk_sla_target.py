from odoo import api, fields, models
from odoo.tools import formatLang

# What may be promised, in the order in which it falls due.
KINDS = [
    ("first_response", "First response"),
    ("next_response", "Next response"),
    ("on_site", "On site"),
    ("resolution", "Solution"),
]


class HelpdeskSlaTarget(models.Model):
    """One promise of a service level: what happens within how many hours of which calendar."""

    _name = "helpdesk.sla.target"
    _description = "Service Level Target"
    _order = "policy_id, sequence, id"
    _rec_name = "kind"
    _check_company_auto = True

    policy_id = fields.Many2one(
        "helpdesk.sla.policy", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    kind = fields.Selection(
        selection=KINDS,
        string="What",
        required=True,
        default="first_response",
        help="First response: from the opening to our first message. Next response: from a "
        "customer's message to our answer. On site: until the first check-in. "
        "Solution: until the ticket is closed.",
    )
    hours = fields.Float(string="Within", required=True, help="In hours of the calendar.")
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
        help="Leave empty if the promise runs day and night, every day of the year.",
    )
    pause_stage_ids = fields.Many2many(
        "helpdesk.stage",
        relation="helpdesk_sla_target_pause_stage_rel",
        string="Also pauses in",
        help="The clock of this promise stands still in these stages too. Those that wait for the "
        "customer stop it anyway, unless it is a response that is promised.",
    )

    _hours_positive = models.Constraint(
        "CHECK (hours > 0)", "Write within how many hours, or remove the target."
    )
    _kind_uniq = models.Constraint(
        "UNIQUE (policy_id, kind)", "A service level promises each thing once."
    )

    @api.depends("kind")
    def _compute_sequence(self):
        order = [kind for kind, _label in KINDS]
        for target in self:
            target.sequence = order.index(target.kind) if target.kind else 0

    @api.depends("kind", "hours")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for target in self:
            target.display_name = self.env._(
                "%(what)s within %(hours)s h",
                what=labels.get(target.kind, ""),
                hours=formatLang(self.env, target.hours, digits=2 if target.hours % 1 else 0),
            )

    # === A CHANGED PROMISE: open tickets get new deadlines, closed ones keep theirs === #

    @api.model_create_multi
    def create(self, vals_list):
        targets = super().create(vals_list)
        targets.policy_id._reset_ticket_deadlines()
        return targets

    def write(self, vals):
        policies = self.policy_id
        result = super().write(vals)
        (policies | self.policy_id)._reset_ticket_deadlines()
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        policies.exists()._reset_ticket_deadlines()
        return result
