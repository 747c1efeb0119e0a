import hashlib
import json
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import is_id
from ..signed import MAILING, read_link, sign_link

SCOPE = "field_service.report"
# Whoever hasn't signed after so long is asked again.
LINK_DAYS = timedelta(days=30)
ASK_AGAIN = timedelta(minutes=1)
MAX_SIGNATORIES = 80
# How a report was asked for and closed: by hand it would be untrue.
KEPT_FIELDS = {"closed_by_id", "is_closed_by_link", "sign_asked_id", "sign_asked_on"}


class ServiceReport(models.Model):
    """The link by which a person of the customer reads a draft and signs or refuses it.

    It names the report, the person, the report's counter of links and the person's counter of
    revoked ones; it expires, and by itself it shows a page and changes nothing. A closed report has
    no link any more, and one asked of somebody else replaces the one before.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    sign_asked_id = fields.Many2one(
        "res.partner",
        string="Signature asked from",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Has been mailed a link to read the report and to sign it.",
    )
    sign_asked_on = fields.Datetime(string="Signature asked on", readonly=True, copy=False)
    # Out of everybody's reach: who lowers it makes old links work again.
    sign_link_version = fields.Integer(
        copy=False, groups=fields.NO_ACCESS, export_string_translation=False
    )
    is_closed_by_link = fields.Boolean(
        readonly=True,
        copy=False,
        help="Signed or refused by the link in the mail, without a login.",
    )

    # === CRUD METHODS === #

    def _has_field_access(self, field, operation):
        """Override of `base`: what Campo keeps is written by its own methods, in sudo, only."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name not in KEPT_FIELDS
        )

    # === PUBLIC METHODS === #

    @idempotent
    def ask_signature(self, partner_id=None, request_uuid=None):
        """Mail a person of the customer a link to read the draft and to sign it.

        Dispatchers and the crew; from outside only the one who is asked without ``partner_id``. A
        link mailed before, to whomever, is worth nothing any more.

        :param int partner_id: who is asked; without, the contact on site or who asked for the work
        :return: ``{"name": …, "valid_until": …}``
        :raise ValidationError: for somebody who is not of the customer or has no e-mail address
        :raise UserError: within a minute after somebody was asked
        """
        self.ensure_one()
        self._check_may_close()
        # Technicians have no right to write reports: they may ask for this one's signature.
        report_sudo = self.sudo()
        report_sudo._lock()
        report_sudo._check_has_work()
        person_sudo = report_sudo._check_signatory(partner_id)
        report_sudo._check_not_just_asked()
        report_sudo.write(
            {
                "sign_asked_id": person_sudo.id,
                "sign_asked_on": fields.Datetime.now(),
                "sign_link_version": report_sudo.sign_link_version + 1,
            }
        )
        report_sudo._send_sign_link()
        return {
            "name": person_sudo.name,
            "valid_until": fields.Datetime.to_string(report_sudo._get_sign_link_end()),
        }

    @idempotent
    def withdraw_signature(self, request_uuid=None):
        """Make the link worthless that was mailed to have this draft signed.

        :return: ``{"withdrawn": bool}``
        """
        self.ensure_one()
        self._check_may_close()
        report_sudo = self.sudo()
        asked = bool(report_sudo.sign_asked_id)
        report_sudo.write(
            {
                # When it was asked stays: withdrawn and asked again is asked twice, too.
                "sign_asked_id": False,
                "sign_link_version": report_sudo.sign_link_version + 1,
            }
        )
        return {"withdrawn": asked}

    @api.model
    @idempotent
    def sign_by_link(
        self, token, shown, name, role=None, image=None, remark=None, request_uuid=None
    ):
        """Sign the report that a link is for, as the person it was mailed to.

        :param str token: of the signed link
        :param str shown: fingerprint of what the page has shown, as ``_get_sign_page`` gives it
        :return: as ``sign``
        :raise AccessError: for a link that is worth nothing
        :raise UserError: if the report isn't any more what was shown
        """
        report_sudo = self._open_by_link(token, shown)
        values = report_sudo._prepare_signature(name, role, image, remark)
        return report_sudo._close_by_link(values)

    @api.model
    @idempotent
    def refuse_by_link(self, token, shown, reason, request_uuid=None):
        """Refuse to sign the report that a link is for: it is closed without a signature.

        :param str reason: why, printed on the form
        :return: as ``sign``
        """
        report_sudo = self._open_by_link(token, shown)
        return report_sudo._close_by_link(report_sudo._prepare_refusal(reason, None))

    # === WHO IS ASKED === #

    def _get_signatories(self):
        """Persons who may be asked to sign, the one who was there first; in sudo."""
        self.ensure_one()
        # Not everybody on the crew reads people; whom they work for they know.
        report_sudo = self.sudo()
        intervention_sudo = report_sudo.intervention_id
        people_sudo = (
            intervention_sudo.contact_id
            | intervention_sudo.ticket_id.partner_id
            | report_sudo.partner_id
        ).filtered("email")
        companies_sudo = report_sudo.commercial_partner_id | intervention_sudo.on_behalf_id
        domain = Domain("commercial_partner_id", "in", companies_sudo.commercial_partner_id.ids)
        return people_sudo | people_sudo.search(
            domain & Domain("email", "!=", False), limit=MAX_SIGNATORIES
        )

    def _check_signatory(self, partner_id):
        people_sudo = self._get_signatories()
        if partner_id:
            people_sudo = people_sudo.filtered(lambda person: person.id == partner_id)
            if not is_id(partner_id) or not people_sudo:
                raise ValidationError(
                    self.env._("Choose somebody of the customer who has an e-mail address.")
                )
            # Whom else the customer has is no business of people outside.
            if self.env.user.share and people_sudo != self._get_signatories()[:1]:
                raise ValidationError(self.env._("Only the office may ask somebody else to sign."))
        if not people_sudo:
            raise ValidationError(
                self.env._(
                    "Nobody of %(customer)s has an e-mail address. Add one to the contact on site.",
                    customer=self.commercial_partner_id.name,
                )
            )
        return people_sudo[:1]

    def _check_not_just_asked(self):
        """Mail nobody twice because of two taps, and nobody a hundred times."""
        asked_on = self.sign_asked_on
        if asked_on and fields.Datetime.now() - asked_on < ASK_AGAIN:
            raise UserError(
                self.env._(
                    "%(name)s has just been asked to sign. Ask again in a minute.",
                    name=self.sign_asked_id.name or self.commercial_partner_id.name,
                )
            )

    # === THE LINK === #

    def _get_sign_link(self):
        """Address of the page on which the person who was asked reads and signs.

        Empty unless it is being mailed: who tries the template out would sign for them.
        """
        self.ensure_one()
        token = self._get_sign_token()
        return f"{self.get_base_url()}/service/report/{token}" if token else ""

    def _get_sign_token(self):
        self.ensure_one()
        if self.env.context.get("field_service_mailing") is not MAILING:
            return ""
        report_sudo = self.sudo()
        person_sudo = report_sudo.sign_asked_id
        values = [
            report_sudo.id,
            person_sudo.id,
            report_sudo.sign_link_version,
            person_sudo.visit_link_version,
        ]
        return sign_link(
            self.env, SCOPE, values, expiration=pytz.utc.localize(self._get_sign_link_end())
        )

    def _get_sign_link_end(self):
        # Odoo tries a mail template out on any report.
        return (self.sign_asked_on or fields.Datetime.now()) + LINK_DAYS

    @api.model
    def _find_by_sign_token(self, token):
        """The draft that a link is for, in sudo; none for a link that is worth nothing."""
        # Public visitors read no reports: the signature says which one is shown to them.
        reports_sudo = self.sudo()
        values = read_link(self.env, SCOPE, token)
        if len(values) != 4:
            return reports_sudo.browse()
        report_id, partner_id, version, person_version = values
        report_sudo = reports_sudo.browse(report_id).exists()
        if (
            not report_sudo.sign_asked_id
            or report_sudo.sign_asked_id.id != partner_id
            or report_sudo.sign_link_version != version
            or report_sudo.sign_asked_id.visit_link_version != person_version
            or report_sudo.state != "draft"
            or report_sudo.intervention_id.state == "cancelled"
        ):
            return reports_sudo.browse()
        return report_sudo

    def _open_by_link(self, token, shown):
        """The draft that a link is for, in sudo, if it is still what was shown."""
        report_sudo = self._find_by_sign_token(token)
        if not report_sudo:
            raise AccessError(self.env._("This link does not work any more."))
        if shown != report_sudo._get_shown_hash():
            raise UserError(
                self.env._(
                    "The report has been changed since you opened this page. Please read it again."
                )
            )
        return report_sudo

    def _get_shown_hash(self):
        """Fingerprint of a draft: nobody signs what was changed while they read."""
        self.ensure_one()
        report = self.with_context(lang=self._get_report_lang())
        answers = report._get_checklist_to_take()
        shown = [
            report._get_form_texts(),
            report._get_photos().ids,
            answers.attachment_ids.ids,
        ]
        return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()

    @api.model
    def _get_sign_frame(self, token):
        """Who asks whom, in which language; empty for a worthless link."""
        report_sudo = self._find_by_sign_token(token)
        if not report_sudo:
            return {}
        company = report_sudo.company_id
        return {
            "lang": report_sudo.sign_asked_id.lang or report_sudo._get_report_lang(),
            "person": report_sudo.sign_asked_id.name,
            "company": company.name,
            "phone": company.phone or "",
            "email": company.email or "",
        }

    @api.model
    def _get_sign_page(self, token):
        """What the page of a link shows, in the person's language; empty for a worthless link.

        It is what the form will say, without prices, and nothing else.
        """
        frame = self._get_sign_frame(token)
        if not frame:
            return {}
        report_sudo = self._find_by_sign_token(token).with_context(lang=frame["lang"])
        return {
            **frame,
            "name": report_sudo.display_name,
            "number": report_sudo.intervention_id.number,
            "form": report_sudo._get_form_values(),
            "amends": report_sudo.amends_id.number or "",
            "amendment_reason": report_sudo.amendment_reason or "",
            "shown": report_sudo._get_shown_hash(),
            "role": report_sudo.sign_asked_id.function or "",
            "valid_until": format_date(report_sudo.env, report_sudo._get_sign_link_end()),
        }

    @api.model
    def _get_sign_pdf(self, token):
        """The form as it will be, for whoever holds the link; empty for a worthless one.

        :raise UserError: while the same PDF is being made: it costs a moment, one at a time
        """
        report_sudo = self._find_by_sign_token(token)
        if not report_sudo:
            return b""
        if not report_sudo._take_pdf_turn():
            raise UserError(
                self.env._("This PDF is being made already. Try again in a few seconds.")
            )
        return report_sudo._render_pdf()

    def _take_pdf_turn(self):
        """Whether nobody else is having this PDF made; until the end of the transaction.

        SQL: a lock that no row has to be written for.
        """
        lock = SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", SCOPE, self.id)
        return self.env.execute_query(lock)[0][0]

    # === WHAT COMES OF IT === #

    def _close_by_link(self, values):
        """Close the report for the person of the link and tell the dispatcher."""
        self.ensure_one()
        person = self.sign_asked_id
        result = self._close({**values, "closed_by_id": False, "is_closed_by_link": True})
        # Dispatchers read their own language.
        dispatcher = self.intervention_id.user_id
        texts = self.with_context(lang=dispatcher.lang or self.env.lang).env
        body = (
            texts._("%(name)s has signed report %(report)s.", name=person.name, report=self.number)
            if self.state == "signed"
            else texts._(
                "%(name)s has not signed report %(report)s: %(reason)s",
                name=person.name,
                report=self.number,
                reason=self.refusal_reason,
            )
        )
        self.intervention_id.message_post(
            body=body,
            author_id=person.id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=dispatcher.partner_id.ids,
        )
        return result

    def _get_recipients(self):
        """Override: whoever has signed by the link has the form in any case."""
        by_link = self.sign_asked_id if self.is_closed_by_link else self.sign_asked_id.browse()
        return by_link.filtered("email") | super()._get_recipients()

    def _send_sign_link(self):
        """Mail the link, and nothing of it to the report's messages: others read those."""
        self.ensure_one()
        template = self.env.ref(
            "field_service.mail_template_service_report_to_sign", raise_if_not_found=False
        )
        if not template:
            return
        mail_id = template.with_context(field_service_mailing=MAILING).send_mail(
            self.id,
            email_values={
                "recipient_ids": [fields.Command.set(self.sign_asked_id.ids)],
                "model": False,
                "res_id": False,
            },
        )
        self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()

    # === ACTIONS === #

    def action_ask_signature(self):
        """Open the dialog that asks who is to sign."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_report_ask_action"
        )
        action["context"] = {"default_report_id": self.id}
        return action

    def action_withdraw_signature(self):
        """Make the link worthless that was mailed."""
        self.withdraw_signature()
