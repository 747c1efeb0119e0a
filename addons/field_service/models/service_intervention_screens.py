from odoo import api, fields, models


class ServiceIntervention(models.Model):
    """What the screens show to whoever looks at them, and their buttons.

    Nothing is decided here: each button calls a public method that judges.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === FIELDS: MY WORK === #
    my_event_id = fields.Many2one("calendar.event", string="My visit", compute="_compute_my_visit")
    my_start = fields.Datetime(string="From", compute="_compute_my_visit")
    my_stop = fields.Datetime(string="To", compute="_compute_my_visit")
    my_answer = fields.Selection(
        selection=lambda self: (
            self.env["calendar.attendee"]._fields["state"]._description_selection(self.env)
        ),
        compute="_compute_my_visit",
    )
    has_open_work = fields.Boolean(
        string="Work to report",
        compute="_compute_has_open_work",
        # Agents see the intervention, not its lines.
        compute_sudo=True,
        help="Work that is on no signed report yet.",
    )

    # === FIELDS: AT A GLANCE === #
    town = fields.Char(compute="_compute_place")
    address = fields.Char(compute="_compute_place")
    phone = fields.Char(compute="_compute_place")
    warranty_state = fields.Selection(
        selection=lambda self: (
            self.env["service.equipment"]._fields["warranty_state"]._description_selection(self.env)
        ),
        compute="_compute_warranty_state",
    )
    attendee_ids = fields.Many2many(
        "calendar.attendee", string="Answers", compute="_compute_attendee_ids"
    )
    visit_count = fields.Integer(string="Visits planned", compute="_compute_attendee_ids")
    report_count = fields.Integer(compute="_compute_report_count")
    invoice_count = fields.Integer(
        compute="_compute_invoice_count", groups="account.group_account_invoice"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "event_ids.active",
        "event_ids.start",
        "event_ids.stop",
        "event_ids.attendee_ids.state",
        "event_ids.attendee_ids.checked_in_on",
        "event_ids.attendee_ids.checked_out_on",
    )
    @api.depends_context("uid")
    def _compute_my_visit(self):
        """Of several visits the one somebody is at, else the next one, else the last one."""
        me = self.env.user.partner_id
        now = fields.Datetime.now()
        # Read for all of them at once: records that were filtered forget their neighbours.
        self.event_ids.mapped("start")
        self.event_ids.attendee_ids.mapped("partner_id")
        for intervention in self:
            mine = intervention.event_ids.filtered("active").attendee_ids.filtered(
                lambda attendee: attendee.partner_id == me
            )
            present = mine.filtered(lambda a: a.checked_in_on and not a.checked_out_on)
            coming = mine.filtered(lambda a: a.event_id.stop >= now and not a.checked_out_on)
            next_ones = coming.sorted(lambda a: a.event_id.start)[:1]
            attendee = present[:1] or next_ones or mine.sorted(lambda a: a.event_id.start)[-1:]
            intervention.my_event_id = attendee.event_id
            intervention.my_start = attendee.event_id.start
            intervention.my_stop = attendee.event_id.stop
            intervention.my_answer = attendee.state

    @api.depends("work_line_ids.report_id.state")
    def _compute_has_open_work(self):
        for intervention in self:
            intervention.has_open_work = any(
                not line.report_id or line.report_id.state == "draft"
                for line in intervention.work_line_ids
            )

    @api.depends("site_id", "partner_id", "contact_id")
    def _compute_place(self):
        for intervention in self:
            place = intervention.site_id or intervention.partner_id
            street = ", ".join(filter(None, [place.street, place.street2]))
            town = " ".join(filter(None, [place.zip, place.city]))
            intervention.town = place.city
            intervention.address = ", ".join(filter(None, [street, town]))
            intervention.phone = (
                intervention.contact_id.phone or place.phone or intervention.partner_id.phone
            )

    @api.depends("equipment_ids.warranty_state")
    def _compute_warranty_state(self):
        for intervention in self:
            states = intervention.equipment_ids.mapped("warranty_state")
            intervention.warranty_state = next(
                (name for name in ("valid", "unknown", "expired") if name in states), "none"
            )

    @api.depends("event_ids.active", "event_ids.attendee_ids")
    def _compute_attendee_ids(self):
        self.event_ids.mapped("attendee_ids")  # for all of them at once
        for intervention in self:
            visits = intervention.event_ids.filtered("active")
            intervention.attendee_ids = visits.attendee_ids
            intervention.visit_count = len(visits)

    @api.depends("report_ids")
    def _compute_report_count(self):
        for intervention in self:
            intervention.report_count = len(intervention.report_ids)

    @api.depends("work_line_ids.invoice_line_id")
    def _compute_invoice_count(self):
        for intervention in self:
            intervention.invoice_count = len(intervention.work_line_ids.invoice_line_id.move_id)

    # === ACTIONS === #

    def action_confirm_visit(self):
        """Confirm the user's own visit, at the time that their screen has shown."""
        self.ensure_one()
        self.check_access("read")
        self.my_event_id.answer_visit(
            answer="accepted", start=self.env.context.get("field_service_shown_start")
        )

    def action_decline_visit(self):
        """Open the dialog that declines the user's own visit or proposes another time."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_answer_action"
        )
        action["context"] = {
            "default_intervention_id": self.id,
            "default_event_id": self.my_event_id.id,
        }
        return action

    def action_add_files(self):
        """Open the dialog that takes photos and documents."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_files_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action

    def action_wait(self):
        """Open the dialog that asks what is being waited for."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_wait_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action

    def action_report(self):
        """Report the work and let the customer sign at once."""
        self.ensure_one()
        self.check_access("read")
        report = self.env["service.report"].browse(self.action_make_report()["res_id"])
        return report.action_sign()

    def action_view_invoices(self):
        self.ensure_one()
        self.check_access("read")
        return self.work_line_ids.invoice_line_id.move_id._get_service_action()

    def action_open_visit(self):
        """Open the user's own visit."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.my_event_id.id,
            "views": [(self.env.ref("field_service.calendar_event_view_form_visit").id, "form")],
            "target": "new",
        }
