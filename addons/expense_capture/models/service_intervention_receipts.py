from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# What stands around a number in the subject of a mail.
AROUND_NUMBER = "[](){}<>#:;,.\"'“”"
MAX_WORDS = 50


class ServiceIntervention(models.Model):
    """Receipts that come several at once, or without saying what they are for."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === PUBLIC METHODS === #

    @idempotent
    def add_receipts(self, files, request_uuid=None):
        """Keep several receipts of the user: a draft expense each, completed and handed in later.

        A receipt that the user has here already makes no second draft; of one that was refused
        they are told so, and why.

        :param list[dict] files: ``name`` and ``data`` (base64), one receipt each
        :return: ``{"expense_ids": […], "refused": [{"name": …, "reason": sentence}]}``
        :raise ValidationError: when none of the files can be used, with all reasons
        """
        self.ensure_one()
        # Receipts turn up after the work is done.
        self._check_may_work(allow_done=True)
        expenses_sudo = self.env["hr.expense"].sudo()
        expenses_sudo._check_shape(files)
        good, refused = [], []
        for file in files:
            try:
                expenses_sudo._check_file(file)
            except ValidationError as error:
                refused.append({"name": str(file.get("name") or ""), "reason": str(error)})
            else:
                good.append(file)
        if not good:
            raise self._all_refused(refused)
        intervention_sudo = self._lock_for_work()
        kept = {}
        for file in good:
            expense_sudo = intervention_sudo._keep_receipt(file, self.env.user)
            if expense_sudo.state == "refused":
                reason = expense_sudo._get_known_sentence()
                refused.append({"name": str(file.get("name") or ""), "reason": reason})
            else:
                kept[expense_sudo.id] = None
        if not kept:
            raise self._all_refused(refused)
        return {"expense_ids": list(kept), "refused": refused}

    def _all_refused(self, refused):
        reasons = [item["reason"] for item in refused]
        return ValidationError(
            "\n".join(reasons) or self.env._("Choose at least one photo or PDF of a receipt.")
        )

    def _keep_receipt(self, file, user):
        """The draft of a receipt; in sudo, after a check."""
        line = {
            "kind": "expense",
            "date": fields.Date.context_today(self),
            **dict.fromkeys(("employee_id", "event_id", "equipment_id", "start"), False),
        }
        employee = self._get_expense_employee(line, user)
        expenses = self.env["hr.expense"]
        checksum = expenses._check_file(file)["checksum"]
        if known := self._find_receipt(employee, checksum):
            return known
        kind = self.env["expense.kind"]._get_for_unknown()
        expense = expenses.with_company(self.company_id).create(
            {
                "intervention_id": self.id,
                "company_id": self.company_id.id,
                "employee_id": employee.id,
                "kind_id": kind.id,
                "product_id": kind.product_id.id,
                "name": self.env._("Receipt %(name)s", name=str(file.get("name") or "")[:100]),
                "date": line["date"],
                "event_id": self._get_visit(line, employee, user).id,
                "total_amount_currency": 0,
            }
        )
        receipt = expense._intake_files([file]).sudo()
        expense._message_set_main_attachment_id(receipt, force=True)
        return expense

    def _find_receipt(self, employee, checksum, but=None):
        """The expense of somebody on this intervention, or on none without one, that has a receipt
        already; rather one that wasn't refused; in sudo.

        :param but: an expense that is left out
        """
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "hr.expense"), ("checksum", "=", checksum)], order="id"
        )
        known = self.env["hr.expense"].search(
            [
                ("id", "in", attachments.mapped("res_id")),
                ("id", "!=", but.id if but else False),
                ("employee_id", "=", employee.id),
                ("intervention_id", "=", self.id),
            ],
            order="id",
        )
        return known.sorted(lambda expense: expense.state == "refused")[:1]

    # === RECEIPTS THAT COME BY MAIL OR FROM ANOTHER APP === #

    @api.model
    def _find_for_receipt(self, employee, text=""):
        """The intervention a receipt without more belongs to; in sudo.

        The one whose number is in the text, else the one somebody is on now, else the nearest
        visit of today. Without any of them: none, rather than a wrong one.

        :param str text: subject of a mail
        :return: an intervention on which the employee works, or none
        """
        if numbers := self._find_numbers(text):
            named = self.search(
                [
                    ("number", "in", numbers),
                    ("technician_ids", "in", employee.ids),
                    ("state", "!=", "cancelled"),
                ],
                limit=1,
            )
            if named:
                return named
        now = fields.Datetime.now()
        first, last = self._get_day_of(employee, now)
        attendees = self.env["calendar.attendee"].search(
            [
                ("partner_id", "in", employee._get_visit_partners().ids),
                ("event_id.active", "=", True),
                ("event_id.start", "<", last),
                ("event_id.stop", ">=", first),
                ("event_id.intervention_id.state", "!=", "cancelled"),
                ("event_id.intervention_id.technician_ids", "in", employee.ids),
            ]
        )
        present = attendees.filtered(lambda a: a.checked_in_on and not a.checked_out_on)
        nearest = (present or attendees).sorted(key=lambda a: abs(a.event_id.start - now))[:1]
        return nearest.event_id.intervention_id

    @api.model
    def _find_numbers(self, text):
        """The words of a text that are numbers of interventions, as they stand in it."""
        words = {word.strip(AROUND_NUMBER): None for word in text.split()[:MAX_WORDS]}
        words.pop("", None)
        known = set(self.search([("number", "in", list(words))]).mapped("number"))
        return [word for word in words if word in known]

    @api.model
    def _get_day_of(self, employee, moment):
        """Beginning and end of the local day of somebody, in naive UTC."""
        zone = pytz.timezone(employee._get_tz())
        day = pytz.utc.localize(moment).astimezone(zone).date()
        first, last = (
            zone.localize(datetime.combine(day, hour)).astimezone(pytz.utc).replace(tzinfo=None)
            for hour in (time.min, time.max)
        )
        return first, last
