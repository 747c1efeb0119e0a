from odoo import api, fields, models


class ServiceInterventionFillForm(models.TransientModel):
    """Asks what a form wants to know, then fills it in."""

    _name = "service.intervention.fill.form"
    _description = "Fill in a Form"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    company_id = fields.Many2one(related="intervention_id.company_id")
    form_id = fields.Many2one(
        "service.form", required=True, domain="[('company_id', '=', company_id)]"
    )
    kind = fields.Selection(related="form_id.kind")
    answer_ids = fields.One2many(
        "service.intervention.fill.form.answer",
        "dialog_id",
        string="Answers",
        compute="_compute_answer_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    result = fields.Selection(selection="_selection_result")
    remark = fields.Text(string="Remarks")
    name = fields.Char(string="Name of who signs")
    role = fields.Char()
    signature = fields.Binary()

    def _selection_result(self):
        documents = self.env["service.form.document"]
        return documents._fields["result"]._description_selection(self.env)

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
                {"line_id": answer.line_id.id, "value": answer.value or ""}
                for answer in self.answer_ids
            ],
            closing={
                "result": self.result or "",
                "remark": self.remark or "",
                "name": self.name or "",
                "role": self.role or "",
                "image": self.signature.decode() if self.signature else "",
            },
        )
        document = self.env["service.form.document"].browse(filled["document_id"])
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }


class ServiceInterventionFillFormAnswer(models.TransientModel):
    """One answer; a check box is answered ``yes`` or ``no``, or not yet."""

    _name = "service.intervention.fill.form.answer"
    _description = "Answer on a Form"
    _inherit = ["dialog.mixin"]
    _order = "id"

    dialog_id = fields.Many2one("service.intervention.fill.form", required=True, ondelete="cascade")
    line_id = fields.Many2one("service.form.line", required=True, ondelete="cascade")
    question = fields.Char(compute="_compute_question")
    kind = fields.Selection(related="line_id.kind")
    options = fields.Text(related="line_id.options")
    required = fields.Boolean(related="line_id.required")
    value = fields.Char(string="Answer")

    @api.depends("line_id")
    def _compute_question(self):
        for answer in self:
            answer.question = answer.line_id._get_question() if answer.line_id else ""
