from odoo import fields, models


class ServiceInterventionType(models.Model):
    """A kind of work and what it takes to finish it.

    A design office needs neither visit nor site nor signature; a repair needs all three.
    """

    _name = "service.intervention.type"
    _description = "Type of Intervention"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", index="btree_not_null", ondelete="cascade")
    needs_visit = fields.Boolean(default=True, help="Somebody has to go there.")
    needs_signature = fields.Boolean(
        default=True, help="It is finished when the customer has signed the report."
    )
    needs_solution = fields.Boolean(
        default=True,
        help="Closing asks for cause and solution, so that others find them.",
    )
    expected_hours = fields.Float(default=2.0, help="Proposed length of a visit.")
    skill_ids = fields.Many2many(
        "hr.skill",
        relation="service_intervention_type_skill_rel",
        string="Skills needed",
        help="Whoever goes there should have them; planning tells who doesn't.",
    )
    legal_months = fields.Integer(
        string="Legal inspection valid for (months)",
        help="Closing such an intervention moves the equipment's next legal inspection on by so "
        "many months. Zero: it is no legal inspection.",
    )
    checklist_item_ids = fields.One2many(
        "service.checklist.item", "type_id", string="Checklist", copy=True
    )

    _legal_months_positive = models.Constraint(
        "CHECK (legal_months >= 0)", "An inspection is not valid for less than no time."
    )
