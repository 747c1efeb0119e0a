from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceChecklistItem(models.Model):
    """Something the type of work asks to be checked, measured, chosen or photographed."""

    _name = "service.checklist.item"
    _description = "Checklist Item"
    _order = "type_id, sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    type_id = fields.Many2one(
        "service.intervention.type", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=[
            ("yes_no", "Yes or no"),
            ("text", "Text"),
            ("number", "Measure"),
            ("choice", "Choice"),
            ("photo", "Photo"),
        ],
        required=True,
        default="yes_no",
    )
    required = fields.Boolean()
    minimum = fields.Float()
    maximum = fields.Float()
    unit = fields.Char(translate=True, help="What is measured in, e.g. mbar.")
    choices = fields.Text(translate=True, help="One per line.")

    def _get_choices(self):
        return [line.strip() for line in (self.choices or "").splitlines() if line.strip()]

    def _check_value(self, value):
        """Judge an answer and return it as text.

        :raise ValidationError: saying what is expected
        """
        self.ensure_one()
        text = "" if value in (None, False) else str(value).strip()
        if not text:
            return ""
        if self.kind == "yes_no" and text not in ("yes", "no", "not_applicable"):
            raise ValidationError(self.env._("%(item)s: answer yes or no.", item=self.name))
        if self.kind == "choice" and text not in self._get_choices():
            raise ValidationError(
                self.env._(
                    "%(item)s: choose one of %(choices)s.",
                    item=self.name,
                    choices=", ".join(self._get_choices()),
                )
            )
        if self.kind == "number":
            try:
                number = float(text.replace(",", "."))
            except ValueError as error:
                raise ValidationError(
                    self.env._("%(item)s: write a number.", item=self.name)
                ) from error
            return f"{number:g}"
        return text[:2000]

    def _get_limits_label(self):
        """What a measure should be, e.g. *2–5 mbar*; empty for anything else."""
        self.ensure_one()
        if self.kind != "number" or not (self.minimum or self.maximum):
            return ""
        low, high = f"{self.minimum:g}", f"{self.maximum:g}"
        limits = f"{low}–{high}" if self.maximum else f"≥ {low}"
        return " ".join(filter(None, [limits, self.unit]))

    def _is_within_limits(self, value):
        """Whether a measure is as it should be; anything else is."""
        self.ensure_one()
        if self.kind != "number" or not value or not (self.minimum or self.maximum):
            return True
        return self.minimum <= float(value) and (not self.maximum or float(value) <= self.maximum)


class ServiceChecklistAnswer(models.Model):
    """What was found, by whom and when. Frozen once its report is signed."""

    _name = "service.checklist.answer"
    _description = "Checklist Answer"
    _order = "sequence, id"
    _rec_name = "item_id"

    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="cascade"
    )
    item_id = fields.Many2one("service.checklist.item", required=True, ondelete="restrict")
    sequence = fields.Integer(related="item_id.sequence", store=True)
    kind = fields.Selection(related="item_id.kind")
    required = fields.Boolean(related="item_id.required")
    unit = fields.Char(related="item_id.unit")
    value = fields.Char()
    value_label = fields.Char(compute="_compute_value_label")
    is_within_limits = fields.Boolean(compute="_compute_is_within_limits")
    answered_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    answered_on = fields.Datetime(readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Photos")
    report_id = fields.Many2one("service.report", index="btree_not_null", ondelete="set null")

    _item_uniq = models.UniqueIndex("(intervention_id, item_id)")

    @api.depends("value", "item_id")
    @api.depends_context("lang")
    def _compute_value_label(self):
        labels = {
            "yes": self.env._("Yes"),
            "no": self.env._("No"),
            "not_applicable": self.env._("Not applicable"),
        }
        for answer in self:
            if answer.kind == "yes_no":
                answer.value_label = labels.get(answer.value, "")
            else:
                answer.value_label = " ".join(filter(None, [answer.value, answer.unit]))

    @api.depends("value", "item_id.minimum", "item_id.maximum")
    def _compute_is_within_limits(self):
        for answer in self:
            answer.is_within_limits = answer.item_id._is_within_limits(answer.value)
