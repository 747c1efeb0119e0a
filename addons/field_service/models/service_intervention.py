from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import html2plaintext

OPEN_STATES = ("draft", "planned", "confirmed", "in_progress", "waiting")
CLOSED_STATES = ("done", "cancelled")


class ServiceIntervention(models.Model):
    """The work order: who goes where, for whom, on whose account, and what came of it.

    Visits are calendar events, work lines say what was done, reports are what the customer signs.
    """

    _name = "service.intervention"
    _description = "Intervention"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "knowledge.source.mixin",
        "attachment.intake.mixin",
        "service.state.mixin",
    ]
    _order = "planned_start desc nulls last, id desc"
    _rec_names_search = ["number", "name"]
    _mail_post_access = "read"
    _check_company_auto = True

    # === FIELDS: IDENTITY === #
    number = fields.Char(required=True, readonly=True, copy=False, default="", index="trigram")
    name = fields.Char(string="Subject", required=True, tracking=True, index="trigram")
    description = fields.Html(string="Work to do", sanitize_attributes=True, sanitize_form=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    type_id = fields.Many2one(
        "service.intervention.type",
        required=True,
        default=lambda self: self._default_type_id(),
        ondelete="restrict",
        tracking=True,
    )

    # === FIELDS: WHO AND WHERE === #
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Customer's company",
        store=True,
        index=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact on site",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
    )
    invoice_partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        compute="_compute_invoice_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Whoever gets the invoice.",
    )
    on_behalf_id = fields.Many2one(
        "res.partner",
        string="On behalf of",
        ondelete="restrict",
        help="Whoever asked us to work at this customer's, e.g. the manufacturer.",
    )
    site_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        tracking=True,
    )
    access_note = fields.Text(
        string="Access to the site",
        compute="_compute_access_note",
        store=True,
        readonly=False,
        precompute=True,
    )
    equipment_ids = fields.Many2many(
        "service.equipment",
        relation="service_intervention_equipment_rel",
        domain="[('partner_id', '=', commercial_partner_id)]",
        check_company=True,
    )

    # === FIELDS: ON WHOSE ACCOUNT === #
    project_id = fields.Many2one(
        "project.project",
        string="Job order",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('allow_timesheets', '=', True)]",
        tracking=True,
    )
    contract_id = fields.Many2one(
        "service.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('partner_id', '=', commercial_partner_id), ('state', '=', 'open')]",
    )
    cause_id = fields.Many2one(
        "service.cause",
        string="Kind of cause",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        compute="_compute_fiscal_position_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
        help="How the work is taxed: of the place, the job order or the contract. Empty: as the "
        "payer is taxed.",
    )
    amount_limit = fields.Monetary(
        string="Authorised amount",
        help="Beyond this amount the customer has to be asked first. Zero: no limit.",
        groups="field_service.field_service_group_price",
    )
    customer_reference = fields.Char(
        string="Customer's order",
        compute="_compute_references",
        store=True,
        readonly=False,
        precompute=True,
    )
    customer_reference_date = fields.Date(
        string="Date of the order",
        compute="_compute_references",
        store=True,
        readonly=False,
        precompute=True,
    )
    cig = fields.Char(
        string="CIG",
        size=10,
        compute="_compute_references",
        store=True,
        readonly=False,
        precompute=True,
    )
    cup = fields.Char(
        string="CUP",
        size=15,
        compute="_compute_references",
        store=True,
        readonly=False,
        precompute=True,
    )

    # === FIELDS: WORKFLOW === #
    team_id = fields.Many2one(
        "helpdesk.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Dispatcher",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    priority = fields.Selection(
        selection=[("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")],
        default="1",
        tracking=True,
    )
    technician_ids = fields.Many2many(
        "hr.employee",
        relation="service_intervention_technician_rel",
        string="Technicians",
        check_company=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "To plan"),
            ("planned", "Planned"),
            ("confirmed", "Confirmed"),
            ("in_progress", "In progress"),
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        group_expand=True,
    )
    waiting_reason = fields.Char(readonly=True, copy=False, tracking=True)
    waiting_until = fields.Date(string="Expected on", readonly=True, copy=False)
    cause = fields.Text(tracking=True, copy=False, help="What was found.")
    solution = fields.Text(tracking=True, copy=False, help="What solved it.")
    close_date = fields.Datetime(string="Closed on", readonly=True, copy=False)

    # === FIELDS: VISITS === #
    event_ids = fields.One2many("calendar.event", "intervention_id", string="Visits", copy=False)
    planned_start = fields.Datetime(
        compute="_compute_planned_dates", store=True, index="btree_not_null", copy=False
    )
    planned_end = fields.Datetime(compute="_compute_planned_dates", store=True, copy=False)
    confirmation_state = fields.Selection(
        selection=[
            ("none", "No visit"),
            ("to_confirm", "To be confirmed"),
            ("confirmed", "Confirmed"),
            ("declined", "Declined"),
        ],
        string="Commitment",
        compute="_compute_confirmation_state",
        store=True,
        copy=False,
    )

    # === FIELDS: WORK AND REPORTS === #
    work_line_ids = fields.One2many(
        "service.work.line", "intervention_id", string="Work lines", copy=False
    )
    report_ids = fields.One2many("service.report", "intervention_id", string="Reports", copy=False)
    checklist_answer_ids = fields.One2many(
        "service.checklist.answer", "intervention_id", string="Checklist", copy=False
    )
    attachment_count = fields.Integer(string="Files", compute="_compute_attachment_count")
    worked_hours = fields.Float(compute="_compute_worked_hours")
    amount_to_invoice = fields.Monetary(
        compute="_compute_amount_to_invoice", groups="field_service.field_service_group_price"
    )
    amount_cost = fields.Monetary(
        string="Cost",
        compute="_compute_amount_cost",
        groups="field_service.field_service_group_cost",
    )
    invoice_status = fields.Selection(
        selection=[("no", "Not invoiced"), ("partial", "Partly invoiced"), ("full", "Invoiced")],
        compute="_compute_invoice_status",
        store=True,
        copy=False,
    )

    # === FIELDS: THE DESK === #
    situation_verdict = fields.Selection(
        selection=lambda self: self.env["res.partner"]._get_situation_verdicts(),
        string="Accounting situation",
        compute="_compute_situation",
    )
    situation_label = fields.Char(compute="_compute_situation", export_string_translation=False)
    is_mine = fields.Boolean(compute="_compute_is_mine", search="_search_is_mine")

    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "There is already an intervention with this number."
    )
    _open_idx = models.Index(
        "(company_id, state, planned_start) WHERE state NOT IN ('done', 'cancelled')"
    )
    _order_idx = models.Index("(planned_start DESC NULLS LAST, id DESC)")

    # === DEFAULTS === #

    @api.model
    def _default_type_id(self):
        return self.env["service.intervention.type"].search(
            [("company_id", "in", [False, self.env.company.id])], limit=1
        )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "contract_id", "project_id")
    def _compute_invoice_partner_id(self):
        for intervention in self:
            contract = intervention.contract_id
            intervention.invoice_partner_id = (
                contract.invoice_partner_id or intervention.partner_id.commercial_partner_id
            )

    @api.depends("site_id", "ticket_id")
    def _compute_access_note(self):
        for intervention in self:
            intervention.access_note = (
                intervention.ticket_id.access_note
                or intervention.site_id.service_access_note
                or intervention.access_note
            )

    @api.depends("partner_id", "site_id", "equipment_ids", "company_id")
    def _compute_contract_id(self):
        contracts = self.env["service.contract"]._get_open(self.partner_id, self.company_id)
        for intervention in self:
            kept = intervention.contract_id
            day = fields.Date.context_today(intervention)
            intervention.contract_id = kept or contracts._choose(
                intervention.partner_id,
                intervention.site_id,
                intervention.equipment_ids._origin,
                day,
                intervention.company_id,
            )

    @api.depends("contract_id", "project_id")
    def _compute_references(self):
        for intervention in self:
            source = intervention.project_id or intervention.contract_id
            for name in ("customer_reference", "customer_reference_date", "cig", "cup"):
                intervention[name] = (source and source[name]) or intervention[name]

    @api.depends("site_id", "contract_id", "project_id")
    def _compute_fiscal_position_id(self):
        for intervention in self:
            # Technicians don't read how a place is taxed.
            site_sudo = intervention.site_id.sudo().with_company(intervention.company_id)
            intervention.fiscal_position_id = (
                site_sudo.service_fiscal_position_id
                or intervention.project_id.fiscal_position_id
                or intervention.contract_id.fiscal_position_id
                or intervention.fiscal_position_id
            )

    @api.depends("ticket_id", "company_id")
    def _compute_team_id(self):
        defaults = self.env["helpdesk.team"]._get_default_teams(self.company_id)
        for intervention in self:
            intervention.team_id = (
                intervention.ticket_id.team_id
                or intervention.team_id
                or defaults.get(intervention.company_id)
            )

    @api.depends("event_ids.start", "event_ids.stop", "event_ids.active")
    def _compute_planned_dates(self):
        for intervention in self:
            events = intervention.event_ids.filtered("active")
            intervention.planned_start = min(events.mapped("start"), default=False)
            intervention.planned_end = max(events.mapped("stop"), default=False)

    @api.depends("event_ids.active", "event_ids.attendee_ids.state", "technician_ids")
    def _compute_confirmation_state(self):
        for intervention in self:
            technicians = intervention.technician_ids._get_visit_partners()
            attendees = intervention.event_ids.filtered("active").attendee_ids.filtered(
                lambda attendee, technicians=technicians: attendee.partner_id in technicians
            )
            states = set(attendees.mapped("state"))
            if not states:
                intervention.confirmation_state = "none"
            elif "declined" in states:
                intervention.confirmation_state = "declined"
            elif states == {"accepted"}:
                intervention.confirmation_state = "confirmed"
            else:
                intervention.confirmation_state = "to_confirm"

    def _compute_attachment_count(self):
        count = dict(
            self.env["ir.attachment"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for intervention in self:
            intervention.attachment_count = count.get(intervention.id, 0)

    def _compute_worked_hours(self):
        hours = dict(
            self.env["service.work.line"]._read_group(
                [
                    ("intervention_id", "in", self.ids),
                    ("kind", "in", ("labour", "travel", "waiting")),
                ],
                ["intervention_id"],
                ["quantity:sum"],
            )
        )
        for intervention in self:
            intervention.worked_hours = hours.get(intervention, 0.0)

    @api.depends("work_line_ids.amount_invoice")
    def _compute_amount_to_invoice(self):
        for intervention in self:
            intervention.amount_to_invoice = sum(
                intervention.work_line_ids.mapped("amount_invoice")
            )

    # By itself: dispatchers read what work is sold at, not what it costs.
    @api.depends("work_line_ids.amount_cost")
    def _compute_amount_cost(self):
        for intervention in self:
            intervention.amount_cost = sum(intervention.work_line_ids.mapped("amount_cost"))

    @api.depends("work_line_ids.billing_state")
    def _compute_invoice_status(self):
        for intervention in self:
            states = set(intervention.work_line_ids.mapped("billing_state"))
            if "billed" not in states:
                intervention.invoice_status = "no"
            elif states & {"to_bill", "blocked"}:
                intervention.invoice_status = "partial"
            else:
                intervention.invoice_status = "full"

    @api.depends("invoice_partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_situation(self):
        for company, interventions in self.grouped("company_id").items():
            # The verdict is the payer's and shown to whoever plans; amounts need their own right.
            payers = interventions.invoice_partner_id.commercial_partner_id
            situations = payers._get_situations(company or self.env.company)
            for intervention in interventions:
                payer = intervention.invoice_partner_id.commercial_partner_id
                situation = situations.get(payer.id, {})
                intervention.situation_verdict = situation.get("verdict")
                intervention.situation_label = situation.get("label")

    @api.depends_context("uid")
    @api.depends("technician_ids")
    def _compute_is_mine(self):
        for intervention in self:
            intervention.is_mine = self.env.user in intervention.sudo().technician_ids.user_id

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = [("technician_ids.user_id", "=", self.env.uid)]
        return mine if True in value else ["!", *mine]

    @api.depends("number", "name")
    def _compute_display_name(self):
        for intervention in self:
            intervention.display_name = f"{intervention.number} {intervention.name or ''}".strip()

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id", "site_id", "equipment_ids", "contract_id", "contact_id")
    def _check_customer(self):
        for intervention in self:
            customer = intervention.commercial_partner_id
            foreign = (
                intervention.site_id.commercial_partner_id
                | intervention.contact_id.commercial_partner_id
                | intervention.equipment_ids.partner_id.commercial_partner_id
                | intervention.contract_id.partner_id.commercial_partner_id
            ) - customer
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Intervention %(intervention)s is for %(customer)s, but its site, contact, "
                        "equipment or contract belongs to %(other)s.",
                        intervention=intervention.display_name,
                        customer=customer.display_name,
                        other=foreign[0].display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_worked(self):
        if self.work_line_ids or self.report_ids:
            raise UserError(
                self.env._(
                    "Work has been recorded on this intervention: cancel it instead of deleting it."
                )
            )

    # === CRUD METHODS === #

    @api.model
    def _get_state_fields(self):
        return super()._get_state_fields() | {"close_date"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("number"):
                company = self.env["res.company"].browse(
                    vals.get("company_id") or self.env.company.id
                )
                # Sequences are read by their owner only; who may create gets the number.
                sequences_sudo = self.env["ir.sequence"].sudo().with_company(company)
                vals["number"] = sequences_sudo.next_by_code(self._name)
        interventions = super().create(vals_list)
        interventions._fill_checklist()
        interventions._notify_ticket_state()
        return interventions

    def write(self, vals):
        if "partner_id" in vals:
            # A closed report is its customer's: it doesn't follow to another one.
            moved = self.filtered(lambda record: record.partner_id.id != vals["partner_id"])
            moved.sudo().report_ids._check_draft()
        result = super().write(vals)
        if "type_id" in vals:
            self._fill_checklist()
        if "state" in vals:
            self._notify_ticket_state()
        return result

    def _fill_checklist(self):
        """Ask what the type of work asks; what was answered already stays."""
        values = [
            {"intervention_id": intervention.id, "item_id": item.id}
            for intervention in self
            for item in intervention.type_id.checklist_item_ids
            - intervention.checklist_answer_ids.item_id
        ]
        for intervention in self:
            answers = intervention.checklist_answer_ids
            answers.filtered(
                lambda answer, kept=intervention.type_id: (
                    answer.item_id.type_id != kept
                    and not answer.value
                    and not answer.attachment_ids
                )
            ).unlink()
        self.env["service.checklist.answer"].create(values)

    # === KNOWLEDGE === #
    # What solved a ticket's problem is told by the ticket: the same case is in the index once.

    def _knowledge_title(self):
        return self.name or ""

    def _knowledge_problem_text(self):
        return "\n".join(
            filter(None, [self.name, html2plaintext(self.description or ""), self.cause])
        )

    def _knowledge_solution_text(self):
        return self.solution or ""

    def _knowledge_kind(self):
        return self.env._("Intervention")

    def _knowledge_symptom_text(self):
        return self.description or self.name

    def _knowledge_cause_text(self):
        return self.cause or ""

    def _knowledge_case(self):
        return self.ticket_id or self

    @api.model
    def _knowledge_filter_fields(self):
        return {
            "category": "type_id",
            "product": "equipment_ids.product_id",
            "date": "close_date",
            "solver": "technician_ids.user_id",
        }

    @api.model
    def _knowledge_access(self):
        """Override of `knowledge_base`: who repairs finds what was solved anywhere in the house."""
        if self.env.user.has_group("field_service.field_service_group_user"):
            return Domain.TRUE
        return super()._knowledge_access()

    def _knowledge_is_solved(self):
        return self.state == "done" and bool((self.solution or "").strip()) and not self.ticket_id

    def _knowledge_audience(self):
        return "customer"

    def _knowledge_partner(self):
        return self.commercial_partner_id

    def _knowledge_codes(self):
        return " ; ".join(filter(None, self._knowledge_equipment().mapped("serial_number")))

    def _knowledge_tags(self):
        return self._knowledge_product()

    def _knowledge_product(self):
        return self._knowledge_equipment()._product_names(self._knowledge_lang())

    def _knowledge_equipment(self):
        """What it was about, also what has been scrapped since."""
        return self.with_context(active_test=False).equipment_ids

    def _knowledge_lang(self):
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    @api.model
    def _knowledge_trigger_fields(self):
        return {
            "name",
            "description",
            "cause",
            "solution",
            "state",
            "partner_id",
            "company_id",
            "ticket_id",
            "equipment_ids",
        }
