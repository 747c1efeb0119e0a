import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate, format_date, format_datetime, formatLang

from .. import pdf_forms

_lt = LazyTranslate(__name__)

# Where a form's values may come from: nothing else of a record gets onto somebody's paper.
SOURCES = {
    "number": _lt("Number of this form"),
    "today": _lt("Today"),
    "user_id.name": _lt("Who fills it in"),
    "intervention_id.number": _lt("Intervention: number"),
    "intervention_id.name": _lt("Intervention: subject"),
    "intervention_id.type_id.name": _lt("Intervention: kind of work"),
    "intervention_id.planned_start": _lt("Intervention: planned on"),
    "intervention_id.cause": _lt("Intervention: cause"),
    "intervention_id.solution": _lt("Intervention: solution"),
    "intervention_id.worked_hours": _lt("Intervention: hours worked"),
    "intervention_id.project_id.name": _lt("Job order"),
    "intervention_id.contract_id.number": _lt("Contract: number"),
    "intervention_id.customer_reference": _lt("Customer's order"),
    "intervention_id.cig": _lt("CIG"),
    "intervention_id.cup": _lt("CUP"),
    "technician_ids.name": _lt("Technicians"),
    "report_id.number": _lt("Report: number"),
    "report_id.date": _lt("Report: date"),
    "report_id.signed_by": _lt("Report: signed by"),
    "report_id.outcome": _lt("Report: outcome"),
    "equipment_id.name": _lt("Equipment: name"),
    "equipment_id.serial_number": _lt("Equipment: serial number"),
    "equipment_id.product_id.name": _lt("Equipment: product"),
    "equipment_id.installation_date": _lt("Equipment: installed on"),
    "equipment_id.warranty_end_date": _lt("Equipment: warranty until"),
    "customer_id.name": _lt("Customer: name"),
    "customer_id.vat": _lt("Customer: tax number"),
    "customer_id.street": _lt("Customer: street"),
    "customer_id.zip": _lt("Customer: postcode"),
    "customer_id.city": _lt("Customer: town"),
    "customer_id.state_id.code": _lt("Customer: province"),
    "customer_id.phone": _lt("Customer: telephone"),
    "customer_id.email": _lt("Customer: e-mail"),
    "site_id.name": _lt("Site: name"),
    "site_id.street": _lt("Site: street"),
    "site_id.zip": _lt("Site: postcode"),
    "site_id.city": _lt("Site: town"),
    "site_id.state_id.code": _lt("Site: province"),
    "contact_id.name": _lt("Contact on site: name"),
    "contact_id.phone": _lt("Contact on site: telephone"),
    "company_id.name": _lt("Company: name"),
    "company_id.vat": _lt("Company: tax number"),
    "company_id.street": _lt("Company: street"),
    "company_id.zip": _lt("Company: postcode"),
    "company_id.city": _lt("Company: town"),
    "company_id.phone": _lt("Company: telephone"),
    "company_id.email": _lt("Company: e-mail"),
}
MAX_ANSWER = 2000
YES = ("yes", "true", "1", "on")
NO = ("no", "false", "0", "off")


class ServiceForm(models.Model):
    """A form that belongs to interventions: numbered, filed, needed to finish or not.

    Of the firm or of an authority it is a fillable PDF, and what goes into its fields; Campo's own
    ones are printed with the company's layout from what was recorded.
    """

    _name = "service.form"
    _description = "Form"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=[
            ("pdf", "Fillable PDF"),
            ("maintenance", "Maintenance checklist"),
            ("acceptance", "Acceptance-test report"),
            ("claim", "Warranty claim"),
        ],
        required=True,
        default="pdf",
        help="A fillable PDF of the firm or of an authority, or one of Campo's own forms.",
    )
    file = fields.Binary(string="PDF", attachment=True)
    file_name = fields.Char(export_string_translation=False)
    number_prefix = fields.Char(
        default="F%(year)s-",
        help="Filled forms are numbered without gaps. %(year)s is the year.",
    )
    sequence_id = fields.Many2one(
        "ir.sequence",
        string="Numbering",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="base.group_system",
    )
    type_ids = fields.Many2many(
        "service.intervention.type",
        relation="service_form_type_rel",
        string="Needed to finish",
        help="An intervention of these types is closed only when this form is filled in.",
    )
    line_ids = fields.One2many("service.form.line", "form_id", string="Fields", copy=True)

    @api.constrains("file", "kind")
    def _check_file(self):
        for form in self.filtered(lambda form: form.kind == "pdf"):
            if not form.file:
                raise ValidationError(
                    self.env._("%(form)s: upload the fillable PDF.", form=form.name)
                )
            form._read_pdf()

    @api.model_create_multi
    def create(self, vals_list):
        forms = super().create(vals_list)
        for form in forms:
            # Managers may set up forms, not the numbering of everything else.
            form_sudo = form.sudo()
            form_sudo.sequence_id = form_sudo.sequence_id.create(
                {
                    "name": form.name,
                    "implementation": "no_gap",
                    "padding": 4,
                    "prefix": form.number_prefix,
                    "company_id": form.company_id.id,
                }
            )
            if form.kind == "pdf" and not form.line_ids:
                form._take_fields()
        return forms

    def write(self, vals):
        result = super().write(vals)
        if "number_prefix" in vals:
            self.sudo().sequence_id.prefix = vals["number_prefix"]
        return result

    def action_read_fields(self):
        """List the fields of the PDF; what was said about those it had before is kept."""
        self.ensure_one()
        self.check_access("write")
        self._take_fields()

    def _take_fields(self):
        self.ensure_one()
        found = {field.name: field for field in self._read_pdf()}
        known = {line.name: line for line in self.line_ids}
        self.line_ids.filtered(lambda line: line.name not in found).unlink()
        missing = self.env["service.form.line"]
        values = []
        for number, (name, field) in enumerate(found.items()):
            described = {
                "sequence": number,
                "kind": field.kind,
                "options": "\n".join(field.options) if field.kind == "choice" else False,
            }
            if line := known.get(name):
                line.write(described)
            else:
                values.append({**described, "form_id": self.id, "name": name})
        missing.create(values)

    def _read_pdf(self):
        self.ensure_one()
        with self._telling_why():
            return pdf_forms.read_fields(base64.b64decode(self.with_context(bin_size=False).file))

    def _telling_why(self):
        return _TellingWhy(self)


