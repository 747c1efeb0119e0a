from odoo import fields, models
from odoo.tools import is_html_empty

from ..tools.priority import select_priority


class HelpdeskTicketTemplate(models.Model):
    """What a kind of request usually says: proposals that overwrite nothing somebody wrote."""

    _name = "helpdesk.ticket.template"
    _description = "Ticket Template"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
        help="Empty: for all companies, then without a team.",
    )
    subject = fields.Char(translate=True)
    description = fields.Html(translate=True)
    category_id = fields.Many2one(
        "helpdesk.category", index="btree_not_null", ondelete="restrict", check_company=True
    )
    team_id = fields.Many2one(
        "helpdesk.team", index="btree_not_null", ondelete="set null", check_company=True
    )
    priority = fields.Selection(selection=select_priority)
    tag_ids = fields.Many2many("helpdesk.tag", string="Tags")
    ticket_properties = fields.Properties(
        string="Answers", definition="category_id.ticket_properties_definition"
    )

    def _get_proposals(self):
        """What the template proposes for a ticket, by field; an override adds its own."""
        self.ensure_one()
        proposals = {
            "category_id": self.category_id,
            "team_id": self.team_id,
            "priority": self.priority,
            "name": self.subject,
            "description": not is_html_empty(self.description) and self.description,
            "tag_ids": self.tag_ids,
        }
        return {name: value for name, value in proposals.items() if value}
