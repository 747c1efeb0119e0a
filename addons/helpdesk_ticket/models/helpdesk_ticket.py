from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext


class HelpdeskTicket(models.Model):
    """A formal request for assistance.

    A ticket is always of one company and in one stage. It is closed with a cause and a solution,
    which others find from then on, and can be opened again. What happened to it, its
    :class:`HelpdeskTicketSegment`, is history; deadlines are computed from there and may change.
    """

    _name = "helpdesk.ticket"
    _description = "Ticket"
    _inherit = [
        "mail.thread.cc",
        "mail.activity.mixin",
        "portal.mixin",
        "rating.mixin",
        "knowledge.source.mixin",
        "attachment.intake.mixin",
    ]
    _order = "priority desc, id desc"
    _rec_names_search = ["number", "name"]
    _mail_post_access = "read"
    _primary_email = "partner_email"
    _check_company_auto = True

    # === FIELDS: IDENTITY === #
    number = fields.Char(required=True, readonly=True, copy=False, default="", index="trigram")
    name = fields.Char(string="Subject", required=True, tracking=True, index="trigram")
    description = fields.Html(sanitize_attributes=True, sanitize_form=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )

    # === FIELDS: WHO AND WHERE === #
    partner_id = fields.Many2one(
        "res.partner",
        string="Requester",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        related="partner_id.commercial_partner_id",
        store=True,
        index="btree_not_null",
    )
    site_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Where help is needed.",
    )
    partner_email = fields.Char(
        string="Email",
        compute="_compute_partner_email",
        store=True,
        readonly=False,
        precompute=True,
    )
    partner_phone = fields.Char(
        string="Phone",
        compute="_compute_partner_phone",
        store=True,
        readonly=False,
        precompute=True,
    )
    access_note = fields.Text(
        string="Access to the site",
        compute="_compute_access_note",
        store=True,
        readonly=False,
        help="Keys, opening hours, whom to ask for.",
    )
    presence_until = fields.Datetime(
        string="Somebody is there until",
        copy=False,
        help="Until when the customer can let somebody in, today or on another day.",
    )

    # === FIELDS: WORKFLOW === #
    team_id = fields.Many2one(
        "helpdesk.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        tracking=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        check_company=True,
    )
    stage_id = fields.Many2one(
        "helpdesk.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        copy=False,
        ondelete="restrict",
        group_expand="_read_group_stage_ids",
    )
    closed = fields.Boolean(related="stage_id.closed", store=True)
    category_id = fields.Many2one(
        "helpdesk.category",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    ticket_properties = fields.Properties(
        string="Questions",
        definition="category_id.ticket_properties_definition",
        copy=True,
    )
    tag_ids = fields.Many2many("helpdesk.tag", string="Tags")
    priority = fields.Selection(
        selection=[("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")],
        compute="_compute_priority",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    channel = fields.Selection(
        selection=[
            ("portal", "Portal"),
            ("email", "Email"),
            ("phone", "Phone"),
            ("internal", "Internal"),
            ("api", "API"),
        ],
        required=True,
        default="internal",
        readonly=True,
    )
    cause = fields.Text(tracking=True, copy=False)
    solution = fields.Text(tracking=True, copy=False)
    reopen_count = fields.Integer(string="Times reopened", readonly=True, copy=False)

    # === FIELDS: DATES === #
    close_date = fields.Datetime(string="Closed on", readonly=True, copy=False)
    first_response_date = fields.Datetime(string="First response on", readonly=True, copy=False)

    # === FIELDS: COMPUTED FOR THE DESK === #
    situation_verdict = fields.Selection(
        selection="_selection_situation_verdict",
        string="Accounting situation",
        compute="_compute_situation",
    )
    situation_label = fields.Char(compute="_compute_situation", export_string_translation=False)

    # The numbers of a company are its own; two of our companies may count alike.
    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "There is already a ticket with this number."
    )
    # The desk asks for open tickets: the indexes hold nothing else, however many are closed.
    _open_team_idx = models.Index("(team_id, stage_id) WHERE closed IS NOT TRUE")
    _open_user_idx = models.Index("(user_id) WHERE closed IS NOT TRUE")
    _stage_idx = models.Index("(stage_id, priority DESC, id DESC)")
    _order_idx = models.Index("(priority DESC, id DESC)")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_partner_email(self):
        for ticket in self:
            ticket.partner_email = ticket.partner_id.email or ticket.partner_email

    @api.depends("partner_id")
    def _compute_partner_phone(self):
        for ticket in self:
            ticket.partner_phone = ticket.partner_id.phone or ticket.partner_phone

    @api.depends("site_id")
    def _compute_access_note(self):
        for ticket in self:
            ticket.access_note = ticket.site_id.service_access_note or ticket.access_note

    @api.depends("category_id", "company_id")
    def _compute_team_id(self):
        defaults = self.env["helpdesk.team"]._get_default_teams(self.company_id)
        for ticket in self:
            kept = ticket.team_id if ticket.team_id.company_id == ticket.company_id else False
            proposed = ticket.category_id.with_company(ticket.company_id).team_id
            if proposed.company_id == ticket.company_id:
                ticket.team_id = proposed
            else:
                ticket.team_id = kept or defaults.get(ticket.company_id)

    @api.depends("team_id")
    def _compute_stage_id(self):
        stages = self.env["helpdesk.stage"].search([("active", "=", True)])
        for ticket in self:
            usable = stages._of_team(ticket.team_id)
            if not ticket.stage_id or ticket.stage_id not in usable:
                ticket.stage_id = usable[:1]

    @api.depends("category_id")
    def _compute_priority(self):
        for ticket in self:
            ticket.priority = ticket.category_id.priority or ticket.priority or "1"

    @api.depends("number", "name")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f"{ticket.number or ''} {ticket.name or ''}".strip()

    @api.depends("commercial_partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_situation(self):
        for company, tickets in self.grouped("company_id").items():
            # The verdict is shown to whoever sees the ticket; amounts need a right of their own.
            situations = tickets.commercial_partner_id._get_situations(company or self.env.company)
            for ticket in tickets:
                situation = situations.get(ticket.commercial_partner_id.id, {})
                ticket.situation_verdict = situation.get("verdict")
                ticket.situation_label = situation.get("label")

    def _selection_situation_verdict(self):
        return self.env["res.partner"]._get_situation_verdicts()

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        team_id = self.env.context.get("default_team_id")
        every = self.env["helpdesk.stage"].search([("active", "=", True)])
        if not team_id:
            return every.filtered(lambda stage: not stage.team_ids) | stages
        return every._of_team(self.env["helpdesk.team"].browse(team_id))

    # === CONSTRAINT METHODS === #

    @api.constrains("stage_id", "cause", "solution")
    def _check_solution(self):
        for ticket in self:
            if ticket.stage_id.kind == "solved" and not _has_text(ticket.solution):
                raise ValidationError(
                    self.env._(
                        "Ticket %(ticket)s is not solved without saying how. "
                        "Press Close, and write the cause and the solution.",
                        ticket=ticket.display_name,
                    )
                )

    @api.constrains("site_id", "partner_id")
    def _check_site_id(self):
        for ticket in self.filtered("site_id"):
            if ticket.site_id.commercial_partner_id != ticket.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(site)s is not a site of %(customer)s. "
                        "Choose one of the customer's own sites.",
                        site=ticket.site_id.display_name,
                        customer=ticket.commercial_partner_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        if any(ticket.closed for ticket in self):
            raise UserError(
                self.env._("A closed ticket is history and cannot be deleted. Archive it instead.")
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._number_values(vals_list)
        tickets = super().create(vals_list)
        tickets._assign()
        tickets._enter_stage()
        # What is promised is promised now, also if somebody closes it in the same breath.
        tickets.mapped("resolution_deadline")
        return tickets

    def write(self, vals):
        before = {}
        # A stage follows from what is written here, directly or through the team.
        if not vals.keys().isdisjoint({"stage_id", "team_id", "category_id", "company_id"}):
            before = {ticket: ticket.stage_id for ticket in self}
        result = super().write(vals)
        moved = self.filtered(lambda ticket: ticket in before and ticket.stage_id != before[ticket])
        moved._enter_stage()
        return result

    def _number_values(self, vals_list):
        """Give each new ticket the next number of its company, one query per company."""
        default = self.env.company.id
        without = [vals for vals in vals_list if not vals.get("number")]
        wanted = Counter(vals.get("company_id") or default for vals in without)
        numbers = {
            company_id: iter(self._next_numbers(company_id, count))
            for company_id, count in wanted.items()
        }
        for vals in without:
            vals["number"] = next(numbers[vals.get("company_id") or default])

    @api.model
    def _next_numbers(self, company_id, count):
        # Sequences are read by their owner only; who may create a ticket gets its number.
        sequence_sudo = (
            self.env["ir.sequence"]
            .sudo()
            .search(
                Domain("code", "=", self._name) & Domain("company_id", "in", [company_id, False]),
                order="company_id",
                limit=1,
            )
        )
        if not sequence_sudo:
            raise UserError(
                self.env._(
                    "Tickets have no numbering. Create a sequence with code helpdesk.ticket."
                )
            )
        if count == 1 or sequence_sudo.implementation != "standard" or sequence_sudo.use_date_range:
            return [sequence_sudo.next_by_id() for _turn in range(count)]
        # SQL, because the ORM draws numbers one by one.
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence_sudo.id:03d}",
                count,
            )
        )
        return [sequence_sudo.get_next_char(number) for (number,) in rows]

    # === BUSINESS METHODS === #

    def _assign(self):
        """Give new tickets to somebody, see ``helpdesk_ticket_assignment.py``; an override does so
        for its own reasons first.
        """

    def _enter_stage(self):
        """Note that the tickets are in another stage from now on, and what follows from that."""
        if not self:
            return
        now = fields.Datetime.now()
        # The history belongs to nobody: people move tickets, they don't write segments.
        self.env["helpdesk.ticket.segment"].sudo()._open_for(self, now)
        closed = self.filtered("closed")
        closed.filtered(lambda ticket: not ticket.close_date).close_date = now
        if closed:
            closed.sudo()._note_answer(self.env.user)
        (self - closed).filtered("close_date").close_date = False

    # === KNOWLEDGE === #

    def _knowledge_title(self):
        return self.name or ""

    def _knowledge_problem_text(self):
        return "\n".join(
            filter(None, [self.name, html2plaintext(self.description or ""), self.cause])
        )

    def _knowledge_solution_text(self):
        return self.solution or ""

    def _knowledge_kind(self):
        return self.env._("Ticket")

    def _knowledge_symptom_text(self):
        return self.description or self.name

    def _knowledge_cause_text(self):
        return self.cause or ""

    def _knowledge_is_solved(self):
        return self.stage_id.kind == "solved" and _has_text(self.solution)

    def _knowledge_audience(self):
        # Own cases are offered to the customer, other customers never see them.
        return "customer"

    def _knowledge_partner(self):
        return self.commercial_partner_id

    def _knowledge_company(self):
        return self.company_id

    def _knowledge_lang(self):
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _knowledge_codes(self):
        return ""

    @api.model
    def _knowledge_filter_fields(self):
        return {"category": "category_id", "date": "close_date", "solver": "user_id"}

    @api.model
    def _knowledge_trigger_fields(self):
        return {
            "name",
            "description",
            "cause",
            "solution",
            "stage_id",
            "team_id",
            "partner_id",
            "company_id",
        }


def _has_text(value):
    return bool((value or "").strip())
