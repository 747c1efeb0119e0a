from ast import literal_eval

from odoo import api, fields, models


class HelpdeskTeam(models.Model):
    """People who share a queue of tickets and the mail address it is fed by."""

    _name = "helpdesk.team"
    _description = "Helpdesk Team"
    _inherit = ["mail.alias.mixin", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    alias_id = fields.Many2one(
        help="A mail to this address opens a ticket of the team; replies join their ticket."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Team Leader",
        domain=[("share", "=", False)],
        ondelete="set null",
        check_company=True,
    )
    member_ids = fields.Many2many(
        "res.users",
        relation="helpdesk_team_member_rel",
        string="Members",
        domain=[("share", "=", False)],
        check_company=True,
    )
    assignment = fields.Selection(
        selection=[
            ("manual", "By hand"),
            ("round_robin", "In turn"),
            ("balanced", "To whom has the fewest open tickets"),
        ],
        required=True,
        default="manual",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        ondelete="set null",
        check_company=True,
        help="When the team is at work. Without it the company's working hours hold.",
    )
    rate_closed = fields.Boolean(
        string="Ask for a rating",
        default=True,
        help="The customer is asked for a rating when a ticket is solved.",
    )
    stage_ids = fields.Many2many(
        "helpdesk.stage", relation="helpdesk_stage_team_rel", string="Own Stages"
    )
    ticket_ids = fields.One2many("helpdesk.ticket", "team_id", string="Tickets")
    open_ticket_count = fields.Integer(compute="_compute_ticket_counts")
    unassigned_ticket_count = fields.Integer(compute="_compute_ticket_counts")
    late_ticket_count = fields.Integer(compute="_compute_ticket_counts")

    def _compute_ticket_counts(self):
        tickets = self.env["helpdesk.ticket"]
        of_team = [("team_id", "in", self.ids), ("closed", "=", False)]
        count = {
            name: dict(tickets._read_group([*of_team, *domain], ["team_id"], ["__count"]))
            for name, domain in (
                ("open", []),
                ("unassigned", [("user_id", "=", False)]),
                ("late", [("next_deadline", "<", fields.Datetime.now())]),
            )
        }
        for team in self:
            team.open_ticket_count = count["open"].get(team, 0)
            team.unassigned_ticket_count = count["unassigned"].get(team, 0)
            team.late_ticket_count = count["late"].get(team, 0)

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_ticket.helpdesk_ticket_action"
        )
        action["context"] = {"default_team_id": self.id, "search_default_team_id": self.id}
        return action

    @api.model
    def _get_default_teams(self, companies):
        """Return the first team of each company, as a dict."""
        teams = self.search([("company_id", "in", companies.ids)])
        return {company: teams[:1] for company, teams in teams.grouped("company_id").items()}

    # === MAIL ALIAS === #

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("helpdesk.ticket")
        if self.id:
            defaults = literal_eval(self.alias_defaults or "{}")
            defaults |= {"team_id": self.id, "company_id": self.company_id.id}
            values["alias_defaults"] = defaults
        return values

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            for team in self:
                team.alias_id.sudo().write(team._alias_get_creation_values())
        return result
