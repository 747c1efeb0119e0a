from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.idempotent import idempotent

# What people wrote or read; what Odoo logged about a ticket stays with that ticket.
CONVERSATION = ("comment", "email", "email_outgoing", "auto_comment")


class HelpdeskTicket(models.Model):
    """Merging: a problem told twice becomes one ticket, and two again if that was a mistake.

    A merged ticket is cancelled, it isn't solved; its conversation, files and activities go over to
    the ticket it is part of, and so do mails that answer it.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    merged_into_id = fields.Many2one(
        "helpdesk.ticket",
        string="Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    merged_ids = fields.One2many(
        "helpdesk.ticket", "merged_into_id", string="Merged tickets", readonly=True
    )
    merged_count = fields.Integer(string="Merged", compute="_compute_merged_count")
    merge_ids = fields.One2many(
        "helpdesk.ticket.merge", "ticket_id", string="Merges", readonly=True, copy=False
    )

    # === COMPUTE METHODS === #

    def _compute_merged_count(self):
        count = dict(
            self._read_group([("merged_into_id", "in", self.ids)], ["merged_into_id"], ["__count"])
        )
        for ticket in self:
            ticket.merged_count = count.get(ticket, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("merged_into_id", "stage_id")
    def _check_merged_into_id(self):
        # The trace is read for whoever moves the ticket.
        current_sudo = (
            self.env["helpdesk.ticket.merge"]
            .sudo()
            .search([("ticket_id", "in", self.ids), ("undone_on", "=", False)])
        )
        targets = {merge.ticket_id.id: merge.target_id.id for merge in current_sudo}
        for ticket in self:
            target = ticket.merged_into_id
            if target.id != targets.get(ticket.id, False):
                raise ValidationError(
                    self.env._("Tickets are merged, and merges undone, with their buttons only.")
                )
            if target and ticket.stage_id.kind != "cancelled":
                raise ValidationError(
                    self.env._(
                        "%(ticket)s is part of %(target)s. Go on there, or undo the merge first.",
                        ticket=ticket.number,
                        target=target.number,
                    )
                )
        if targets and self._has_cycle("merged_into_id"):
            raise ValidationError(self.env._("A ticket cannot become part of itself."))

    # === PUBLIC METHODS === #

    @idempotent
    def merge_into(self, target, request_uuid=None):
        """Make these tickets part of another one of the same customer.

        :param target: the ticket that goes on, or its id
        :return: ``{"target_id": …, "ticket_ids": […]}``
        """
        self.check_access("write")
        target = self._get_merge_target(target)
        target.check_access("write")
        tickets = self - target
        locked_sudo = (tickets | target)._lock_to_act()
        tickets_sudo = locked_sudo.filtered(lambda ticket: ticket.id in tickets.ids)
        target_sudo = locked_sudo - tickets_sudo
        tickets_sudo._check_may_merge(target_sudo)
        # In sudo: messages, files and the trace are of different owners; who may is checked above.
        moved = tickets_sudo._move_conversation(target_sudo)
        given = target_sudo._take_over_readers(tickets_sudo)
        asked = target_sudo._take_over_question(tickets_sudo)
        self.env["helpdesk.ticket.merge"].sudo().create(
            [
                {
                    "ticket_id": ticket.id,
                    "target_id": target_sudo.id,
                    "stage_id": ticket.stage_id.id,
                    "first_response_date": ticket.first_response_date,
                    "asked_on": asked.get(ticket, False),
                    "moved": moved[ticket],
                    **given[ticket],
                }
                for ticket in tickets_sudo
            ]
        )
        for team, of_team in tickets_sudo.grouped("team_id").items():
            of_team.write(
                {
                    "merged_into_id": target_sudo.id,
                    "stage_id": of_team._get_stage_of_kind("cancelled", team).id,
                }
            )
        tickets_sudo._note_merge(target_sudo)
        return {"target_id": target_sudo.id, "ticket_ids": tickets_sudo.ids}

    @idempotent
    def undo_merge(self, request_uuid=None):
        """Make merged tickets tickets of their own again, as they were.

        :return: ``{"ticket_ids": […]}``
        """
        self.check_access("write")
        chains = self._get_merge_chains()
        targets = self.browse({ticket_id for chain in chains.values() for ticket_id in chain})
        targets.check_access("write")
        locked_sudo = (self | targets)._lock_to_act()
        tickets_sudo = locked_sudo.filtered(lambda ticket: ticket.id in self.ids)
        if single := tickets_sudo.filtered(lambda ticket: not ticket.merged_into_id):
            raise UserError(
                self.env._(
                    "%(tickets)s is not part of another ticket.",
                    tickets=", ".join(single.mapped("number")),
                )
            )
        merges_sudo = tickets_sudo.merge_ids.filtered(lambda merge: not merge.undone_on)
        merges_sudo._restore_moved(chains)
        merges_sudo.write({"undone_on": fields.Datetime.now(), "undone_by_id": self.env.uid})
        for target, merges in merges_sudo.grouped("target_id").items():
            target._give_back_readers(merges)
        for merge in merges_sudo:
            merge.ticket_id._return_from_merge(merge)
        tickets_sudo._note_undone_merge(merges_sudo)
        return {"ticket_ids": tickets_sudo.ids}

    # === BUSINESS METHODS === #

    @api.model
    def _get_merge_target(self, target):
        if isinstance(target, int) and not isinstance(target, bool):
            target = self.browse(target)
        if not isinstance(target, models.Model) or target._name != self._name or len(target) != 1:
            raise ValidationError(self.env._("Choose the ticket that goes on."))
        return target.with_env(self.env)

    def _check_may_merge(self, target):
        """Judge whether these tickets, locked, may become part of the other one."""
        if not self:
            raise UserError(self.env._("Choose another ticket: one is not merged into itself."))
        if target.merged_into_id:
            raise UserError(
                self.env._(
                    "%(target)s is itself part of %(other)s. Choose that one.",
                    target=target.number,
                    other=target.merged_into_id.number,
                )
            )
        if closed := (self | target).filtered("closed"):
            raise UserError(
                self.env._(
                    "%(tickets)s is closed: open it again before you merge.",
                    tickets=", ".join(closed.mapped("number")),
                )
            )
        if len((self | target).company_id) > 1:
            raise UserError(self.env._("Tickets of different companies are not merged."))
        strangers = self.filtered(
            lambda ticket: (
                ticket.commercial_partner_id
                and ticket.commercial_partner_id != target.commercial_partner_id
            )
        )
        if strangers and target.commercial_partner_id:
            raise UserError(self.env._("Tickets of different customers are not merged."))
        if strangers:
            raise UserError(
                self.env._(
                    "%(target)s has no requester. Write who it is first, or merge it into "
                    "%(ticket)s instead.",
                    target=target.number,
                    ticket=strangers[0].number,
                )
            )

    def _move_conversation(self, target):
        """Have messages, files and activities of these tickets belong to another one.

        :return: dict ticket → dict model → ids
        """
        moved = {ticket: {} for ticket in self}
        by_id = self.grouped("id")
        for model, domain in self._get_conversation_domains().items():
            records = self.env[model].search(domain & Domain("res_id", "in", self.ids))
            for ticket_id, of_ticket in records.grouped("res_id").items():
                moved[by_id[ticket_id]][model] = of_ticket.ids
            records.write({"res_id": target.id})
        return moved

    @api.model
    def _get_conversation_domains(self):
        """What goes along with a conversation, as a dict of domains by model.

        A rating stays with the ticket it judges.
        """
        return {
            "mail.message": Domain("model", "=", self._name)
            & Domain("message_type", "in", CONVERSATION)
            & Domain("rating_ids", "=", False),
            "ir.attachment": Domain("res_model", "=", self._name) & Domain("res_field", "=", False),
            "mail.activity": Domain("res_model", "=", self._name),
        }

    def _take_over_readers(self, tickets):
        """Let those who read these tickets read this one: followers and copy addresses.

        :return: dict ticket → values for its trace
        """
        self.ensure_one()
        following = self.message_partner_ids | self.partner_id
        copied = set(self._mail_cc_sanitized_raw_dict(self.email_cc))
        copied.add(email_normalize(self.partner_email or ""))
        given, added, addresses = {}, self.env["res.partner"], []
        for ticket in tickets:
            followers = (ticket.message_partner_ids | ticket.partner_id) - following - added
            added |= followers
            told = ticket._mail_cc_sanitized_raw_dict(ticket.email_cc)
            if not ticket.partner_id:
                told |= ticket._mail_cc_sanitized_raw_dict(ticket.partner_email)
            new = {address: name for address, name in told.items() if address not in copied}
            copied.update(new)
            addresses += new.values()
            given[ticket] = {"given_follower_ids": followers.ids, "given_cc": list(new)}
        if added:
            self.message_subscribe(partner_ids=added.ids)
        if addresses:
            self.email_cc = ", ".join(filter(None, [self.email_cc, *addresses]))
        return given

    def _take_over_question(self, tickets):
        """Let a customer's message that waits on these tickets wait for our answer here.

        :return: dict ticket → moment, for its trace
        """
        questions = self.env["helpdesk.ticket.question"]
        pending = questions.search(
            [("ticket_id", "in", tickets.ids), ("answered_on", "=", False)], order="asked_on"
        )
        if pending:
            questions._ask(self, pending[0].asked_on)
        return {question.ticket_id: question.asked_on for question in pending}

    def _give_back_readers(self, merges):
        """Undo :meth:`_take_over_readers` for these traces."""
        self.ensure_one()
        followers = {
            partner_id for merge in merges for partner_id in merge.given_follower_ids or ()
        }
        # Somebody has become the requester or the responsible of this ticket meanwhile.
        followers -= set((self.partner_id | self.user_id.partner_id).ids)
        if followers:
            self.message_unsubscribe(partner_ids=list(followers))
        if addresses := {address for merge in merges for address in merge.given_cc or ()}:
            kept = self._mail_cc_sanitized_raw_dict(self.email_cc)
            self.email_cc = ", ".join(
                name for address, name in kept.items() if address not in addresses
            )

    def _return_from_merge(self, merge):
        self.ensure_one()
        stage = merge.stage_id
        if not stage.active or stage.closed or not stage._of_team(self.team_id):
            stage = self._get_stage_of_kind("open", self.team_id)
        self.write({"merged_into_id": False, "stage_id": stage.id})
        # Being merged is no answer to the customer.
        self.first_response_date = merge.first_response_date
        if merge.asked_on:
            self.env["helpdesk.ticket.question"]._ask(self, merge.asked_on)

    def _get_merge_chains(self):
        """Per id, ids of the tickets that this one is part of, up to the one that goes on."""
        chains = {}
        for ticket in self:
            chain = chains[ticket.id] = []
            # Which ticket goes on is no secret of those who read this one.
            target_sudo = ticket.sudo().merged_into_id
            while target_sudo:
                chain.append(target_sudo.id)
                target_sudo = target_sudo.merged_into_id
        return chains

    def _get_going_on(self):
        """The ticket where this one goes on: itself, unless it was merged."""
        self.ensure_one()
        chain = self._get_merge_chains()[self.id]
        return self.browse(chain[-1]) if chain else self

    # === TRACE FOR PEOPLE === #

    def _note_merge(self, target):
        told = Markup().join(
            Markup("<p>%s</p>%s")
            % (
                ticket._get_html_link(),
                Markup("<blockquote>%s</blockquote>") % Markup(ticket.description)
                if ticket.description
                else "",
            )
            for ticket in self
        )
        target._message_log(
            body=Markup("<p>%s</p>%s") % (self.env._("Merged into this ticket:"), told)
        )
        self._message_log_batch(
            bodies={
                ticket.id: self.env._("Merged into %(target)s.", target=target._get_html_link())
                for ticket in self
            }
        )

    def _note_undone_merge(self, merges):
        for target, of_target in merges.grouped("target_id").items():
            links = Markup(", ").join(merge.ticket_id._get_html_link() for merge in of_target)
            target._message_log(
                body=self.env._("No longer part of this ticket: %(tickets)s.", tickets=links)
            )
        self._message_log_batch(
            bodies={
                merge.ticket_id.id: self.env._(
                    "No longer part of %(target)s.", target=merge.target_id._get_html_link()
                )
                for merge in merges
            }
        )

    # === MAIL === #

    @api.model
    def _follow_merges(self, routes):
        """Lead mails that answer a merged ticket to the one where it goes on.

        :param list routes: as ``mail.thread.message_route`` gives them
        """
        return [
            (model, self.browse(thread_id)._get_going_on().id, *rest)
            if model == self._name and thread_id
            else (model, thread_id, *rest)
            for model, thread_id, *rest in routes
        ]

    def message_post(self, **kwargs):
        """Override of `mail`: what customers write on a merged ticket is read elsewhere."""
        if len(self) == 1 and self.env.user.share and self.sudo().merged_into_id:
            # Who may write on the merged ticket was checked there; the other one is of the same
            # customer, though of somebody else's, who sees the message from the desk, too.
            self.check_access("read")
            if not self.env.su:
                # With more a program would write in anybody's name, to anybody, with any file.
                kwargs = {
                    "body": kwargs.get("body", ""),
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                }
            going_on_sudo = self._get_going_on().sudo()
            return going_on_sudo.message_post(**kwargs).sudo(self.env.su)
        return super().message_post(**kwargs)

    # === ACTIONS === #

    def action_undo_merge(self):
        self.undo_merge()

    def action_view_merged(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merged tickets"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("merged_into_id", "=", self.id)],
        }
