from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..batches import each_apart

WAITING_KINDS = [
    ("parts", "Parts"),
    ("customer", "The customer"),
    ("quotation", "A quotation"),
    ("other", "Something else"),
]
OVER = {
    "waiting_kind": False,
    "waiting_reason": False,
    "waiting_until": False,
    "waiting_told_on": False,
}


class ServiceIntervention(models.Model):
    """Waiting: what for, why and until when, seen by everybody who sees the intervention."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    waiting_kind = fields.Selection(
        selection=WAITING_KINDS,
        string="Waiting for",
        readonly=True,
        copy=False,
        tracking=True,
    )
    waiting_told_on = fields.Date(readonly=True, copy=False, export_string_translation=False)
    is_waiting_late = fields.Boolean(
        string="Expected date has passed",
        compute="_compute_is_waiting_late",
        search="_search_is_waiting_late",
    )
    waiting_label = fields.Char(compute="_compute_waiting_label", export_string_translation=False)

    # What is expected by when: asked each night.
    _waiting_idx = models.Index("(waiting_until) WHERE state = 'waiting'")

    # === COMPUTE METHODS === #

    @api.depends("state", "waiting_until")
    def _compute_is_waiting_late(self):
        today = fields.Date.context_today(self)
        for intervention in self:
            until = intervention.waiting_until
            intervention.is_waiting_late = (
                intervention.state == "waiting" and bool(until) and until < today
            )

    def _search_is_waiting_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "=", "waiting") & Domain(
            "waiting_until", "<", fields.Date.context_today(self)
        )
        return late if True in value else ~late

    @api.depends("state", "waiting_kind", "waiting_reason", "waiting_until")
    @api.depends_context("lang")
    def _compute_waiting_label(self):
        kinds = dict(self._fields["waiting_kind"]._description_selection(self.env))
        for intervention in self:
            if intervention.state != "waiting":
                intervention.waiting_label = False
                continue
            label = ": ".join(
                filter(None, [kinds.get(intervention.waiting_kind), intervention.waiting_reason])
            )
            if intervention.waiting_until:
                day = format_date(self.env, intervention.waiting_until)
                label = self.env._("%(what)s, expected on %(day)s", what=label, day=day)
            intervention.waiting_label = label

    # === CRUD METHODS === #

    def write(self, vals):
        """Override to forget what was waited for as soon as nothing is."""
        if vals.get("state", "waiting") != "waiting":
            vals = {**OVER, **vals}
        return super().write(vals)

    # === PUBLIC METHODS === #

    @idempotent
    def set_waiting(self, reason, until=None, kind="other", request_uuid=None):
        """Say what the intervention waits for and until when; again to say something else.

        :param str reason: which part, whose answer …
        :param str until: expected date
        :param str kind: ``parts``, ``customer``, ``quotation`` or ``other``
        :return: ``{"state": "waiting", "kind": …, "until": …}``
        """
        self.ensure_one()
        self._check_may_work()
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise ValidationError(self.env._("Write what is being waited for."))
        if not isinstance(kind, str) or kind not in dict(WAITING_KINDS):
            raise ValidationError(
                self.env._("Say whether parts, the customer, a quotation or something else.")
            )
        until = self._check_day(until)
        self._lock_for_work().write(
            {
                "state": "waiting",
                "waiting_kind": kind,
                "waiting_reason": reason,
                "waiting_until": until,
                "waiting_told_on": False,
            }
        )
        return {
            "state": "waiting",
            "kind": kind,
            "until": until and fields.Date.to_string(until),
        }

    @idempotent
    def resume(self, request_uuid=None):
        """Go on: what was waited for is there.

        :return: ``{"state": …}``: in progress where work was begun, else as the answers to the
            visits say
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self._lock_for_work()
        if intervention_sudo.state != "waiting":
            raise UserError(self.env._("Nothing is being waited for here."))
        begun = intervention_sudo.work_line_ids or intervention_sudo.presence_ids.filtered(
            "on_site_start"
        )
        intervention_sudo.state = "in_progress" if begun else "draft"
        intervention_sudo._follow_answers()
        return {"state": intervention_sudo.state}

    # === ACTIONS === #

    def action_resume(self):
        self.resume()

    # === TELLING === #

    @api.model
    def _cron_tell_late(self):
        """Give the dispatcher a task for what should have come by now, once for each date."""
        late = self.search(
            [
                ("state", "=", "waiting"),
                ("waiting_until", "<", fields.Date.today()),
                ("waiting_told_on", "=", False),
            ]
        )
        each_apart(late, type(self)._tell_late, lambda job, error: None)

    def _tell_late(self):
        self.ensure_one()
        if desk := self.user_id or self.team_id.user_id:
            told = self.with_context(lang=desk.lang)
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=desk.id,
                summary=told.env._("The expected date has passed"),
                note=plaintext2html(told.waiting_label),
            )
        self.waiting_told_on = fields.Date.today()
