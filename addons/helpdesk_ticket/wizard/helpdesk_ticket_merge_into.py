from odoo import api, fields, models


class HelpdeskTicketMergeInto(models.TransientModel):
    """Asks which of several tickets goes on; the others become part of it."""

    _name = "helpdesk.ticket.merge.into"
    _description = "Merge Tickets"
    _inherit = ["dialog.mixin"]

    ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Tickets",
        required=True,
        default=lambda self: self._default_ticket_ids(),
    )
    target_id = fields.Many2one(
        "helpdesk.ticket",
        string="Merge into",
        compute="_compute_target_id",
        store=True,
        readonly=False,
        required=True,
        ondelete="cascade",
    )
    merged_ids = fields.Many2many(
        "helpdesk.ticket",
        relation="helpdesk_ticket_merge_into_merged_rel",
        string="Become part of it",
        compute="_compute_merged_ids",
    )
    company_id = fields.Many2one("res.company", compute="_compute_whose")
    customer_id = fields.Many2one("res.partner", compute="_compute_whose")
    excluded_id = fields.Many2one("helpdesk.ticket", compute="_compute_whose")

    def _default_ticket_ids(self):
        if self.env.context.get("active_model") != "helpdesk.ticket":
            return self.env["helpdesk.ticket"]
        return self.env["helpdesk.ticket"].browse(self.env.context.get("active_ids", [])).exists()

    @api.depends("ticket_ids")
    def _compute_target_id(self):
        """Of several, the oldest that is open goes on, one of a known customer if there is one."""
        for wizard in self:
            several = len(wizard.ticket_ids) > 1 and wizard.ticket_ids.filtered(
                lambda ticket: not ticket.closed
            )
            if several and not wizard.target_id:
                known = several.filtered("commercial_partner_id") or several
                wizard.target_id = known.sorted("id")[:1]
            else:
                wizard.target_id = wizard.target_id

    @api.depends("ticket_ids", "target_id")
    def _compute_merged_ids(self):
        for wizard in self:
            wizard.merged_ids = wizard.ticket_ids - wizard.target_id

    @api.depends("ticket_ids")
    def _compute_whose(self):
        for wizard in self:
            tickets = wizard.ticket_ids
            wizard.company_id = tickets[:1].company_id
            wizard.customer_id = tickets.commercial_partner_id[:1]
            wizard.excluded_id = tickets if len(tickets) == 1 else False

    def action_confirm(self):
        self.ensure_one()
        self.ticket_ids.merge_into(self.target_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.target_id.id,
            "views": [(False, "form")],
        }
