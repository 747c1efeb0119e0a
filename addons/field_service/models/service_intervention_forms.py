import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from .. import pdf_forms
from ..checking import is_id
from .service_form_document import FILLING


class ServiceIntervention(models.Model):
    """Forms of the firm and of authorities: filled in on the job, needed to finish it."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    form_document_ids = fields.One2many(
        "service.form.document", "intervention_id", string="Filled forms", copy=False
    )
    form_document_count = fields.Integer(
        string="Forms", compute="_compute_form_document_count", compute_sudo=True
    )
    has_forms = fields.Boolean(compute="_compute_has_forms")

    @api.depends("form_document_ids")
    def _compute_form_document_count(self):
        for intervention in self:
            intervention.form_document_count = len(intervention.form_document_ids)

    @api.depends("company_id")
    def _compute_has_forms(self):
        # That a firm has forms is no secret.
        forms_sudo = self.env["service.form"].sudo()
        companies = {
            company
            for [company] in forms_sudo._read_group(
                [("company_id", "in", self.company_id.ids)], ["company_id"]
            )
        }
        for intervention in self:
            intervention.has_forms = intervention.company_id in companies

    # === PUBLIC METHODS === #

    @idempotent
    def fill_form(self, form_id, answers=None, closing=None, request_uuid=None):
        """Fill in one of the company's forms for this intervention and file it.

        :param int form_id: ``service.form``
        :param list[dict] answers: ``line_id`` and ``value`` of what the form asks; a check box is
            ``yes`` or ``no``
        :param dict closing: what one of Campo's own forms is closed with: ``result`` (``passed``,
            ``reservation``, ``failed``), ``remark``, ``name``, ``role`` and ``image`` of who signs
        :return: ``{"document_id", "number", "sha256"}``
        :raise UserError: naming what is missing, or what is wrong with the form
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        intervention_sudo = self._lock_for_work()
        form_sudo = intervention_sudo._get_forms().filtered(lambda form: form.id == form_id)
        if not is_id(form_id) or not form_sudo:
            raise ValidationError(self.env._("This form is not there any more."))
        if form_sudo.kind == "pdf":
            told = intervention_sudo._check_form_answers(form_sudo, answers or [])
            lang = intervention_sudo.company_id.partner_id.lang or self.env.lang
            document = intervention_sudo.with_context(lang=lang)._fill_form(form_sudo, told)
        else:
            values = intervention_sudo._check_own_form(form_sudo, closing or {})
            document = intervention_sudo._file_own_form(form_sudo, values)
        return {
            "document_id": document.id,
            "number": document.number,
            "sha256": document.sha256,
        }

    # === BUSINESS METHODS === #

    def _get_forms(self, needed=False):
        """Forms of the intervention's company, those its type needs first; in sudo.

        :param bool needed: only those without which it can't be closed
        """
        self.ensure_one()
        # Portal technicians read no forms: which there are is told by whoever may work here.
        forms_sudo = self.env["service.form"].sudo()
        intervention_sudo = self.sudo()
        domain = [("company_id", "=", intervention_sudo.company_id.id)]
        if needed:
            domain.append(("type_ids", "in", intervention_sudo.type_id.ids))
        elif self.env.user.share:
            # What a manufacturer is to pay is claimed by the office.
            domain.append(("kind", "!=", "claim"))
        found = forms_sudo.search(domain)
        return found.sorted(lambda form: intervention_sudo.type_id not in form.type_ids)

    def _check_form_answers(self, form, answers):
        """What was answered, by line; judged before anything is stored."""
        if not isinstance(answers, list) or not all(isinstance(item, dict) for item in answers):
            raise ValidationError(self.env._("Send the answers as a list."))
        asked = form.line_ids.filtered(lambda line: line.source == "asked")
        by_id = {line.id: line for line in asked}
        given = {}
        for answer in answers:
            line_id = answer.get("line_id")
            if not is_id(line_id) or line_id not in by_id:
                raise ValidationError(self.env._("This question is not on the form."))
            given[line_id] = answer.get("value")
        return {line: line._check_answer(given.get(line.id)) for line in asked}

    def _fill_form(self, form, answers):
        """Number, fill, flatten and file a form; in sudo, after the checks."""
        number = form.sequence_id.next_by_id()
        form = form.with_env(self.env)
        roots = self._get_form_roots(number)
        values = {
            line.name: line.with_env(self.env)._get_value(roots, answers)
            for line in form.line_ids
            if line.source != "empty"
        }
        with form._telling_why():
            raw = base64.b64decode(form.with_context(bin_size=False).file)
            content = pdf_forms.fill(raw, values)
        return self._file_form(form, number, content)

    def _file_form(self, form, number, content, document=None, **values):
        """Keep what was filled in; it is nobody's to change from then on.

        :param recordset document: the one that the content was printed from, if it was
        """
        values["sha256"] = hashlib.sha256(content).hexdigest()
        if document:
            document.write(values)
        else:
            document = self._create_form_document(form, number, **values)
        document.attachment_id = self.env["ir.attachment"].create(
            {
                "name": f"{form.name} {number}.pdf".replace("/", "-"),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": document._name,
                "res_id": document.id,
            }
        )
        return document

    def _create_form_document(self, form, number, **values):
        documents = self.env["service.form.document"].with_context(field_service_filling=FILLING)
        return documents.create(
            {
                "number": number,
                "form_id": form.id,
                "intervention_id": self.id,
                "filled_by_id": self.env.uid,
                "filled_on": fields.Datetime.now(),
                **values,
            }
        )

    def _get_form_roots(self, number):
        """Where the paths of a form's fields begin."""
        closed = self.report_ids.filtered(lambda report: report.state != "draft")
        return {
            "number": number,
            "today": format_date(self.env, fields.Date.context_today(self)),
            "user_id": self.env.user,
            "intervention_id": self,
            "technician_ids": self.technician_ids,
            "report_id": closed.sorted("id")[-1:],
            "equipment_id": self.equipment_ids[:1],
            "customer_id": self.commercial_partner_id,
            "site_id": self.site_id or self.partner_id,
            "contact_id": self.contact_id,
            "company_id": self.company_id.partner_id,
        }

    def _get_missing_to_close(self):
        """Override to ask for the forms that the type of work needs."""
        missing = super()._get_missing_to_close()
        filled = self.form_document_ids.form_id
        for form in self._get_forms(needed=True) - filled.sudo():
            missing.append(self.env._("form: %(form)s", form=form.name))
        return missing

    # === ACTIONS === #

    def action_fill_form(self):
        """Open the dialog that fills in a form."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_fill_form_action"
        )
        forms = self._get_forms()
        missing = self._get_forms(needed=True) - self.sudo().form_document_ids.form_id
        if not forms:
            raise UserError(self.env._("There are no forms yet. The office can upload them."))
        action["context"] = {
            "default_intervention_id": self.id,
            "default_form_id": (missing or forms)[:1].id,
        }
        return action

    def action_view_forms(self):
        """Open the forms filled in for this intervention."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_form_document_action"
        )
        action["domain"] = [("intervention_id", "=", self.id)]
        return action
