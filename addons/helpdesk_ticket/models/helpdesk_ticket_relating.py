from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, plaintext2html

from ..tools.idempotent import idempotent


class HelpdeskTicket(models.Model):
    """Tickets that have to do with each other, and what is split off from one."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    related_ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        relation="helpdesk_ticket_related_rel",
        column1="ticket_id",
        column2="related_id",
        string="Related tickets",
        copy=False,
        check_company=True,
        help="If one ticket names another here, the other names it too.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("related_ticket_ids")
    def _check_related_ticket_ids(self):
        if any(ticket in ticket.related_ticket_ids for ticket in self):
            raise ValidationError(self.env._("A ticket is not related to itself."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        if any("related_ticket_ids" in vals for vals in vals_list):
            tickets._mirror_related()
        return tickets

    def write(self, vals):
        result = super().write(vals)
        if "related_ticket_ids" in vals:
            self._mirror_related()
        return result

    def _mirror_related(self):
        """Make the relation the same from the other side.

        SQL, because the other tickets' side is one set, whatever is written on these.
        """
        self.flush_recordset(["related_ticket_ids"])
        self.env.cr.execute(
            SQL(
                """DELETE FROM helpdesk_ticket_related_rel AS mirrored
                         WHERE related_id = ANY(%(ids)s)
                           AND NOT EXISTS (SELECT
                                             FROM helpdesk_ticket_related_rel AS said
                                            WHERE said.ticket_id = mirrored.related_id
                                              AND said.related_id = mirrored.ticket_id)""",
                ids=self.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO helpdesk_ticket_related_rel (ticket_id, related_id)
                   SELECT related_id, ticket_id
                     FROM helpdesk_ticket_related_rel
                    WHERE ticket_id = ANY(%(ids)s)
                       ON CONFLICT DO NOTHING""",
                ids=self.ids,
            )
        )
        self.env["helpdesk.ticket"].invalidate_model(["related_ticket_ids"])

    # === PUBLIC METHODS === #

    @idempotent
    def split(self, values, message_ids=(), attachment_ids=(), move=True, request_uuid=None):
        """Make a ticket of its own of a second problem that was told in this one.

        :param dict values: ``name``, and possibly ``description`` as plain text
        :param list message_ids: messages of this ticket that go along, with their files
        :param list attachment_ids: further files of this ticket that go along
        :param bool move: whether they leave this ticket; else they are copied
        :return: ``{"ticket_id": …, "number": …}``
        """
        self.ensure_one()
        self.check_access("write")
        self.check_access("create")
        values = self._prepare_split_values(values)
        # In sudo: messages are of different authors; who may is checked above.
        messages_sudo = self._get_own_records("mail.message", message_ids)
        files_sudo = self._get_own_records("ir.attachment", attachment_ids)
        files_sudo |= messages_sudo.attachment_ids.filtered(
            lambda file: (file.res_model, file.res_id) == (self._name, self.id)
        )
        ticket = self.copy(values)
        ticket.message_subscribe(partner_ids=self.message_partner_ids.ids)
        if move:
            messages_sudo.write({"res_id": ticket.id})
            files_sudo.write({"res_id": ticket.id})
        else:
            self._copy_conversation(messages_sudo, files_sudo, ticket)
        self._message_log(body=self.env._("Split off: %(ticket)s", ticket=ticket._get_html_link()))
        ticket._message_log(
            body=self.env._("Split off from %(ticket)s", ticket=self._get_html_link())
        )
        return {"ticket_id": ticket.id, "number": ticket.number}

    # === BUSINESS METHODS === #

    def _prepare_split_values(self, values):
        """What the new ticket has that this one hasn't; an override adds its own."""
        name = values.get("name") if isinstance(values, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise ValidationError(self.env._("Write in a few words what the problem is."))
        description = values.get("description")
        return {
            "name": name.strip()[:200],
            "description": plaintext2html(str(description)) if description else False,
            "related_ticket_ids": [Command.link(self.id)],
        }

    def _get_own_records(self, model, ids):
        """Those messages or files, all of which must be this ticket's.

        :return: the records, in sudo
        """
        if not isinstance(ids, list | tuple) or not all(type(each) is int for each in ids):
            raise ValidationError(self.env._("Choose messages and files of this ticket."))
        owner = {"mail.message": "model", "ir.attachment": "res_model"}[model]
        records_sudo = (
            self.env[model]
            .sudo()
            .search([("id", "in", list(ids)), (owner, "=", self._name), ("res_id", "=", self.id)])
        )
        if len(records_sudo) != len(set(ids)):
            raise ValidationError(self.env._("Choose messages and files of this ticket."))
        return records_sudo

    def _copy_conversation(self, messages, files, ticket):
        """Give another ticket copies of messages and files, without telling anybody again."""
        copies = dict(zip(files, files.copy({"res_id": ticket.id}), strict=True))
        values = messages.sorted("id").copy_data({"res_id": ticket.id, "parent_id": False})
        for message, vals in zip(messages.sorted("id"), values, strict=True):
            kept = [copies.get(file, file).id for file in message.attachment_ids]
            vals |= {
                "attachment_ids": [Command.set(kept)],
                "date": message.date,
                "author_id": message.author_id.id,
            }
        messages.create(values)
