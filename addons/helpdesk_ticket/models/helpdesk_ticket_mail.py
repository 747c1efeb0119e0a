from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.mail import append_content_to_html

from .helpdesk_ticket_mail_intake import MAX_NAME

# Who asks in these ways wants to read that we know of it, and the number.
ACKNOWLEDGED_CHANNELS = {"portal", "email", "phone"}


class HelpdeskTicket(models.Model):
    """Mail: a message to a team opens a ticket, a reply joins it, a late reply opens it again."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # === MAIL GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        custom_values = custom_values or {}
        company_id = custom_values.get("company_id") or self.env.company.id
        company = self.env["res.company"].browse(company_id)
        # What the desk reads is in the language of the house.
        self = self.with_context(lang=company.partner_id.lang)
        source = self._get_incoming_mail()
        address = email_normalize(msg_dict.get("email_from") or "")
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        partner = self._find_mail_partner(address, company_id, author)
        subject = " ".join((msg_dict.get("subject") or "").split())
        body = msg_dict.get("body") or ""
        if len(subject) > MAX_NAME:
            body = append_content_to_html(body, subject, plaintext=True)
        suggested = self.env["res.partner"]
        if not partner or partner._is_made_by_mail():
            suggested = self._suggest_customer(address, company_id)
        aside = self._set_files_aside(msg_dict)
        values = {
            "name": subject[:MAX_NAME] or self.env._("Request by mail without a subject"),
            "channel": "email",
            "description": body or False,
            "partner_id": partner.id,
            "partner_email": msg_dict.get("email_from"),
            "suggested_partner_id": suggested.id,
            **custom_values,
        }
        ticket = super().message_new(msg_dict, custom_values=values)
        ticket._keep_beside(source, aside)
        return ticket

    def message_update(self, msg_dict, update_vals=None):
        self.ensure_one()
        self = self.with_context(lang=self.company_id.partner_id.lang)
        source = self._get_incoming_mail()
        aside = self._set_files_aside(msg_dict)
        result = super().message_update(msg_dict, update_vals)
        self._keep_beside(source, aside)
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        # Only what a customer writes tells that it is our turn again.
        if not self._is_automatic_mail() and not any(
            user._is_internal() for user in author.user_ids
        ):
            self._take_up_answer()
        return result

    def _take_up_answer(self):
        """It is our turn again: the customer has answered, or the problem is back."""
        closed = self.filtered("closed")
        closed._reopen()
        waiting = (self - closed).filtered("stage_id.waiting")
        for team, tickets in waiting.grouped("team_id").items():
            tickets.stage_id = tickets._get_stage_of_kind("open", team)

    @api.model
    def _is_automatic_mail(self):
        """Whether a machine wrote the mail being processed."""
        source = self._get_incoming_mail()
        return bool(source and source.is_automatic)

    # === WHAT THE CUSTOMER IS TOLD === #

    def _track_post_template_finalize(self):
        """Override of `mail`, called once for each new ticket, when all of it is known."""
        result = super()._track_post_template_finalize()
        self._acknowledge()
        return result

    def _acknowledge(self):
        """Tell the requester the number of their request."""
        self.ensure_one()
        source = self._get_incoming_mail()
        template = self.env.ref(
            "helpdesk_ticket.mail_template_helpdesk_ticket_received", raise_if_not_found=False
        )
        if (
            template
            and self.partner_email
            and self.channel in ACKNOWLEDGED_CHANNELS
            and not self.closed
            # Two machines that thank each other never stop.
            and not (source and source.wants_no_answer)
            and not self._is_own_address(email_normalize(self.partner_email))
        ):
            self.message_post_with_source(
                template, message_type="auto_comment", **self._prepare_notice_values()
            )

    def _track_template(self, changes):
        """Override of `mail` to tell the requester what solved the problem."""
        templates = super()._track_template(changes)
        ticket = self[:1]
        template = self.env.ref(
            "helpdesk_ticket.mail_template_helpdesk_ticket_solved", raise_if_not_found=False
        )
        if (
            template
            and "stage_id" in changes
            and ticket.stage_id.kind == "solved"
            and ticket.partner_email
        ):
            templates["stage_id"] = (template, ticket._prepare_notice_values())
        return templates

    def _prepare_notice_values(self):
        """How a notice to the requester is posted: as a note, which counts as no answer."""
        values = {
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "email_layout_xmlid": "mail.mail_notification_light",
            # The requester reads it also when their own act sets it off.
            "notify_author_mention": True,
        }
        if not self.env.user._is_internal():
            # What a customer's own mail or page sets off is not said by the customer.
            values["author_id"] = self.env.ref("base.partner_root").id
            values["email_from"] = self.company_id.email_formatted or False
        return values

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Override of `mail` to have answers arrive at the address of the team."""
        # Whoever writes on a ticket needn't be able to read its team.
        teams_sudo = self.sudo().team_id
        addresses = teams_sudo._notify_get_reply_to(default=default, author_id=author_id)
        reply_to = {ticket.id: addresses.get(ticket.sudo().team_id.id) for ticket in self}
        others = self.filtered(lambda ticket: not reply_to[ticket.id])
        return reply_to | super(HelpdeskTicket, others)._notify_get_reply_to(
            default=default, author_id=author_id
        )

    # === THREAD === #

    def _message_post_after_hook(self, message, msg_vals):
        """Note who waits for whom: our answers, and the customer's messages that wait for one."""
        result = super()._message_post_after_hook(message, msg_vals)
        # Whoever may post needn't be able to write on the ticket.
        if message._is_helpdesk_answer():
            self.sudo()._note_answer(self.env.user)
        elif message._is_helpdesk_question() and not self._is_automatic_mail():
            self.sudo()._note_question()
        return result

    def _creation_subtype(self):
        return self.env.ref("helpdesk_ticket.mt_helpdesk_ticket_new")

    def _track_subtype(self, init_values):
        self.ensure_one()
        if "stage_id" in init_values:
            return self.env.ref("helpdesk_ticket.mt_helpdesk_ticket_stage")
        return super()._track_subtype(init_values)

    # === RATING === #

    def _rating_get_parent_field_name(self):
        return "team_id"
