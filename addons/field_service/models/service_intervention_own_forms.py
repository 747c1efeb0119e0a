from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount, format_date, formatLang

from ..printing import format_moment, shrink_photo, shrink_signature
from .service_form_document import FILLING
from .service_report import PHOTO_MIMETYPES

MAX_REMARK = 4000
PRICE_GROUP = "field_service.field_service_group_price"


class ServiceIntervention(models.Model):
    """Campo's own forms: maintenance checklist, acceptance-test report and warranty claim.

    Printed at any time with what is known so far, without a number; filled in, they are numbered,
    signed if somebody signs, and filed like every other form.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === FILING === #

    def _check_own_form(self, form, closing):
        """Judge what one of Campo's own forms is closed with; in sudo.

        :return: values of the document
        """
        if not isinstance(closing, dict):
            raise ValidationError(self.env._("Say how the form is closed."))
        remark, name, role = (
            value.strip() if isinstance(value := closing.get(key), str) else ""
            for key in ("remark", "name", "role")
        )
        values = {"remark": remark[:MAX_REMARK] or False}
        if form.kind == "claim":
            if not self._get_claimed_lines():
                raise UserError(
                    self.env._("No work here is charged to a manufacturer: nothing is claimed.")
                )
            # Nobody tells others what they may not see themselves.
            return {**values, "has_prices": self.env.user.has_group(PRICE_GROUP)}
        if form.kind == "acceptance":
            results = dict(self.env["service.form.document"]._fields["result"].selection)
            if closing.get("result") not in results:
                raise ValidationError(self.env._("Say whether the acceptance test was passed."))
            values["result"] = closing["result"]
        if form.kind == "acceptance" or name or closing.get("image"):
            if not name:
                raise ValidationError(self.env._("Write the name of who signs."))
            values |= {
                "signed_by": name[:120],
                "signer_role": role[:120] or False,
                "signature": self.env["service.report"]._check_signature(closing.get("image")),
            }
        return values

    def _file_own_form(self, form, values):
        """Number, print and file one of Campo's own forms; in sudo, after the checks."""
        number = form.sequence_id.next_by_id()
        document = self._create_form_document(form, number, **values)
        document = document.with_context(field_service_filling=FILLING)
        content, _kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("field_service.service_form_document_report", res_ids=document.ids)
        )
        return self._file_form(form, number, content, document=document)

    # === PRINTING === #

    def _get_own_form_lang(self, kind):
        """The language of who reads it: the customer, or the manufacturer who is to pay."""
        self.ensure_one()
        # Whoever prints it needn't be able to read people.
        intervention_sudo = self.sudo()
        reader = intervention_sudo.partner_id
        if kind == "claim":
            reader = intervention_sudo._get_claimed_lines().payer_id[:1] or reader
        return reader.lang or intervention_sudo.company_id.partner_id.lang or self.env.lang

    def _get_own_form_values(self, kind, report=None, document=None):
        """Everything on one of Campo's own forms, in the environment's language.

        Amounts only for who may see prices.

        :param str kind: as in ``service.form``, not ``pdf``
        :param recordset report: only what was answered for this report
        :param recordset document: the form that is being filed; without, it is a draft
        :return: dict of texts and of lists of texts
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_read_own_form(kind)
        # As with the report: whoever may read the intervention may read its forms.
        intervention_sudo = self.sudo()
        document = document or self.env["service.form.document"]
        people = intervention_sudo._get_form_people()
        values = {
            "kind": kind,
            "number": document.number or "",
            "subject": intervention_sudo.name,
            "customer": {**people, "phones": [], "access_note": ""},
            "facts": intervention_sudo._get_own_form_facts(kind, report),
            "equipment": intervention_sudo._get_form_equipment(),
            "remark": document.sudo().remark or "",
            "result": document.sudo().result or "",
            "signature": intervention_sudo._get_own_form_signature(document.sudo()),
        }
        if kind == "claim":
            return {**values, **self._get_claim_values()}
        answers_sudo = intervention_sudo.checklist_answer_ids
        if report:
            taken = report.sudo().checklist_answer_ids or report.sudo()._get_checklist_to_take()
            answers_sudo &= taken
        return {**values, "answers": answers_sudo._get_form_answers(photos=True)}

    def _check_may_read_own_form(self, kind):
        """Refuse forms that aren't closed yet to customers, and claims to everybody outside."""
        user = self.env.user
        if not user.share or self.env.su:
            return
        # Portal users read no employees; who is on the crew is asked for the user only.
        if kind == "claim" or user not in self.sudo().technician_ids.user_id:
            raise AccessError(self.env._("This form is not for you."))

    def _get_own_form_facts(self, kind, report):
        """Labels and what stands beside them; what is empty is left out."""
        _ = self.env._
        closed = (report and report.sudo()) or self.report_ids.filtered("number").sorted("id")[-1:]
        facts = [
            (_("Date"), format_date(self.env, closed.date or self._get_report_date([]))),
            (_("Intervention"), self.number),
            (_("Report"), closed.number),
            (_("Technicians"), ", ".join(self.technician_ids.mapped("name"))),
            *self._get_form_references(),
        ]
        if kind == "maintenance":
            dates = [day for day in self.equipment_ids.mapped("next_legal_date") if day]
            due = format_date(self.env, min(dates)) if dates else ""
            facts.append((_("Next legal inspection"), due))
        return [(label, value) for label, value in facts if value]

    def _get_own_form_signature(self, document):
        timezone = self.company_id._get_service_timezone()
        signed_on = document.filled_on if document.signed_by else False
        return {
            "image": shrink_signature(document.signature),
            "signed_by": ", ".join(filter(None, [document.signed_by, document.signer_role])),
            "signed_on": format_moment(self.env, signed_on, timezone),
            "filled_by": document.filled_by_id.name or "",
            "filled_on": format_moment(self.env, document.filled_on, timezone),
        }

    # === WARRANTY CLAIM === #

    def _get_claimed_lines(self):
        """Work that a manufacturer's warranty pays for."""
        self.ensure_one()
        ours = self.company_id.partner_id | self.commercial_partner_id
        return self.work_line_ids.filtered(
            lambda line: line.coverage == "warranty" and line.payer_id.commercial_partner_id - ours
        )

    def _get_claim_values(self):
        """What is claimed, from whom and why; amounts with the user's own right only."""
        intervention_sudo = self.sudo()
        lines_sudo = intervention_sudo._get_claimed_lines()
        payers = lines_sudo.payer_id
        kinds = dict(lines_sudo._fields["kind"]._description_selection(self.env))
        with_prices = self.env.user.has_group(PRICE_GROUP)
        lines = [
            {
                "date": format_date(self.env, line.date),
                "title": ": ".join(dict.fromkeys((kinds[line.kind], line.name))),
                "equipment": line.equipment_id.display_name or "",
                "employee": line.employee_id.name or "",
                "quantity": f"{formatLang(self.env, line.quantity)} {line.uom_id.name}",
                "reason": line.coverage_reason or "",
                "price": format_amount(self.env, line.price_unit, line.currency_id)
                if with_prices
                else "",
                "amount": format_amount(self.env, line.amount_invoice, line.currency_id)
                if with_prices
                else "",
            }
            for line in lines_sudo.sorted(lambda line: (line.date, line.id))
        ]
        total = sum(lines_sudo.mapped("amount_invoice")) if with_prices else 0.0
        return {
            "payers": payers.mapped("display_name"),
            "terms": intervention_sudo._get_claim_terms(),
            "cause": " – ".join(
                filter(None, [intervention_sudo.cause_id.name, intervention_sudo.cause])
            ),
            "solution": intervention_sudo.solution or "",
            "lines": lines,
            "with_prices": with_prices,
            "total": format_amount(self.env, total, intervention_sudo.company_id.currency_id),
            "photos": intervention_sudo._get_claim_photos(),
        }

    def _get_claim_terms(self):
        """What the warranty of each machine promises."""
        starts = self.env["service.warranty.term"]._fields["start_event"]
        labels = dict(starts._description_selection(self.env))
        return [
            {
                "equipment": item.display_name,
                "term": item.warranty_term_id.name or "",
                "start_event": labels.get(item.warranty_term_id.start_event, ""),
                "installed": format_date(self.env, item.installation_date or ""),
                "until": format_date(self.env, item.warranty_end_date or ""),
            }
            for item in self.equipment_ids
        ]

    def _get_claim_photos(self, limit=12):
        photos_sudo = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("mimetype", "in", PHOTO_MIMETYPES),
            ],
            order="id",
        )
        photos_sudo = (photos_sudo - photos_sudo._of_internal_notes())[:limit]
        uris = (shrink_photo(photo.raw) for photo in photos_sudo)
        return [uri for uri in uris if uri]
