from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.priority import select_priority


class HelpdeskCategory(models.Model):
    """What a request is about; it proposes team and priority and may ask further questions."""

    _name = "helpdesk.category"
    _description = "Helpdesk Category"
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name"]
    _parent_store = True
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(compute="_compute_complete_name", recursive=True, store=True)
    active = fields.Boolean(default=True)
    parent_id = fields.Many2one(
        "helpdesk.category",
        string="Parent Category",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    company_id = fields.Many2one("res.company", index=True, ondelete="cascade")
    # Each company has its own teams, also for a category they share.
    team_id = fields.Many2one(
        "helpdesk.team", string="Default Team", company_dependent=True, check_company=True
    )
    priority = fields.Selection(
        selection=select_priority,
        string="Default Priority",
    )
    portal_visible = fields.Boolean(
        string="Offered to customers",
        default=True,
        help="Customers can choose this category when they open a request on the portal.",
    )
    ticket_properties_definition = fields.PropertiesDefinition(string="Questions")

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = f"{parent} / {category.name}" if parent else category.name

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A category cannot be its own parent. Choose another parent.")
            )
