from odoo import api, fields, models


class HelpdeskTeam(models.Model):
    """When a team reminds: customers who don't answer, agents who let a ticket lie, raters."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _name = "helpdesk.team"
    _inherit = ["helpdesk.team", "rating.parent.mixin"]

    rating_reminder_days = fields.Integer(
        string="Remind of the rating after",
        default=3,
        help="Days after the solution; once. Zero: never.",
    )
    waiting_remind_days = fields.Integer(
        string="Remind the customer after",
        help="Working days without an answer in a stage that waits for the customer. Zero: never.",
    )
    waiting_close_days = fields.Integer(
        string="Close after",
        help="Working days more without an answer. The ticket is cancelled, and an answer opens it "
        "again. Zero: never.",
    )
    untouched_days = fields.Integer(
        string="Remind the agent after",
        help="Working days in which nobody touched a ticket that is ours to work on. Zero: never.",
    )

    _days_not_negative = models.Constraint(
        "CHECK (rating_reminder_days >= 0 AND waiting_remind_days >= 0 "
        "AND waiting_close_days >= 0 AND untouched_days >= 0)",
        "A number of days is never negative. Write zero for never.",
    )

    @api.model
    def _get_follow_up_fields(self):
        return {"waiting_remind_days", "waiting_close_days", "untouched_days", "calendar_id"}

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._get_follow_up_fields()):
            # Tickets of the team, whoever sets it up.
            self.env["helpdesk.ticket"].sudo().search(
                [("team_id", "in", self.ids), ("closed", "=", False)]
            )._reset_follow_ups()
        return result

    def action_view_ratings(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("rating.rating_rating_action")
        action["domain"] = [
            ("parent_res_model", "=", self._name),
            ("parent_res_id", "=", self.id),
            ("consumed", "=", True),
        ]
        return action
