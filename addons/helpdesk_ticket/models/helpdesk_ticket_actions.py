from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import plaintext2html

from odoo.addons.knowledge_base.locking import lock_rows

from ..tools.idempotent import idempotent

# What a value for a new ticket is, by the type of its field.
OPENING_KINDS = {
    "many2one": int,
    "char": str,
    "text": str,
    "html": str,
    "selection": str,
    "datetime": str,
}


class HelpdeskTicket(models.Model):
    """What people and programs do with a ticket: one public method per act, each repeatable."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # === PUBLIC METHODS === #

    @api.model
    @idempotent
    def open_ticket(self, values, files=None, request_uuid=None):
        """Open a ticket for oneself (portal users) or for a customer (people of the helpdesk).

        :param dict values: see ``_open_ticket_allowed_fields``; the description may be plain text
        :param list files: as in ``attachment.intake.mixin``
        :return: ``{"ticket_id": …, "number": …}``
        """
        self._check_may_open()
        values = self._prepare_open_ticket_values(values)
        self._check_open_ticket_values(values)
        # Portal users have no right to create: whose ticket it is has just been decided for them.
        model = self.sudo() if self.env.user.share else self
        ticket = model.create(values)
        if files:
            ticket._intake_files(files)
        if self.env.user.share:
            ticket.sudo(False)._note_opened_anyway()
        return {"ticket_id": ticket.id, "number": ticket.number}

    @idempotent
    def add_files(self, files, request_uuid=None):
        """Attach files to the ticket.

        :return: ``{"attachment_ids": […]}``
        """
        self.ensure_one()
        self._check_may_act()
        return {"attachment_ids": self._intake_files(files).ids}

    @idempotent
    def action_close(self, solution, cause, request_uuid=None):
        """Close tickets, saying why it broke and what solved it.

        A customer who closes their own ticket needn't know the cause.

        :return: ``{"state": "solved", "ticket_ids": […]}``
        """
        self._check_may_act()
        solution, cause = _clean(solution), _clean(cause)
        if not solution and self.env.user.share:
            raise ValidationError(self.env._("Write what solved it."))
        if not solution or not (cause or self.env.user.share):
            raise ValidationError(
                self.env._(
                    "Write the cause and the solution: "
                    "whoever has the same problem next will find them."
                )
            )
        tickets_sudo = self._lock_to_act()
        if closed := tickets_sudo.filtered("closed"):
            raise UserError(
                self.env._(
                    "%(tickets)s is already closed. Open it again if something has to be changed.",
                    tickets=", ".join(closed.mapped("number")),
                )
            )
        values = {"solution": solution}
        if cause:
            values["cause"] = cause
        for team, tickets in tickets_sudo.grouped("team_id").items():
            tickets.write({**values, "stage_id": tickets._get_stage_of_kind("solved", team).id})
        return {"state": "solved", "ticket_ids": self.ids}

    @idempotent
    def reopen(self, reason, request_uuid=None):
        """Open closed tickets again and say why; cause and solution stay as a proposal.

        :return: ``{"state": "open", "ticket_ids": […]}``
        """
        self._check_may_act()
        reason = _clean(reason)
        if not reason:
            raise ValidationError(self.env._("Write what is still not working."))
        tickets_sudo = self._lock_to_act()
        if still_open := tickets_sudo.filtered(lambda ticket: not ticket.closed):
            raise UserError(
                self.env._(
                    "%(tickets)s is not closed: write your message on it instead.",
                    tickets=", ".join(still_open.mapped("number")),
                )
            )
        tickets_sudo._reopen()
        for ticket in tickets_sudo:
            ticket.message_post(
                body=plaintext2html(reason),
                author_id=self.env.user._get_contact_at(ticket.commercial_partner_id).id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return {"state": "open", "ticket_ids": self.ids}

    def _note_opened_anyway(self):
        """Note that what the search offers the customer did not spare them the ticket."""
        entries = self.env["knowledge.entry"]
        if not entries.has_access("read"):
            return
        found = self.find_similar(limit=3)
        self.env["knowledge.event"].record(
            [entry["id"] for entry in found], "anyway", self._name, self.id
        )

    # === BUSINESS METHODS: OPENING === #

    @api.model
    def _check_may_open(self):
        """Judge whether the user opens tickets at all; an override knows more of customers."""
        if self.env.user.share:
            self.browse().check_access("read")
        elif not self.has_access("create"):
            raise AccessError(
                self.env._("Tickets are opened by people of the helpdesk: ask one of them.")
            )

    @api.model
    def _open_ticket_allowed_fields(self):
        """Names a caller of ``open_ticket`` may give; an override adds its own."""
        allowed = {
            "name",
            "description",
            "category_id",
            "site_id",
            "priority",
            "access_note",
            "presence_until",
        }
        if not self.env.user.share:
            allowed |= {
                "partner_id",
                "partner_email",
                "partner_phone",
                "team_id",
                "user_id",
                "tag_ids",
                "channel",
                "company_id",
            }
        return allowed

    @api.model
    def _prepare_open_ticket_values(self, values):
        if not isinstance(values, dict) or not _clean(values.get("name")):
            raise ValidationError(self.env._("Write in a few words what the problem is."))
        unknown = values.keys() - self._open_ticket_allowed_fields() - {"channel"}
        if unknown:
            raise ValidationError(
                self.env._(
                    "A ticket cannot be opened with: %(names)s.", names=", ".join(sorted(unknown))
                )
            )
        self._check_kinds(values)
        values = dict(values, name=_clean(values["name"])[:200])
        if description := values.get("description"):
            # Text stays text: whatever looks like markup in it was typed by somebody.
            values["description"] = plaintext2html(str(description))
        user = self.env.user
        if user.share:
            values["partner_id"] = user._get_acting_contact().id
            values["company_id"] = user.company_id.id
            values["channel"] = "portal"
        else:
            values.setdefault("channel", "internal")
        return values

    @api.model
    def _check_kinds(self, values):
        """Refuse what a program may send but no page does: a text for an id, a list for a text."""
        for name, value in values.items():
            field_type = self._fields[name].type if name in self._fields else None
            kind = OPENING_KINDS.get(field_type)
            if (
                kind
                and value not in (None, False)
                and (
                    value is True
                    or not isinstance(value, kind)
                    or (field_type == "datetime" and not _is_moment(value))
                )
            ):
                raise ValidationError(
                    self.env._("A ticket cannot be opened with: %(names)s.", names=name)
                )

    @api.model
    def _check_open_ticket_values(self, values):
        """Judge whether these records may stand on a new ticket.

        :param dict values: as for ``create``, ``partner_id`` and ``company_id`` decided
        :raise ValidationError: an override raises it for the fields it has added
        """
        if values.get("priority") not in {None, False, *dict(self._fields["priority"].selection)}:
            raise ValidationError(self.env._("Choose one of the priorities offered."))
        if values.get("channel") not in dict(self._fields["channel"].selection):
            raise ValidationError(self.env._("Choose one of the channels offered."))
        # Portal users read neither other contacts of their company nor the categories.
        customer = self.env["res.partner"].sudo().browse(values.get("partner_id"))
        if customer and not customer.exists():
            raise ValidationError(self.env._("Choose one of the customers."))
        if site_id := values.get("site_id"):
            site = self.env["res.partner"].sudo().browse(site_id).exists()
            if not site or site.commercial_partner_id != customer.commercial_partner_id:
                raise ValidationError(self.env._("Choose one of your own sites."))
        if category_id := values.get("category_id"):
            self._check_category(
                self.env["helpdesk.category"].sudo().browse(category_id).exists(),
                values.get("company_id") or self.env.company.id,
            )

    def _check_category(self, category, company_id):
        offered = category.active and (category.portal_visible or not self.env.user.share)
        if not offered or category.company_id.id not in (False, company_id):
            raise ValidationError(self.env._("Choose one of the categories offered."))

    # === BUSINESS METHODS: ACTING === #

    def _check_may_act(self):
        """Judge whether the user may add to these tickets, close them or open them again.

        People of the helpdesk: who may write. Customers: those of their own company that they can
        read; portal users have no right to write, so what they do is written with sudo after this.
        """
        user = self.env.user
        self.check_access("read" if user.share else "write")
        own = user._get_own_contacts().commercial_partner_id
        if user.share and any(ticket.commercial_partner_id not in own for ticket in self.sudo()):
            raise AccessError(self.env._("You can do this on your own requests only."))

    def _lock_to_act(self):
        """Make sure that of two people acting at once the second sees what the first did.

        :return: the tickets in sudo, to be called after ``_check_may_act``
        """
        tickets_sudo = self.sudo()
        lock_rows(tickets_sudo)
        return tickets_sudo

    def _reopen(self):
        for team, tickets in self.grouped("team_id").items():
            tickets.write({"stage_id": tickets._get_stage_of_kind("open", team).id})
        for count, tickets in self.grouped("reopen_count").items():
            tickets.reopen_count = count + 1

    @api.model
    def _get_stage_of_kind(self, kind, team):
        """The stage a ticket of the team goes to; work that starts again skips the first one."""
        stages = self.env["helpdesk.stage"].search([("kind", "=", kind)])._of_team(team)
        if kind == "open":
            stages = stages.filtered(lambda stage: not stage.waiting)[1:] or stages
        if not stages:
            raise UserError(
                self.env._(
                    "Team %(team)s has no such stage. Add one in the configuration.",
                    team=team.display_name or "",
                )
            )
        return stages[0]

    # === ACTIONS === #

    def action_open_close_dialog(self):
        return self._get_dialog("helpdesk_ticket.helpdesk_ticket_close_action")

    def action_open_reopen_dialog(self):
        return self._get_dialog("helpdesk_ticket.helpdesk_ticket_reopen_action")

    def _get_dialog(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["context"] = {"default_ticket_ids": self.ids}
        return action

    def action_assign_to_me(self):
        self.user_id = self.env.user


def _clean(value):
    return value.strip() if isinstance(value, str) else ""


def _is_moment(value):
    """Whether a text says a moment as Odoo writes it (UTC)."""
    try:
        return bool(fields.Datetime.to_datetime(value))
    except ValueError:
        return False
