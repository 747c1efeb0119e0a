from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent


class ServiceIntervention(models.Model):
    """Work given to another firm: its coordinator says who of their people goes, and when.

    The firm's people are employees of ours (contractors), so everything that follows, from the
    visit to their bill, goes the way it goes for everybody.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    subcontractor_id = fields.Many2one(
        "res.partner",
        string="Given to",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    subcontract_state = fields.Selection(
        selection=[("asked", "Asked"), ("accepted", "Taken on"), ("declined", "Declined")],
        string="Answer of the firm",
        readonly=True,
        copy=False,
        tracking=True,
    )
    subcontract_deadline = fields.Date(string="To be done by", readonly=True, copy=False)
    subcontract_reason = fields.Char(string="Reason of the firm", readonly=True, copy=False)

    # === PUBLIC METHODS: DISPATCHERS === #

    @idempotent
    def ask_subcontractor(self, partner_id, deadline=None, request_uuid=None):
        """Give the work to a firm; its coordinators are told by mail.

        :param int partner_id: the firm (``res.partner``); it has a coordinator and people
        :param str deadline: until when it has to be done; optional
        :return: ``{"coordinators": [names]}``
        """
        self.ensure_one()
        self._check_may_give_away()
        firm = self.env["res.partner"].browse(partner_id if isinstance(partner_id, int) else 0)
        firm = firm.exists().commercial_partner_id
        coordinators = firm and firm._get_coordinators()
        if not coordinators:
            raise ValidationError(
                self.env._(
                    "This firm has no coordinator with portal access. Choose one on the firm's "
                    "contacts first."
                )
            )
        people_sudo = firm._get_firm_people_sudo()
        if self.company_id not in people_sudo.company_id:
            raise ValidationError(
                self.env._(
                    "Nobody of %(firm)s works for %(company)s. Create their people as employees "
                    "with a contact of the firm.",
                    firm=firm.name,
                    company=self.company_id.name,
                )
            )
        try:
            deadline = fields.Date.to_date(deadline or False)
        except ValueError as error:
            raise ValidationError(self.env._("Say until which day it has to be done.")) from error
        if self.subcontract_state == "asked" and self.subcontractor_id != firm:
            self._tell_coordinators(withdrawn=True)
        self.write(
            {
                "subcontractor_id": firm.id,
                "subcontract_state": "asked",
                "subcontract_deadline": deadline,
                "subcontract_reason": False,
            }
        )
        self._tell_coordinators()
        return {"coordinators": coordinators.mapped("name")}

    @idempotent
    def withdraw_subcontract(self, request_uuid=None):
        """Take the work back from the firm; visits that are planned stay as they are.

        :return: ``{}``
        """
        self.ensure_one()
        self._check_may_give_away()
        if not self.subcontractor_id:
            raise UserError(self.env._("This work is not given to any firm."))
        if self.subcontract_state != "declined":
            self._tell_coordinators(withdrawn=True)
        self.write(
            {
                "subcontractor_id": False,
                "subcontract_state": False,
                "subcontract_deadline": False,
                "subcontract_reason": False,
            }
        )
        return {}

    def _check_may_give_away(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(
            "field_service.field_service_group_dispatcher"
        ):
            raise AccessError(self.env._("Only dispatchers give work to other firms."))
        if self.state in ("done", "cancelled"):
            raise UserError(
                self.env._("This intervention is closed: there is nothing to give away.")
            )

    def _tell_coordinators(self, withdrawn=False):
        """Mail the firm's coordinators; nothing of the customer is in the mail but the town."""
        template = self.env.ref(
            "field_service.mail_template_service_intervention_subcontract",
            raise_if_not_found=False,
        )
        if not template:
            return
        template = template.with_context(field_service_withdrawn=withdrawn)
        for coordinator in self.subcontractor_id._get_coordinators().filtered("email"):
            template.with_context(lang=coordinator.lang).send_mail(
                self.id, email_values={"recipient_ids": [(4, coordinator.id)]}
            )

    def _get_town(self):
        """The town of the work, which is all that mails and calendars tell of a customer."""
        self.ensure_one()
        place = self.site_id or self.partner_id
        return place.city or place.commercial_partner_id.city or ""

    # === PUBLIC METHODS: COORDINATORS === #

    @idempotent
    def answer_subcontract(
        self, answer, reason=None, start=None, stop=None, employee_ids=None, request_uuid=None
    ):
        """Take on, or decline, work that was given to one's own firm.

        :param str answer: ``accepted``, which plans a visit, or ``declined``
        :param str reason: why; needed to decline
        :param str start: of the visit, naive UTC
        :param str stop: of the visit, naive UTC
        :param list employee_ids: who of the own people goes (``hr.employee``)
        :return: ``{"answer": …, "event_id": … or None, "warnings": […]}``
        :raise AccessError: the same for others' work and for work that doesn't exist
        """
        intervention_sudo = self._check_given_sudo()
        if answer not in ("accepted", "declined"):
            raise ValidationError(self.env._("Take the work on, or decline it."))
        if intervention_sudo.subcontract_state == "declined":
            raise UserError(self.env._("Your firm has declined this work already."))
        if answer == "declined":
            return intervention_sudo._decline_subcontract(reason)
        own_sudo = self.env.user._get_coordinated_people_sudo()
        if not set(employee_ids or []) <= set(own_sudo.ids):
            raise ValidationError(self.env._("Choose who of your own people goes."))
        # The coordinator has no right to plan but for this work and these people.
        planned = intervention_sudo._plan(start, stop, employee_ids)
        if intervention_sudo.subcontract_state == "asked":
            intervention_sudo.subcontract_state = "accepted"
            intervention_sudo._note_subcontract(
                self.env._("%(firm)s takes the work on.", firm=self._get_own_firm_name())
            )
        return {"answer": "accepted", **planned}

    @idempotent
    def send_somebody_else(self, event_id, employee_id, new_employee_id, request_uuid=None):
        """Send another of one's own people to a visit, as coordinator of their firm.

        :param int event_id: the visit
        :param int employee_id: who was to go
        :param int new_employee_id: who goes instead
        :return: ``{"event_id": …}``
        :raise AccessError: the same for others' visits and for those that don't exist
        """
        own_sudo = self.env.user._get_coordinated_people_sudo()
        leaving_sudo = own_sudo.filtered(lambda person: person.id == employee_id)
        visit = self.env["calendar.event"].browse(event_id if isinstance(event_id, int) else 0)
        attendee_sudo = visit._get_attendee_sudo(leaving_sudo._get_visit_partners())
        intervention_sudo = attendee_sudo.event_id.intervention_id
        if intervention_sudo.id != self.id:
            raise AccessError(self.env._("You are not invited to this visit."))
        if new_employee_id not in own_sudo.ids:
            raise ValidationError(self.env._("Choose who of your own people goes."))
        if intervention_sudo.state in ("done", "cancelled"):
            raise UserError(self.env._("This intervention is closed: nobody has to go."))
        # The coordinator has no right to plan but for these people.
        intervention_sudo._replace_technician(attendee_sudo, leaving_sudo, new_employee_id)
        return {"event_id": event_id}

    def _check_given_sudo(self):
        """This intervention in sudo, if it was given to the firm that the user coordinates.

        :raise AccessError: the same for others' work and for work that doesn't exist
        """
        user = self.env.user
        given_sudo = self.sudo().browse()
        if len(self) == 1 and user._is_coordinator():
            given_sudo = given_sudo.search(
                [
                    ("id", "=", self.id),
                    ("subcontractor_id", "=", user.partner_id.commercial_partner_id.id),
                ]
            )
        if not given_sudo:
            raise AccessError(self.env._("This work was not given to your firm."))
        if given_sudo.state in ("done", "cancelled"):
            raise UserError(self.env._("This intervention is closed: there is nothing to answer."))
        return given_sudo

    def _decline_subcontract(self, reason):
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise ValidationError(self.env._("Write why your firm cannot do it."))
        self.write({"subcontract_state": "declined", "subcontract_reason": reason})
        self._note_subcontract(
            self.env._(
                "%(firm)s declines the work: %(reason)s",
                firm=self._get_own_firm_name(),
                reason=reason,
            ),
            tell=True,
        )
        return {"answer": "declined", "event_id": None, "warnings": []}

    @api.model
    def _get_own_firm_name(self):
        return self.env.user.partner_id.commercial_partner_id.name

    def _note_subcontract(self, body, tell=False):
        """Write the firm's answer on the record; the dispatcher is told what needs doing."""
        self.message_post(
            body=body,
            author_id=self.env.user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.user_id.partner_id.ids if tell else [],
        )

    # === ACTIONS === #

    def action_give_to_firm(self):
        """Open the dialog that gives the work to a firm."""
        self.ensure_one()
        self._check_may_give_away()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_subcontract_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action

    def action_withdraw_subcontract(self):
        for intervention in self:
            intervention.withdraw_subcontract()
