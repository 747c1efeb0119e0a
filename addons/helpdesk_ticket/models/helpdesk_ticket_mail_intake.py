import logging
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, email_split, plaintext2html
from odoo.tools.mail import email_split_tuples
from odoo.tools.mimetypes import guess_mimetype

from ..mail_domains import PUBLIC_MAIL_DOMAINS, split_domains

_logger = logging.getLogger(__name__)

MAX_NAME = 200
# The host of a website as people write it; the index of res.partner holds the same expression.
WEBSITE_HOST = r"lower(substring(website from '^(?:https?://)?(?:www[.])?([^/:?#]+)'))"
# Files that a mail carries without naming them, by their content.
UNNAMED = {"attachment", ""}


class HelpdeskTicket(models.Model):
    """Intake of mail: whose it is, which ticket it belongs to, and that nothing gets lost."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    suggested_partner_id = fields.Many2one(
        "res.partner",
        string="Probably of",
        copy=False,
        readonly=True,
        ondelete="set null",
        help="The only customer with the mail domain of the sender. Nobody of theirs sees the "
        "request before somebody of the desk confirms it.",
    )

    # Odoo's guard against loops counts what an address sent lately.
    _create_date_idx = models.Index("(create_date)")
    # Figures are of what was opened or closed in a time.
    _close_date_idx = models.Index("(close_date) WHERE close_date IS NOT NULL")

    # === WHICH TICKET === #

    @api.model
    def _is_mail_coming_back(self, source):
        """Whether a mail of ours was sent back to us, by a forwarding rule for example.

        One that somebody writes under our own address is none: it is taken in, but not answered.
        """
        if self._is_own_address(*source.addresses("X-Loop")):
            return True
        source.is_from_ourselves = self._is_own_address(source.sender)
        return source.is_from_ourselves and bool(self._find_message_of_mail(source))

    @api.model
    def _is_own_address(self, *addresses):
        """Whether one of these is an address that this database itself writes from."""
        addresses = [address for address in addresses if address]
        if not addresses:
            return False
        # Addresses of the gateway are read by administrators only.
        companies_sudo = self.env["res.company"].sudo().search([("active", "=", True)])
        own = {
            company[name]
            for company in companies_sudo
            for name in ("bounce_email", "catchall_email", "default_from_email")
        }
        aliases = self.env["mail.alias"].sudo()
        return not own.isdisjoint(addresses) or bool(
            aliases.search_count([("alias_full_name", "in", addresses)], limit=1)
        )

    @api.model
    def _find_message_of_mail(self, source):
        """The newest message of a ticket that the mail says to answer."""
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [("message_id", "in", source.references), ("model", "=", self._name)],
                order="id desc",
                limit=1,
            )
        )

    @api.model
    def _route_mail(self, source, msg_dict, routes):
        """Judge where a mail goes, after Odoo has: one ticket at most, the one it speaks of.

        :param list routes: as ``mail.thread.message_route`` gives them
        :return: the same, those of tickets changed
        """
        if not routes and msg_dict.get("is_bounce") and not msg_dict.get("bounced_message"):
            routes = self._route_unknown_bounce(source, msg_dict)
        ours = [route for route in routes if route[0] == self._name]
        if not ours:
            return routes
        others = [route for route in routes if route[0] != self._name]
        if not self._claim_mail(source):
            _logger.info("Ignored mail %s: it is being processed already.", source.message_id)
            return others
        chosen = self._choose_route(source, ours)
        model, thread_id, values, user_id, alias = chosen
        if not thread_id and (ticket := self._find_ticket_by_number(source, values or {})):
            thread_id = ticket.id
        return [*others, (model, thread_id, values, user_id, alias)]

    @api.model
    def _route_unknown_bounce(self, source, msg_dict):
        """A notice of failure about none of our mails, sent to a team: people have to look at it.

        It is a machine's: nobody gets an answer.
        """
        team = self._find_team_of_addresses(email_split(msg_dict.get("recipients") or ""))
        if not team:
            return []
        values = {"team_id": team.id, "company_id": team.company_id.id}
        msg_dict["is_bounce"] = False
        source.is_from_ourselves = True
        # Odoo reads the first part of such a notice only.
        source.is_damaged = True
        return [(self._name, False, values, self.env.uid, team.alias_id)]

    @api.model
    def _choose_route(self, source, routes):
        """One mail to several teams is one ticket: of the team that is addressed first."""
        position = {address: index for index, address in enumerate(source.recipients)}
        return min(
            routes,
            key=lambda route: (
                not route[1],
                position.get(route[4] and route[4].alias_full_name, len(position)),
            ),
        )

    @api.model
    def _claim_mail(self, source):
        """Have a mail delivered twice, even at the same moment, processed once.

        Of two at once the second gets a serialization failure and is tried again, see
        ``idempotent.request``; later ones find the message.
        """
        # Campo's own bookkeeping, under one user whoever fetches the mail.
        requests_sudo = (
            self.env["idempotent.request"].with_user(self.env.ref("base.user_root")).sudo()
        )
        known = Domain("message_id", "=", source.message_id)
        return requests_sudo._claim("helpdesk.ticket.mail", source.message_id, "") or not (
            # A message that was deleted may come again.
            self.env["mail.message"].sudo().search_count(known, limit=1)
        )

    @api.model
    def _find_ticket_by_number(self, source, values):
        """Find the ticket whose number stands in the subject, if the sender has to do with it.

        Numbers are no secret: a stranger's mail never joins a ticket by one.
        """
        words = set(re.split(r"[\s\[\](){}<>:,;#\"']+", source.subject))
        numbers = [word for word in words if re.search(r"\d", word) and re.search(r"\D", word)]
        if not numbers or not source.sender:
            return self.browse()
        company_id = values.get("company_id") or self.env.company.id
        found_sudo = self.sudo().search(
            [("number", "in", numbers), ("company_id", "=", company_id)], order="id desc", limit=5
        )
        if not found_sudo:
            return self.browse()
        senders_sudo = self._find_partners_by_address(source.sender, company_id)
        return found_sudo.filtered(
            lambda ticket: ticket._concerns_sender(source.sender, senders_sudo)
        )[:1]

    def _concerns_sender(self, address, partners):
        """Whether the writer is the requester, of the same customer, in copy, or one of us."""
        self.ensure_one()
        known = {email_normalize(self.partner_email or ""), self.partner_id.email_normalized}
        known |= {email_normalize(cc) for _name, cc in email_split_tuples(self.email_cc or "")}
        return (
            address in known
            or bool(
                self.commercial_partner_id
                and self.commercial_partner_id in partners.commercial_partner_id
            )
            or any(user._is_internal() for user in partners.user_ids)
        )

    # === WHOSE === #

    @api.model
    def _find_partners_by_address(self, address, company_id):
        # The gateway may run as somebody who keeps no address book.
        return (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("email_normalized", "=", address),
                    ("company_id", "in", [company_id, False]),
                ],
                order="id",
            )
        )

    @api.model
    def _find_mail_partner(self, address, company_id, author=None):
        """Find who writes by their exact address, if it belongs to one customer only."""
        partners = self._find_partners_by_address(address, company_id) if address else author
        if not partners or len(partners.commercial_partner_id) > 1:
            return self.env["res.partner"]
        if author and author in partners:
            return author
        return partners.sorted(lambda partner: not partner.user_ids)[:1]

    @api.model
    def _suggest_customer(self, address, company_id):
        """Find the only customer with the mail domain of an unknown sender.

        A domain is a hint, not a proof: whoever guesses an address in it would otherwise write on a
        customer's page. It is shown to the desk, who confirms it.
        """
        domain = (address or "").rpartition("@")[2].lower()
        if not domain or domain in PUBLIC_MAIL_DOMAINS | self._get_more_public_domains():
            return self.env["res.partner"]
        # SQL: no domain of the ORM compares parts of a text, which is what the indexes hold.
        self.env["res.partner"].flush_model(
            ["email_normalized", "website", "commercial_partner_id", "active", "company_id"]
        )
        rows = self.env.execute_query(
            SQL(
                f"""SELECT DISTINCT commercial_partner_id
                     FROM res_partner
                    WHERE active
                      AND (company_id = %(company)s OR company_id IS NULL)
                      AND (split_part(email_normalized, '@', 2) = %(domain)s
                           OR {WEBSITE_HOST} = %(domain)s)
                    LIMIT 2""",
                company=company_id,
                domain=domain,
            )
        )
        customers = self.env["res.partner"].browse(row[0] for row in rows if row[0])
        # Our own companies are nobody's customers.
        is_ours = (
            self.env["res.company"]
            .sudo()
            .search_count([("partner_id", "in", customers.ids)], limit=1)
        )
        return customers if len(customers) == 1 and not is_ours else customers.browse()

    @api.model
    def _get_more_public_domains(self):
        # Configuration parameters are readable by administrators only.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return split_domains(parameters_sudo.get_param("helpdesk_ticket.public_mail_domains", ""))

    def action_accept_suggestion(self):
        """Confirm that the unknown sender belongs to the customer proposed, as a new contact."""
        self.check_access("write")
        for ticket in self.filtered("suggested_partner_id"):
            address = email_normalize(ticket.partner_email or "")
            name = next(
                (name for name, _mail in email_split_tuples(ticket.partner_email or "")), ""
            )
            values = {
                "name": name or address,
                "parent_id": ticket.suggested_partner_id.id,
                "company_id": ticket.suggested_partner_id.company_id.id,
            }
            partner = ticket.partner_id or ticket._find_mail_partner(address, ticket.company_id.id)
            # Agents answer mails whether or not they keep the address book.
            if not partner:
                partner = self.env["res.partner"].sudo().create({**values, "email": address})
            elif partner._is_made_by_mail():
                partner.sudo().write(values)
            ticket.write({"partner_id": partner.id, "suggested_partner_id": False})

    def action_reject_suggestion(self):
        self.check_access("write")
        self.suggested_partner_id = False

    # === WHAT IS KEPT BESIDE === #

    def _set_files_aside(self, msg_dict):
        """Take files out of a mail that customers cannot send on the portal either.

        They are kept for the desk: in the conversation a colleague of the sender would get them.

        :return: list of pairs: the file as in ``msg_dict``, and the sentence that says why
        """
        accepted, aside = [], []
        for file in msg_dict.get("attachments") or []:
            name, content, *info = file
            raw = _file_bytes(content)
            name = self._name_file(name, raw)
            file = (name, raw, *info)
            try:
                # Empty files tell nothing, but nothing is lost either.
                if raw:
                    self._judge_file(name, raw)
                accepted.append(file)
            except ValidationError as error:
                aside.append((file, error.args[0]))
        msg_dict["attachments"] = accepted
        return aside

    @api.model
    def _name_file(self, name, raw):
        """Name what came without a name: invitations, forwarded mails."""
        if name and name.strip().lower() not in UNNAMED:
            return name
        if raw.lstrip().startswith(b"BEGIN:VCALENDAR"):
            return "invite.ics"
        extension = {"message/rfc822": ".eml", "image/png": ".png", "image/jpeg": ".jpg"}
        extension |= {"application/pdf": ".pdf", "text/plain": ".txt"}
        kind = guess_mimetype(raw)
        if re.match(rb"(?:[\w-]+:[^\r\n]*\r?\n)+\r?\n", raw):
            kind = "message/rfc822"
        return self.env._("Unnamed file") + extension.get(kind, "")

    def _keep_beside(self, source, aside):
        """Attach files set aside, and the original of a damaged mail, to an internal note."""
        files = [file for file, _reason in aside]
        lines = [reason for _file, reason in aside]
        if source and source.is_damaged:
            files.append(("mail.eml", source.raw, {}))
            lines.append(
                self.env._(
                    "Something in this mail could not be shown. Its original is attached: open it "
                    "with a mail program."
                )
            )
        if files:
            self._post_beside(lines, files)

    def _post_beside(self, lines, files, **values):
        self.with_user(self.env.ref("base.user_root")).message_post(
            body=plaintext2html("\n".join(lines)),
            attachments=files,
            message_type="notification",
            # Notes and their files are for the house only.
            subtype_xmlid="mail.mt_note",
            **values,
        )

    # === RESCUE === #

    @api.model
    def _rescue_mail(self, source, model, error):
        """Take in a mail that could not be processed: by its text, with its original attached.

        :param error: what went wrong; it is logged here
        :return: the ticket's id, False if the mail is known already, None if it is nothing for the
            helpdesk
        """
        answered_sudo = self._find_message_of_mail(source)
        ticket = self.sudo().browse(answered_sudo.res_id).exists()
        ticket = ticket and ticket._get_going_on()
        team = ticket.team_id or self._find_team_of_addresses(source.recipients)
        if not team and self._is_stranded(source, model):
            team = self.env["helpdesk.team"].sudo().search([], limit=1)
        if not team:
            return None
        _logger.warning(
            "Mail %s to team %s could not be processed; its original is kept on a ticket.",
            source.message_id,
            team.name,
            exc_info=error,
        )
        if not self._claim_mail(source):
            return False
        desk = self.with_context(lang=team.company_id.partner_id.lang).sudo()
        if ticket:
            ticket = desk.browse(ticket.id)
            ticket._take_up_answer()
        else:
            ticket = desk.create(desk._prepare_rescue_values(source, team))
        ticket._post_beside(
            [
                desk.env._(
                    "This mail could not be read in the usual way. Below is its text as far as it "
                    "can be told; its original is attached: open it with a mail program."
                ),
                "",
                source.text(),
            ],
            [("mail.eml", source.raw, {})],
            message_id=source.message_id,
        )
        return ticket.id

    @api.model
    def _prepare_rescue_values(self, source, team):
        partner = self._find_mail_partner(source.sender, team.company_id.id)
        return {
            "name": source.subject[:MAX_NAME] or self.env._("Request by mail without a subject"),
            "channel": "email",
            "team_id": team.id,
            "company_id": team.company_id.id,
            "partner_id": partner.id,
            "partner_email": source.sender,
            "description": plaintext2html(source.text()),
        }

    @api.model
    def _is_stranded(self, source, model):
        """Whether nobody else cares for a mail: meant for tickets, or fetched for no address."""
        if model == self._name:
            return True
        if model or not self.env.context.get("default_fetchmail_server_id"):
            return False
        # Aliases are read by administrators only.
        aliases = self.env["mail.alias"].sudo()
        return not aliases.search_count(self._get_alias_domain(source.recipients), limit=1)

    @api.model
    def _find_team_of_addresses(self, addresses):
        aliases_sudo = (
            self.env["mail.alias"]
            .sudo()
            .search(
                self._get_alias_domain(addresses)
                & Domain("alias_model_id", "=", self.env["ir.model"]._get_id(self._name))
            )
        )
        return self.env["helpdesk.team"].sudo().search([("alias_id", "in", aliases_sudo.ids)])[:1]

    @api.model
    def _get_alias_domain(self, addresses):
        addresses = [address.lower() for address in addresses]
        names = [address.partition("@")[0] for address in addresses]
        return Domain("alias_full_name", "in", addresses) | (
            Domain("alias_name", "in", names) & Domain("alias_incoming_local", "=", True)
        )

    # === BOUNCES === #

    def _message_receive_bounce(self, email, partner):
        """Override of `mail` to tell the desk that the customer didn't get a mail."""
        result = super()._message_receive_bounce(email, partner)
        source = self.env["mail.thread"]._get_incoming_mail()
        for ticket in self:
            ticket._post_beside(
                [
                    self.env._(
                        "A mail of this ticket could not be delivered to %(address)s. Ask for "
                        "another address, or call.",
                        address=email or partner.email or "",
                    )
                ],
                [("mail.eml", source.raw, {})] if source else [],
            )
        return result

    def _notify_by_email_get_headers(self, headers=None):
        """Override of `mail`: by this mark we know a mail of ours that is sent back to us."""
        headers = super()._notify_by_email_get_headers(headers=headers)
        # Whoever writes on a ticket needn't be able to read its team.
        address = self.sudo().team_id[:1].alias_email
        if address:
            headers["X-Loop"] = address
        return headers


def _file_bytes(content):
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode("utf-8", "surrogateescape")
    return content.as_bytes() if hasattr(content, "as_bytes") else b""
