from odoo import api, fields, models

from ..tools.priority import select_priority


class HelpdeskSlaPolicy(models.Model):
    """What is promised on a kind of ticket: an answer, somebody on site, a solution, each in time.

    The first policy in order whose conditions all hold is the one of a ticket.
    """

    _name = "helpdesk.sla.policy"
    _description = "Service Level Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    team_id = fields.Many2one("helpdesk.team", ondelete="cascade", check_company=True)
    category_id = fields.Many2one("helpdesk.category", ondelete="cascade", check_company=True)
    priority = fields.Selection(
        selection=select_priority,
        string="Minimum Priority",
        help="The policy holds for tickets of this priority or a higher one.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        domain=[("parent_id", "=", False)],
        ondelete="cascade",
        index="btree_not_null",
    )
    target_ids = fields.One2many("helpdesk.sla.target", "policy_id", string="Promises", copy=True)

    def _find_for(self, ticket):
        """Return the first policy of the set whose conditions the ticket meets."""
        return next((policy for policy in self if policy._holds_for(ticket)), self.browse())

    def _holds_for(self, ticket):
        self.ensure_one()
        return (
            self.company_id == ticket.company_id
            and (not self.team_id or self.team_id == ticket.team_id)
            and (not self.priority or self.priority <= (ticket.priority or "0"))
            and (not self.partner_id or self.partner_id == ticket.commercial_partner_id)
            and (not self.category_id or self._holds_for_category(ticket.category_id))
        )

    def _holds_for_category(self, category):
        return bool(category) and category.parent_path.startswith(self.category_id.parent_path)

    # === A CHANGED PROMISE: open tickets get new deadlines, closed ones keep theirs === #

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies.company_id._reset_ticket_policies()
        return policies

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._condition_fields()):
            (companies | self.company_id)._reset_ticket_policies()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        companies._reset_ticket_policies()
        return result

    def _reset_ticket_deadlines(self):
        """Have the deadlines of the open tickets of these policies computed anew."""
        if self:
            # Whoever changes a promise changes it for every ticket, seen or not.
            self.env["helpdesk.ticket"].sudo().search(
                [("sla_policy_id", "in", self.ids), ("closed", "=", False)]
            )._reset_deadlines()

    @api.model
    def _condition_fields(self):
        """Names of the fields that decide which tickets a policy holds for."""
        return {
            "active",
            "sequence",
            "company_id",
            "team_id",
            "category_id",
            "priority",
            "partner_id",
        }