class _TellingWhy:
    """Says in a sentence what is wrong with a form's file."""

    def __init__(self, form):
        self.form = form

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if not isinstance(error, pdf_forms.PdfFormError):
            return False
        _, name = self.form.env._, self.form.name
        sentences = {
            "encrypted": _(
                "%(form)s: this PDF is protected. Save it without password and protection.",
                form=name,
            ),
            "empty": _(
                "%(form)s: this PDF has no fields to fill in. Save it as a fillable form.",
                form=name,
            ),
            "large": _("%(form)s: this PDF has more than 10 MB or 50 pages.", form=name),
        }
        broken = _("%(form)s: this file is no PDF, or a broken one.", form=name)
        raise ValidationError(sentences.get(str(error), broken)) from error


class ServiceFormLine(models.Model):
    """A field of a form, and what goes into it."""

    _name = "service.form.line"
    _description = "Field of a Form"
    _order = "sequence, id"

    form_id = fields.Many2one("service.form", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="form_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Field of the PDF", required=True, readonly=True)
    kind = fields.Selection(
        selection=[("text", "Text"), ("checkbox", "Check box"), ("choice", "Choice")],
        required=True,
        readonly=True,
        default="text",
    )
    options = fields.Text(readonly=True, help="What can be chosen, one per line.")
    source = fields.Selection(
        selection=[
            ("empty", "As it is"),
            ("record", "From the intervention"),
            ("fixed", "Always the same"),
            ("asked", "Asked from the technician"),
        ],
        string="Comes from",
        required=True,
        default="empty",
    )
    path = fields.Selection(selection=lambda self: self._selection_path(), string="Which value")
    value = fields.Char(
        string="Text",
        help="What is always written. For a check box from the intervention: it is ticked when the "
        "value is this.",
    )
    question = fields.Char(translate=True)
    required = fields.Boolean(string="Has to be answered")

    _path_told = models.Constraint(
        "CHECK (source != 'record' OR path IS NOT NULL)", "Say which value goes into the field."
    )

    @api.model
    def _selection_path(self):
        return [(path, self.env._(label)) for path, label in SOURCES.items()]

    def _get_options(self):
        return (self.options or "").splitlines()

    def _get_question(self):
        return self.question or self.name

    def _get_value(self, roots, answers):
        """What goes into the field.

        :param dict roots: records and values in which paths begin
        :param dict answers: text by line, checked
        """
        self.ensure_one()
        if self.source == "asked":
            text = answers.get(self, "")
        elif self.source == "fixed":
            text = self.value or ""
        else:
            text = self._follow(roots)
            if self.kind == "checkbox" and self.value:
                return text == self.value
        return text.lower() in YES if self.kind == "checkbox" and self.source != "record" else text

    def _follow(self, roots):
        """The value at the end of a path, as it is written on paper."""
        root, *names = self.path.split(".")
        value = roots[root]
        field, record = None, None
        for name in names:
            field, record = value._fields[name], value
            value = value.mapped(name) if len(value) > 1 or field.relational else value[name]
        if isinstance(value, list):
            return ", ".join(str(item) for item in value if item)
        if not field:
            return str(value or "")
        if field.type == "selection" and self.kind == "text":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "date":
            return format_date(self.env, value) if value else ""
        if field.type == "datetime":
            zone = roots["intervention_id"].company_id._get_service_timezone()
            return format_datetime(self.env, value, tz=zone, dt_format="short") if value else ""
        if field.type == "float":
            return formatLang(self.env, value) if record else ""
        return str(value or "")

    def _check_answer(self, value):
        """Judge what was answered and return it as text.

        :raise ValidationError: saying what is expected
        """
        self.ensure_one()
        if self.kind == "checkbox" and isinstance(value, bool):
            # Not answered is something else than no.
            value = "yes" if value else "no"
        text = "" if value in (None, False) else str(value).strip()
        if self.required and not text:
            raise UserError(
                self.env._(
                    "%(form)s: answer “%(question)s”.",
                    form=self.form_id.name,
                    question=self._get_question(),
                )
            )
        if text and self.kind == "checkbox" and text.lower() not in (*YES, *NO):
            raise ValidationError(
                self.env._(
                    "%(form)s: answer “%(question)s” with yes or no.",
                    form=self.form_id.name,
                    question=self._get_question(),
                )
            )
        if len(text) > MAX_ANSWER:
            raise ValidationError(
                self.env._(
                    "%(form)s: “%(question)s” has more than %(number)s characters.",
                    form=self.form_id.name,
                    question=self._get_question(),
                    number=MAX_ANSWER,
                )
            )
        if text and self.kind == "choice" and text not in self._get_options():
            raise ValidationError(
                self.env._(
                    "%(form)s: for “%(question)s” choose one of %(options)s.",
                    form=self.form_id.name,
                    question=self._get_question(),
                    options=", ".join(self._get_options()),
                )
            )
        return text
