from odoo import models
from odoo.tools import format_amount, format_date, formatLang

from ..printing import (
    format_moment,
    format_stretch,
    format_times,
    shrink_photo,
    shrink_signature,
)
from .service_rate import KIND_SELECTION
from .service_work_line import TIME_KINDS


class ServiceReport(models.Model):
    """What is printed on the form: texts in the language of the environment, nothing to decide."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    def _get_form_values(self):
        """Everything on the form but prices.

        :return: dict of texts and of lists of texts
        """
        self.ensure_one()
        self.check_access("read")
        # Whoever may read the report may read its form; names of people, job orders and photos on
        # it are not all theirs to read elsewhere.
        report_sudo = self.sudo()
        return {
            **report_sudo._get_form_texts(),
            "photos": report_sudo._get_form_photos(),
            "signature": report_sudo._get_form_signature(),
        }

    def _get_form_texts(self):
        """What whoever signs agrees to, as far as it is text; in sudo, after a check."""
        self.ensure_one()
        intervention = self.intervention_id
        return {
            "subject": intervention.name,
            "customer": self._get_form_customer(),
            "facts": self._get_form_facts(),
            "equipment": intervention._get_form_equipment(),
            "work_to_do": intervention._get_form_description(),
            "findings": self._get_form_findings(),
            "visits": self._get_form_visits(),
            "lines": self._get_form_lines(),
            "totals": self._get_form_totals(),
            "answers": self._get_form_answers(),
        }

    def _get_form_prices(self):
        """Prices of the lines, by line, read with the user's own right to see prices.

        :return: dict of line id to texts, and the total under ``"total"``
        """
        self.ensure_one()
        self.check_access("read")
        lines = self.work_line_ids
        prices = {
            line.id: {
                "quantity": " ".join(
                    [formatLang(self.env, line.quantity_invoice), line._get_billed_uom().name]
                ),
                "price": format_amount(self.env, line.price_unit, line.currency_id),
                "discount": line.discount and f"−{formatLang(self.env, line.discount, digits=0)} %",
                "amount": format_amount(self.env, line.amount_invoice, line.currency_id),
            }
            for line in lines
        }
        total = sum(lines.mapped("amount_invoice"))
        return {**prices, "total": format_amount(self.env, total, self.currency_id)}

    def _get_form_customer(self):
        people = self.intervention_id._get_form_people()
        # How to get in is for the crew, not for everybody who gets the report.
        told = ("name", "address", "site", "site_address", "contact")
        return {
            **{name: people[name] for name in told},
            "vat": self.commercial_partner_id.vat or "",
        }

    def _get_form_facts(self):
        """Labels and what stands beside them; what is empty is left out."""
        intervention = self.intervention_id
        _ = self.env._
        facts = [
            (_("Date"), format_date(self.env, self.date)),
            (_("Outcome"), self._get_label("outcome")),
            (_("Intervention"), intervention.number),
            *intervention._get_form_references(),
        ]
        return [(label, value) for label, value in facts if value]

    def _get_form_findings(self):
        intervention = self.intervention_id
        cause = " – ".join(filter(None, [intervention.cause_id.name, intervention.cause]))
        _ = self.env._
        findings = [
            (_("Cause"), cause),
            (_("Solution"), intervention.solution),
            (_("Remarks"), self.remark),
        ]
        return [(label, value) for label, value in findings if value]

    def _get_form_visits(self):
        """When who was there: the visits of this report, or those of the work on it."""
        visits = self.event_ids or self.work_line_ids.event_id
        crew = self.intervention_id.technician_ids | self.work_line_ids.employee_id
        partners = crew._get_visit_partners()
        timezone = self.company_id._get_service_timezone()
        return [
            {
                "planned": format_stretch(self.env, visit.start, visit.stop, timezone),
                "people": [
                    {
                        "name": attendee.common_name,
                        "on_site": format_stretch(
                            self.env, attendee.checked_in_on, attendee.checked_out_on, timezone
                        ),
                    }
                    for attendee in visit.attendee_ids
                    if attendee.partner_id in partners or attendee.checked_in_on
                ],
            }
            for visit in visits.sorted("start")
        ]

    def _get_form_lines(self):
        lines = self.work_line_ids
        timezone = self.company_id._get_service_timezone()
        kinds, bands, coverages = (
            dict(lines._fields[name]._description_selection(self.env))
            for name in ("kind", "time_band", "coverage")
        )
        several = len(self.intervention_id.equipment_ids) > 1
        return [
            {
                "id": line.id,
                "date": format_date(self.env, line.date),
                "time": format_times(self.env, line.start, line.stop, timezone),
                "employee": line.employee_id.name or "",
                "title": ": ".join(dict.fromkeys((kinds[line.kind], line.name))),
                "equipment": line.equipment_id.display_name if several else "",
                "band": bands.get(line.time_band, ""),
                "quantity": f"{formatLang(self.env, line.quantity)} {line.uom_id.name}",
                "coverage": coverages[line.coverage],
                "reason": line.coverage_reason,
            }
            for line in lines.sorted(lambda line: (line.date, line.start or line.create_date))
        ]

    def _get_form_totals(self):
        """Hours and kilometres by kind of work, in the order of the kinds."""
        labels = dict(self.work_line_ids._fields["kind"]._description_selection(self.env))
        totals = []
        for kind, _label in KIND_SELECTION:
            lines = self.work_line_ids.filtered(lambda line, kind=kind: line.kind == kind)
            if lines and kind in (*TIME_KINDS, "mileage"):
                total = formatLang(self.env, sum(lines.mapped("quantity")))
                totals.append((labels[kind], f"{total} {lines[:1].uom_id.name}"))
        return totals

    def _get_form_answers(self):
        """Answers that belong to this report; of a draft those that signing will put on it."""
        answers = self.checklist_answer_ids
        if self.state == "draft":
            answers = self._get_checklist_to_take()
        return answers._get_form_answers()

    def _get_form_photos(self):
        """Photos by what they show, small enough for a file that is mailed."""
        photos = {"before": [], "after": [], "other": []}
        for attachment in self._get_photos():
            if uri := shrink_photo(attachment.raw):
                kind = attachment.description if attachment.description in photos else "other"
                photos[kind].append(uri)
        return [(kind, uris) for kind, uris in photos.items() if uris]

    def _get_form_signature(self):
        timezone = self.company_id._get_service_timezone()
        return {
            "image": shrink_signature(self.signature),
            "signed_by": ", ".join(filter(None, [self.signed_by, self.signer_role])),
            "signed_on": format_moment(self.env, self.signed_on, timezone),
            "closed_by": self.closed_by_id.name or "",
            "by_link": self._get_form_link(),
        }

    def _get_form_link(self):
        """How a report was closed that nobody of ours has closed; empty for any other."""
        if not self.is_closed_by_link:
            return ""
        timezone = self.company_id._get_service_timezone()
        return self.env._(
            "By the link mailed to %(name)s (%(email)s) on %(moment)s.",
            name=self.sign_asked_id.name,
            email=self.sign_asked_id.email,
            moment=format_moment(self.env, self.sign_asked_on, timezone),
        )

    def _get_label(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")
