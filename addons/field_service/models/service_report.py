import base64
import binascii
import hashlib
import io

from PIL import Image, UnidentifiedImageError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent
from odoo.addons.knowledge_base.locking import lock_rows

# Fields that may change after the customer has signed: none of them was shown.
AFTER_SIGNATURE = {"message_main_attachment_id", "activity_ids", "message_follower_ids"}
# What closing a report writes.
CLOSING_FIELDS = {
    "state",
    "number",
    "signature",
    "signed_by",
    "signer_role",
    "signed_on",
    "is_with_reservation",
    "refusal_reason",
    "closed_by_id",
    "photo_ids",
    "sha256",
    "attachment_id",
}
# Nobody can send this object from outside: only this file closes a report.
CLOSING = object()
# The technician came for nothing.
WASTED_OUTCOMES = ("wasted_call", "customer_absent")
MAX_SIGNATURE_PIXELS = 4_000_000
PHOTO_MIMETYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


class ServiceReport(models.Model):
    """The form of one or several visits (*rapportino*): signed by the customer, then frozen.

    An image signed on a screen is a simple electronic signature. Its worth comes from what is kept
    with it: the PDF and its SHA-256, the time, the name and the role, the remark.
    """

    _name = "service.report"
    _description = "Intervention Report"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_names_search = ["number", "intervention_id"]
    _mail_post_access = "read"
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, default="", index="trigram")
    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(
        related="intervention_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        related="intervention_id.partner_id", store=True, index=True, precompute=True
    )
    commercial_partner_id = fields.Many2one(
        related="intervention_id.commercial_partner_id", store=True, index=True, precompute=True
    )
    event_ids = fields.Many2many(
        "calendar.event",
        relation="service_report_event_rel",
        string="Visits",
        readonly=True,
        # Work was done on a visit also if somebody took it off the calendar.
        context={"active_test": False},
    )
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    work_line_ids = fields.One2many("service.work.line", "report_id", string="Work lines")
    checklist_answer_ids = fields.One2many(
        "service.checklist.answer", "report_id", string="Checklist"
    )
    state = fields.Selection(
        selection=[
            ("draft", "To be signed"),
            ("signed", "Signed"),
            ("unsigned", "Closed without signature"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    outcome = fields.Selection(
        selection=[
            ("solved", "Solved"),
            ("to_complete", "To be completed"),
            ("waiting_parts", "Waiting for parts"),
            ("to_quote", "To be quoted"),
            ("wasted_call", "Wasted call-out"),
            ("customer_absent", "Customer absent"),
        ],
        required=True,
        default="solved",
        tracking=True,
    )
    photo_ids = fields.Many2many(
        "ir.attachment", relation="service_report_photo_rel", readonly=True, copy=False
    )
    remark = fields.Text(help="What the customer or the technician wants to be on the report.")
    is_with_reservation = fields.Boolean(
        string="Signed with a reservation", readonly=True, copy=False
    )
    signed_by = fields.Char(readonly=True, copy=False)
    signer_role = fields.Char(string="Role", readonly=True, copy=False)
    signed_on = fields.Datetime(readonly=True, copy=False)
    signature = fields.Image(max_width=1200, max_height=600, readonly=True, copy=False)
    refusal_reason = fields.Char(string="Not signed because", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    sha256 = fields.Char(
        string="SHA-256 of the PDF", readonly=True, copy=False, index="btree_not_null"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="PDF", readonly=True, copy=False, ondelete="restrict"
    )
    amount_to_invoice = fields.Monetary(
        compute="_compute_amount_to_invoice", groups="field_service.field_service_group_price"
    )
    billing_state = fields.Selection(
        selection=[
            ("blocked", "Something is blocked"),
            ("to_bill", "To be invoiced"),
            ("billed", "Invoiced"),
            ("covered", "Nothing to invoice"),
        ],
        compute="_compute_billing_state",
        store=True,
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, number) WHERE number != ''", "There is already a report with this number."
    )
    _to_bill_idx = models.Index("(company_id, billing_state) WHERE billing_state = 'to_bill'")

    # === COMPUTE METHODS === #

    @api.depends("work_line_ids.amount_invoice", "work_line_ids.billing_state")
    def _compute_amount_to_invoice(self):
        for report in self:
            pending = report.work_line_ids.filtered(
                lambda line: line.billing_state in ("to_bill", "blocked")
            )
            report.amount_to_invoice = sum(pending.mapped("amount_invoice"))

    @api.depends("state", "work_line_ids.billing_state")
    def _compute_billing_state(self):
        for report in self:
            states = set(report.work_line_ids.mapped("billing_state"))
            order = ("blocked", "to_bill", "billed")
            report.billing_state = next((name for name in order if name in states), "covered")

    @api.depends("number", "intervention_id")
    def _compute_display_name(self):
        for report in self:
            report.display_name = report.number or self.env._(
                "Draft report of %(intervention)s", intervention=report.intervention_id.number
            )

    # === CRUD METHODS === #

    def write(self, vals):
        if self.env.context.get("field_service_closing") is not CLOSING:
            if vals.keys() & CLOSING_FIELDS:
                raise AccessError(self.env._("A report is closed by signing it only."))
            if set(vals) - self._get_fields_after_signature():
                self._check_draft()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # What isn't said is taken from the context, which a program sends too.
            given = {
                name: vals.get(name, self.env.context.get(f"default_{name}"))
                for name in CLOSING_FIELDS
            }
            if given.pop("state") not in (None, "draft") or any(given.values()):
                raise AccessError(self.env._("A report is closed by signing it only."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_draft()

    @api.model
    def _get_fields_after_signature(self):
        """Names of fields that change after the signature: none of them was shown."""
        return AFTER_SIGNATURE | {"billing_state"}

    def _check_draft(self):
        for report in self:
            if report.state != "draft":
                raise UserError(
                    self.env._(
                        "Report %(report)s is closed: what was shown to the customer stays as it "
                        "is.",
                        report=report.display_name,
                    )
                )

    # === PUBLIC METHODS === #

    @idempotent
    def sign(
        self,
        name,
        role=None,
        image=None,
        remark=None,
        collected_amount=None,
        collected_means=None,
        request_uuid=None,
    ):
        """Sign the report for the customer: it gets its number, becomes a PDF and is frozen.

        :param str name: who signs
        :param str role: in which role, e.g. *production manager*
        :param str image: the signature as drawn on the screen, base64
        :param str remark: a reservation, printed on the form
        :param float collected_amount: money taken on site, company currency
        :param str collected_means: ``cash``, ``card``, ``cheque`` or ``transfer``
        :return: ``{"number": …, "sha256": …, "signed_on": …}``
        :raise ValidationError: without a name, or with an image that is none
        """
        self.ensure_one()
        self._check_may_close()
        return self._close(
            {
                **self._prepare_signature(name, role, image, remark),
                **self._prepare_collected(collected_amount, collected_means),
            }
        )

    @idempotent
    def close_unsigned(self, reason, remark=None, request_uuid=None):
        """Close the report without a signature: nobody was there, or they wouldn't sign.

        :param str reason: why, printed on the form
        :return: as ``sign``
        """
        self.ensure_one()
        self._check_may_close()
        return self._close(self._prepare_refusal(reason, remark))

    @api.readonly
    def verify(self):
        """Compute the hash of the stored PDF again.

        :return: ``{"number": …, "sha256": …, "intact": bool}``
        """
        self.ensure_one()
        self.check_access("read")
        # Whoever may read the report may know whether its PDF is the one that was signed.
        content = self.sudo().attachment_id.raw or b""
        return {
            "number": self.number,
            "sha256": self.sha256 or "",
            "intact": bool(self.sha256) and hashlib.sha256(content).hexdigest() == self.sha256,
        }

    # === CLOSING === #

    def _check_may_close(self):
        self.check_access("read")
        self.intervention_id._check_may_work(allow_done=True)
        self._check_draft()

    def _prepare_signature(self, name, role, image, remark):
        """Judge who signs and what they have drawn.

        :return: values of the report
        """
        name = name.strip() if isinstance(name, str) else ""
        if not name:
            raise ValidationError(self.env._("Write the name of who signs."))
        role = role.strip()[:120] if isinstance(role, str) else ""
        picture = self._check_signature(image)
        remarks = self._prepare_remark(remark)
        return {
            "state": "signed",
            "signed_by": name[:120],
            "signer_role": role or False,
            "signature": picture,
            "is_with_reservation": bool(remarks),
            **remarks,
        }

    def _prepare_refusal(self, reason, remark):
        """Judge why nobody signs.

        :return: values of the report
        """
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise ValidationError(self.env._("Write why the report is not signed."))
        return {"state": "unsigned", "refusal_reason": reason, **self._prepare_remark(remark)}

    def _check_has_work(self):
        if not self.work_line_ids and self.outcome not in WASTED_OUTCOMES:
            raise UserError(self.env._("There is no work on this report. Record it first."))

    def _prepare_remark(self, remark):
        """What is said at the signature comes after what the technician has written."""
        remark = remark.strip() if isinstance(remark, str) else ""
        if not remark:
            return {}
        return {"remark": "\n".join(filter(None, [self.remark, remark]))}

    def _check_signature(self, image):
        """Judge a drawn signature by its content.

        :return: the image, base64
        """
        try:
            raw = base64.b64decode(image or "", validate=True)
            with Image.open(io.BytesIO(raw)) as picture:
                if picture.width * picture.height > MAX_SIGNATURE_PIXELS:
                    raise ValidationError(self.env._("The signature is too large an image."))
                picture.verify()
        except (
            binascii.Error,
            ValueError,
            TypeError,
            UnidentifiedImageError,
            OSError,
            # So Pillow calls broken and far too large images.
            SyntaxError,
            Image.DecompressionBombError,
        ) as error:
            raise ValidationError(
                self.env._("The signature is missing or is no image. Please sign again.")
            ) from error
        return base64.b64encode(raw)

    def _lock(self):
        """Let of two people who act on the report at once the second one wait for the first."""
        lock_rows(self)

    def _close(self, values):
        """Number, freeze, print and file the report; of two at once the second one is refused."""
        # Technicians have no right to write reports: they may close this one, which was checked.
        report_sudo = self.sudo().with_context(field_service_closing=CLOSING)
        report_sudo._lock()
        report_sudo._check_has_work()
        report_sudo._count_visits()
        sequences_sudo = self.env["ir.sequence"].sudo().with_company(report_sudo.company_id)
        photos_sudo = report_sudo._get_photos_to_take()
        report_sudo.write(
            {
                "closed_by_id": self.env.uid,
                **values,
                "number": sequences_sudo.next_by_code(self._name),
                "signed_on": fields.Datetime.now(),
            }
        )
        report_sudo._take_checklist()
        report_sudo.photo_ids = photos_sudo
        content = report_sudo._render_pdf()
        report_sudo.write(
            {
                "sha256": hashlib.sha256(content).hexdigest(),
                "attachment_id": report_sudo._create_attachment(content).id,
            }
        )
        report_sudo.work_line_ids.modified(["report_id"])
        report_sudo._send_to_customer()
        return {
            "number": report_sudo.number,
            "sha256": report_sudo.sha256,
            "signed_on": fields.Datetime.to_string(report_sudo.signed_on),
        }

    def _count_visits(self):
        """The visits of a report that is being closed were done; how they ended decides who pays
        for the call-out.
        """
        self.ensure_one()
        visits = self.event_ids | self.work_line_ids.event_id
        self.intervention_id._count_visits(visits, done=True)
        self.intervention_id._charge_lines_again(
            self.work_line_ids.filtered(
                lambda line: (line.coverage_rule or "").startswith("contract_visit")
            )
        )

    def _take_lines(self):
        """Put the work of the report's visits on it, as far as it is on no closed report."""
        self.ensure_one()
        visits = self.event_ids
        lines = self.intervention_id.work_line_ids.filtered(
            lambda line: (
                (not visits or not line.event_id or line.event_id in visits)
                and (not line.report_id or line.report_id.state == "draft")
            )
        )
        (self.work_line_ids - lines).report_id = False
        lines.report_id = self

    def _take_checklist(self):
        """The answers given so far belong to this report from now on."""
        self._get_checklist_to_take().report_id = self

    def _get_checklist_to_take(self):
        self.ensure_one()
        return self.intervention_id.checklist_answer_ids.filtered(
            lambda answer: not answer.report_id and (answer.value or answer.attachment_ids)
        )

    def _get_report_lang(self):
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _render_pdf(self):
        """The form as the customer signed it, in the customer's language."""
        self.ensure_one()
        content, _extension = (
            self.env["ir.actions.report"]
            .with_context(lang=self._get_report_lang(), force_report_rendering=True)
            ._render_qweb_pdf("field_service.service_report_report", res_ids=self.ids)
        )
        return content

    def _create_attachment(self, content):
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.number.replace('/', '-')}.pdf",
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    def _send_to_customer(self):
        """Mail the form at once to whoever should have it."""
        self.ensure_one()
        template = self.env.ref(
            "field_service.mail_template_service_report_signed", raise_if_not_found=False
        )
        recipients = self._get_recipients()
        if template and recipients:
            mail_id = template.send_mail(
                self.id,
                email_values={
                    "recipient_ids": [fields.Command.set(recipients.ids)],
                    "attachment_ids": [fields.Command.link(self.attachment_id.id)],
                },
            )
            # At once, but not before the report is really closed.
            self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()

    def _get_recipients(self):
        """Who should have the form: whoever was there and whoever asked for the work, else the
        customer.
        """
        self.ensure_one()
        intervention = self.intervention_id
        people = (intervention.contact_id | intervention.ticket_id.partner_id).filtered("email")
        return people or self.partner_id.filtered("email")

    # === PRINTING === #

    def _get_pdf(self):
        """The stored form of a closed report, a preview of a draft; after a check of access.

        :return: bytes
        """
        self.ensure_one()
        self.check_access("read")
        # The attachment belongs to the report: whoever may read the one may have the other.
        report_sudo = self.sudo()
        return report_sudo.attachment_id.raw or report_sudo._render_pdf()

    def _get_photos(self, limit=12):
        """Photos for the form, oldest first: of a draft those that signing will put on it."""
        self.ensure_one()
        photos = self._get_photos_to_take() if self.state == "draft" else self.sudo().photo_ids
        return photos.sorted("id")[:limit]

    def _get_photos_to_take(self):
        """Photos of the intervention that are on no report yet; of a job of three days each day
        has its own. None of internal notes.
        """
        self.ensure_one()
        intervention_sudo = self.intervention_id.sudo()
        photos_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", intervention_sudo._name),
                    ("res_id", "=", intervention_sudo.id),
                    ("mimetype", "in", PHOTO_MIMETYPES),
                ]
            )
        )
        notes_sudo = photos_sudo._of_internal_notes()
        return photos_sudo - notes_sudo - intervention_sudo.report_ids.photo_ids

    # === ACTIONS === #

    def action_sign(self):
        """Open the dialog in which the customer signs."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_report_sign_action"
        )
        action["context"] = {"default_report_id": self.id}
        return action

    def action_print(self):
        """Print the form: of a closed report always the PDF that was filed."""
        self.ensure_one()
        self.check_access("read")
        if self.attachment_id:
            return {
                "type": "ir.actions.act_url",
                "url": f"/web/content/{self.attachment_id.id}?download=true",
                "target": "new",
            }
        return self.env.ref("field_service.service_report_report").report_action(self)
