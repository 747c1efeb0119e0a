from odoo import api, fields, models


class ServiceInterventionFillForm(models.TransientModel):
    """Asks what a form wants to know, then fills it in."""

    _name = "service.intervention.fill.form"
    _description = "Fill in a Form"

    intervention_id = fields.Many2one("service.intervention", required=True)
    company_id = fields.Many2one(related="intervention_id.company_id")
    form_id = fields.Many2one(
        "service.form", required=True, domain="[('company_id', '=', company_id)]"
    )
    answer_ids = fields.One2many(
        "service.intervention.fill.form.answer",
        "dialog_id",
        string="Answers",
        compute="_compute_answer_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("form_id")
    def _compute_answer_ids(self):
        for dialog in self:
            asked = dialog.form_id.line_ids.filtered(lambda line: line.source == "asked")
            dialog.answer_ids = [fields.Command.clear()] + [
                fields.Command.create({"line_id": line.id}) for line in asked
            ]

    def action_confirm(self):
        self.ensure_one()
        filled = self.intervention_id.fill_form(
            form_id=self.form_id.id,
            answers=[
                {"line_id": answer.line_id.id, "value": answer._get_answer()}
                for answer in self.answer_ids
            ],
        )
        document = self.env["service.form.document"].browse(filled["document_id"])
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }


class ServiceInterventionFillFormAnswer(models.TransientModel):
    """One answer."""

    _name = "service.intervention.fill.form.answer"
    _description = "Answer on a Form"
    _order = "id"

    dialog_id = fields.Many2one("service.intervention.fill.form", required=True, ondelete="cascade")
    line_id = fields.Many2one("service.form.line", required=True, ondelete="cascade")
    question = fields.Char(compute="_compute_question")
    kind = fields.Selection(related="line_id.kind")
    options = fields.Text(related="line_id.options")
    value = fields.Char(string="Answer")
    is_ticked = fields.Boolean(string="Yes")

    @api.depends("line_id")
    def _compute_question(self):
        for answer in self:
            answer.question = answer.line_id._get_question() if answer.line_id else ""

    def _get_answer(self):
        self.ensure_one()
        if self.kind == "checkbox":
            return "yes" if self.is_ticked else "no"
        return self.value or ""
