from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import is_html_empty


class HelpdeskTicket(models.Model):
    """New tickets filled from a template, where nobody has written anything."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    template_id = fields.Many2one(
        "helpdesk.ticket.template",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        template = self.template_id
        if not template:
            return
        proposals = template._get_proposals()
        unsaid = self._get_unsaid(proposals)
        for name in unsaid:
            self[name] = proposals[name]
        if self.category_id == template.category_id and "category_id" in unsaid:
            self.ticket_properties = dict(template.ticket_properties)

    @api.onchange("category_id")
    def _onchange_category_id(self):
        """Have a form ask the questions of the category at once.

        Odoo tells a form what has changed, and questions without an answer are no change: they
        would appear with the first saving only.
        """
        definition = self.category_id.ticket_properties_definition or []
        answers = self.ticket_properties._values
        self.ticket_properties = {
            question["name"]: answers.get(question["name"], False)
            for question in definition
            if question["type"] != "separator"
        }

    def _get_unsaid(self, names):
        """Those of the fields that nobody has written yet: they are empty or as proposed."""
        self.ensure_one()
        usual = {
            "priority": self.category_id.priority or "1",
            "team_id": self.category_id.with_company(self.company_id).team_id
            or self.env["helpdesk.team"]._get_default_teams(self.company_id).get(self.company_id),
        }
        return [
            name
            for name in names
            if not self[name]
            or self[name] == usual.get(name)
            or (self._fields[name].type == "html" and is_html_empty(self[name]))
        ]

    # === OPENING === #

    @api.model
    def _open_ticket_allowed_fields(self):
        allowed = super()._open_ticket_allowed_fields()
        return allowed if self.env.user.share else allowed | {"template_id"}

    @api.model
    def _prepare_open_ticket_values(self, values):
        """Override to have a template say what the caller doesn't."""
        template_id = isinstance(values, dict) and values.get("template_id")
        if not template_id or "template_id" not in self._open_ticket_allowed_fields():
            return super()._prepare_open_ticket_values(values)
        self._check_kinds({"template_id": template_id})
        template = self.env["helpdesk.ticket.template"].search([("id", "=", template_id)])
        if not template:
            raise ValidationError(self.env._("Choose one of the templates offered."))
        proposals = template._get_proposals()
        given = {name: value for name, value in values.items() if value}
        values = super()._prepare_open_ticket_values(
            {"name": proposals.get("name"), **given} if "name" in proposals else values
        )
        for name, value in proposals.items():
            if not values.get(name):
                field_type = self._fields[name].type
                values[name] = (
                    value.id
                    if field_type == "many2one"
                    else [Command.set(value.ids)]
                    if field_type == "many2many"
                    else value
                )
        if template.category_id and values["category_id"] == template.category_id.id:
            values.setdefault("ticket_properties", dict(template.ticket_properties))
        return values
