from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import is_id
from .service_work_line import TIME_KINDS


class ServiceIntervention(models.Model):
    """Work by the clock: one tap starts it, one tap records it, as ``record_work`` does."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    timer_ids = fields.One2many("service.timer", "intervention_id", copy=False)
    my_timer_start = fields.Datetime(string="Running since", compute="_compute_my_timer")
    my_timer_kind = fields.Selection(
        selection=lambda self: self.env["service.timer"]._selection_kind(),
        compute="_compute_my_timer",
    )
    my_timer_forgotten = fields.Datetime(
        string="Forgotten since",
        compute="_compute_my_timer",
        help="A timer that ran too long, or that could not be recorded by itself.",
    )

    @api.depends("timer_ids.start", "timer_ids.is_to_correct", "timer_ids.user_id")
    @api.depends_context("uid")
    def _compute_my_timer(self):
        # One's own timers, also of people in the portal, who read none.
        timers_sudo = self.env["service.timer"].sudo()
        mine = timers_sudo.search(
            [("user_id", "=", self.env.uid), ("intervention_id", "in", self.ids)]
        ).grouped("intervention_id")
        for intervention in self:
            timers = mine.get(intervention._origin.sudo(), timers_sudo)
            running = timers.filtered(lambda timer: not timer._is_forgotten())[:1]
            intervention.my_timer_start = running.start
            intervention.my_timer_kind = running.kind
            intervention.my_timer_forgotten = (timers - running)[:1].start

    # === PUBLIC METHODS === #

    @idempotent
    def start_timer(self, kind="labour", event_id=None, request_uuid=None):
        """Start the clock for the user; the one that runs elsewhere stops and is recorded.

        :param str kind: ``labour``, ``travel`` or ``waiting``
        :param int event_id: the visit; by default the user's visit nearest to now
        :return: ``{"start": …, "kind": …, "lines": […], "to_correct": bool}``; ``lines`` is what
            the timer that ran before has recorded, ``to_correct`` says that it could not
        """
        self.ensure_one()
        self._check_may_work()
        if not isinstance(kind, str) or kind not in TIME_KINDS:
            raise ValidationError(self.env._("Choose what kind of work it was."))
        intervention_sudo = self._lock_for_work()
        visits = intervention_sudo.event_ids.filtered("active")
        if event_id and (not is_id(event_id) or event_id not in visits.ids):
            raise ValidationError(self.env._("This visit is not there any more."))
        # Told before the work and not after it, when somebody's hours can't be recorded.
        intervention_sudo._get_employee({"employee_id": None, "kind": kind}, self.env.user)
        before = self._stop_running(but=kind)
        timer_sudo = intervention_sudo.timer_ids.create(
            {
                "intervention_id": self.id,
                "user_id": self.env.uid,
                "event_id": event_id,
                "kind": kind,
                "start": _now(),
            }
        )
        return {
            "start": fields.Datetime.to_string(timer_sudo.start),
            "kind": kind,
            "lines": before["lines"],
            "to_correct": before["to_correct"],
        }

    @idempotent
    def stop_timer(self, break_minutes=0, name=None, stop=None, request_uuid=None):
        """Stop the user's clock here and record the work, see ``record_work``.

        A timer that was forgotten (more than 12 hours) records nothing by itself: it is kept, and
        recorded by calling this again with the time at which the work ended.

        :param int break_minutes: pauses taken
        :param str name: what was done
        :param str stop: when the work ended (naive UTC); by default now
        :return: ``{"lines": […], "to_correct": bool, "start": …}``
        """
        self.ensure_one()
        self.check_access("read")
        ended = self._check_moment(stop)
        timer_sudo = self._get_my_timers()[:1]
        if not timer_sudo:
            raise UserError(self.env._("No timer of yours is running here."))
        if not ended and timer_sudo._is_forgotten():
            timer_sudo.is_to_correct = True
            return self._to_correct(timer_sudo)
        if ended and ended > fields.Datetime.now():
            raise ValidationError(self.env._("The work has not ended yet. Correct the time."))
        return self._record_timer(timer_sudo, ended or _now(), break_minutes, name)

    @idempotent
    def discard_timer(self, request_uuid=None):
        """Take the user's clock away and record nothing.

        :return: ``{"discarded": bool}``
        """
        self.ensure_one()
        self.check_access("read")
        timer_sudo = self._get_my_timers()[:1]
        discarded = bool(timer_sudo)
        timer_sudo.unlink()
        return {"discarded": discarded}

    # === BUSINESS METHODS === #

    def _get_my_timers(self):
        """The user's own timers here, those to be corrected first; in sudo."""
        timers_sudo = self.env["service.timer"].sudo()
        return timers_sudo.search(
            [("user_id", "=", self.env.uid), ("intervention_id", "=", self.id)],
            order="is_to_correct desc nulls last, start, id",
        )

    def _record_timer(self, timer_sudo, stop, break_minutes=0, name=None):
        """Record the work of a timer by the one way in which work is recorded."""
        kind, start, event = timer_sudo.kind, timer_sudo.start, timer_sudo.event_id
        if stop == start:
            # Started and stopped within a minute: a slip of the thumb.
            timer_sudo.unlink()
            return {**self._no_timer(), "start": fields.Datetime.to_string(start)}
        recorded = self.record_work(
            lines=[
                {
                    "kind": kind,
                    "start": fields.Datetime.to_string(start),
                    "stop": fields.Datetime.to_string(stop),
                    "break_minutes": break_minutes,
                    "name": name if isinstance(name, str) else None,
                    # A visit that was taken off the calendar since is looked for anew.
                    "event_id": event.id if event.active else None,
                }
            ]
        )
        timer_sudo.unlink()
        return {
            "lines": recorded["lines"],
            "to_correct": False,
            "start": fields.Datetime.to_string(start),
        }

    def _stop_running(self, but):
        """Stop the user's running timer wherever it is; what can't be recorded is kept.

        :param str but: kind of work that is to run here, which must not run already
        """
        timers_sudo = self.env["service.timer"].sudo()
        timer_sudo = timers_sudo.search(
            [("user_id", "=", self.env.uid), ("is_to_correct", "!=", True)], limit=1
        )
        if not timer_sudo:
            return self._no_timer()
        elsewhere = timer_sudo.intervention_id.with_env(self.env)
        if timer_sudo._is_forgotten():
            timer_sudo.is_to_correct = True
        elif elsewhere == self and timer_sudo.kind == but:
            raise UserError(self.env._("Your timer is running here already."))
        else:
            try:
                with self.env.cr.savepoint():
                    return elsewhere._record_timer(timer_sudo, _now())
            except UserError:
                # Closed since, or given to somebody else: that must not keep them from working.
                timer_sudo.invalidate_recordset()
                timer_sudo.is_to_correct = True
        timers_sudo.flush_model()
        return self._to_correct(timer_sudo)

    @api.model
    def _to_correct(self, timer_sudo):
        start = fields.Datetime.to_string(timer_sudo.start)
        return {"lines": [], "to_correct": True, "start": start}

    @api.model
    def _no_timer(self):
        return {"lines": [], "to_correct": False, "start": False}

    def _get_missing_to_close(self):
        """Override to wait for work that is going on."""
        missing = super()._get_missing_to_close()
        for timer in self.timer_ids:
            missing.append(self.env._("the end of the timer of %(name)s", name=timer.user_id.name))
        return missing

    # === ACTIONS === #

    def action_start_timer(self):
        """Start the clock for the work on the user's own visit."""
        started = self.start_timer(kind=self.env.context.get("field_service_timer", "labour"))
        if started["to_correct"]:
            return self._tell(
                self.env._("The timer that ran before has to be corrected: say when it ended.")
            )
        return None

    def action_stop_timer(self):
        """Stop the clock; a timer that was forgotten opens the dialog that corrects it."""
        if self.stop_timer()["to_correct"]:
            return self.action_correct_timer()
        return None

    def action_correct_timer(self):
        """Open the dialog that asks when forgotten work ended."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_timer_action"
        )
        timer_sudo = self._get_my_timers()[:1]
        action["context"] = {
            "default_intervention_id": self.id,
            "default_start": fields.Datetime.to_string(timer_sudo.start),
        }
        return action

    def _tell(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def _now():
    """Now, by the minute, as people write times."""
    return fields.Datetime.now().replace(second=0, microsecond=0)
