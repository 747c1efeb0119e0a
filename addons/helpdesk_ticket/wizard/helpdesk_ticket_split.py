from odoo import Command, api, fields, models

from ..models.helpdesk_ticket_merging import CONVERSATION

# As many of the newest messages, and of the newest files, are offered.
OFFERED = 40


class HelpdeskTicketSplit(models.TransientModel):
    """Asks what of a ticket becomes a ticket of its own."""

    _name = "helpdesk.ticket.split"
    _description = "Split a Ticket"
    _inherit = ["dialog.mixin"]

    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_ticket_id(),
    )
    # The message from whose menu the dialog was opened.
    message_id = fields.Many2one("mail.message", ondelete="cascade")
    name = fields.Char(string="Subject", required=True)
    description = fields.Text()
    move = fields.Selection(
        selection=[("move", "Move"), ("copy", "Copy")],
        string="What goes along",
        required=True,
        default="move",
    )
    line_ids = fields.One2many(
        "helpdesk.ticket.split.line",
        "split_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    def _default_ticket_id(self):
        if self.env.context.get("active_model") == "helpdesk.ticket":
            return self.env.context.get("active_id")
        return False

    @api.depends("ticket_id", "message_id")
    def _compute_line_ids(self):
        for split in self:
            # A message is read by those who read its ticket.
            messages = self.env["mail.message"].search(
                [
                    ("model", "=", "helpdesk.ticket"),
                    ("res_id", "=", split.ticket_id.id),
                    ("message_type", "in", CONVERSATION),
                ],
                order="id desc",
                limit=OFFERED,
            )
            files = self.env["ir.attachment"].search(
                [
                    ("res_model", "=", "helpdesk.ticket"),
                    ("res_id", "=", split.ticket_id.id),
                    ("id", "not in", messages.attachment_ids.ids),
                ],
                order="id desc",
                limit=OFFERED,
            )
            split.line_ids = [
                Command.clear(),
                *(Command.create(self._prepare_message(message)) for message in messages),
                *(Command.create(self._prepare_file(file)) for file in files),
            ]

    def _prepare_message(self, message):
        return {
            "message_id": message.id,
            "date": message.date,
            "name": f"{message.author_id.name or message.email_from or ''}: {message.preview}",
            "chosen": message == self.message_id,
        }

    def _prepare_file(self, file):
        return {"attachment_id": file.id, "date": file.create_date, "name": file.name}

    def action_confirm(self):
        self.ensure_one()
        chosen = self.line_ids.filtered("chosen")
        created = self.ticket_id.split(
            {"name": self.name, "description": self.description},
            message_ids=chosen.message_id.ids,
            attachment_ids=chosen.attachment_id.ids,
            move=self.move == "move",
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": created["ticket_id"],
            "views": [(False, "form")],
        }


class HelpdeskTicketSplitLine(models.TransientModel):
    _name = "helpdesk.ticket.split.line"
    _description = "Message or File That Goes Along"
    _inherit = ["dialog.mixin"]
    _order = "date desc, id"

    split_id = fields.Many2one("helpdesk.ticket.split", required=True, ondelete="cascade")
    message_id = fields.Many2one("mail.message", ondelete="cascade")
    attachment_id = fields.Many2one("ir.attachment", ondelete="cascade")
    chosen = fields.Boolean()
    date = fields.Datetime()
    name = fields.Char(string="Message or file")
