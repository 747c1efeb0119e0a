from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import are_ids
from .service_intervention import CLOSED_STATES, OPEN_STATES


class ServiceIntervention(models.Model):
    """From work to report, and from one state to the next: one public method per act."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === PUBLIC METHODS === #

    @idempotent
    def make_report(self, event_ids=None, outcome="solved", remark=None, request_uuid=None):
        """Put the work of one or several visits on a report that the customer will sign.

        A draft that exists for these visits is brought up to date. Without visits all work that is
        on no report yet is taken.

        :param list event_ids: visits (``calendar.event``)
        :param str outcome: a key of ``service.report.outcome``
        :return: ``{"report_id": …, "line_ids": […]}``
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        outcomes = dict(self.env["service.report"]._fields["outcome"].selection)
        if not isinstance(outcome, str) or outcome not in outcomes:
            raise ValidationError(self.env._("Say how the visit ended."))
        intervention_sudo = self._lock_for_work()
        event_ids = event_ids or []
        if not are_ids(event_ids):
            raise ValidationError(self.env._("This visit is not there any more."))
        # Work was done on a visit also if somebody took it off the calendar since.
        visits = intervention_sudo.with_context(active_test=False).event_ids.filtered(
            lambda event: event.id in event_ids
        )
        if len(visits) != len(set(event_ids)):
            raise ValidationError(self.env._("This visit is not there any more."))
        report = intervention_sudo._find_draft_report(visits)
        values = {
            "outcome": outcome,
            "event_ids": [fields.Command.set(visits.ids)],
            "date": intervention_sudo._get_report_date(visits),
        }
        if isinstance(remark, str):
            values["remark"] = remark.strip() or False
        if report:
            report.write(values)
        else:
            report = report.create({**values, "intervention_id": self.id})
        report._take_lines()
        return {"report_id": report.id, "line_ids": report.work_line_ids.ids}

    @idempotent
    def action_done(self, cause=None, solution=None, cause_id=None, request_uuid=None):
        """Close the intervention with its cause and solution, and the ticket it came from.

        :param str cause: what was found
        :param str solution: what solved it
        :param int cause_id: kind of cause (``service.cause``)
        :return: ``{"state": "done", "ticket_closed": bool}``
        :raise UserError: naming what is missing: checklist, work that is on no signed report
        """
        self.ensure_one()
        self._check_may_work()
        cause, solution = _clean(cause), _clean(solution)
        intervention_sudo = self._lock_for_work()
        intervention_sudo._check_complete(cause, solution)
        told = {"cause": cause, "solution": solution, "cause_id": cause_id}
        intervention_sudo.write(
            {
                "state": "done",
                "close_date": fields.Datetime.now(),
                **{name: value for name, value in told.items() if value},
            }
        )
        return {"state": "done", "ticket_closed": intervention_sudo._close_ticket()}

    def action_cancel(self):
        """Cancel interventions on which nothing has been recorded, and their visits."""
        self.check_access("write")
        if self.work_line_ids:
            raise UserError(
                self.env._("Work has been recorded: finish the intervention instead of cancelling.")
            )
        self.event_ids.filtered("active").active = False
        self._change_state({"state": "cancelled", "close_date": fields.Datetime.now()})

    def action_reopen(self):
        """Open closed interventions again; what was signed stays signed."""
        self.check_access("write")
        if self.filtered(lambda intervention: intervention.state not in CLOSED_STATES):
            raise UserError(self.env._("Only a closed intervention is opened again."))
        self._change_state({"state": "draft", "close_date": False})
        for intervention in self:
            if intervention.work_line_ids:
                intervention._change_state({"state": "in_progress"})
        self._follow_answers()

    # === BUSINESS METHODS === #

    def _find_draft_report(self, visits):
        """The draft report of exactly these visits, or none."""
        drafts = self.report_ids.filtered(lambda report: report.state == "draft")
        return drafts.filtered(lambda report: report.event_ids == visits)[:1]

    def _get_report_date(self, visits):
        lines = self.work_line_ids.filtered(
            lambda line: not visits or line.event_id in visits
        ).filtered(lambda line: not line.report_id or line.report_id.state == "draft")
        return max(lines.mapped("date"), default=fields.Date.context_today(self))

    def _check_complete(self, cause, solution):
        """What is missing before the intervention can be closed, all of it in one message."""
        self.ensure_one()
        missing = [
            self.env._("checklist: %(item)s", item=answer.item_id.name)
            for answer in self._get_missing_answers()
        ]
        if self.type_id.needs_solution and not (
            (cause or self.cause or self.cause_id) and (solution or self.solution)
        ):
            missing.append(self.env._("the cause and the solution"))
        if self.type_id.needs_signature and self.work_line_ids.filtered(
            lambda line: not line.report_id or line.report_id.state == "draft"
        ):
            missing.append(self.env._("a signed report of all the work"))
        missing += self._get_missing_to_close()
        if missing:
            raise UserError(
                self.env._("Before closing, these are missing: %(list)s.", list="; ".join(missing))
            )

    def _get_missing_to_close(self):
        """Sentences on what else is missing; an override adds its own."""
        return []

    def _close_ticket(self):
        """Close the ticket when this was its last open intervention.

        :return: whether it was closed
        """
        self.ensure_one()
        ticket = self.ticket_id
        if not ticket or ticket.closed or not self.solution:
            return False
        still_open = self.search_count(
            [("ticket_id", "=", ticket.id), ("state", "in", OPEN_STATES)], limit=1
        )
        if still_open:
            return False
        cause = self.cause or self.cause_id.name or self.env._("Not found out")
        ticket.action_close(solution=self.solution, cause=cause)
        return True

    def _notify_ticket_state(self):
        """Let the ticket follow: work that is planned or under way is in progress there too."""
        for intervention in self:
            # Technicians have no rights on tickets; the state flows back all the same.
            ticket_sudo = intervention.sudo().ticket_id
            if ticket_sudo:
                ticket_sudo._follow_intervention(intervention.state)

    # === ACTIONS === #

    def action_open_done_dialog(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_done_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action

    def action_make_report(self):
        """Put all work that is on no report yet on one, and open it to be signed."""
        self.ensure_one()
        open_lines = self.work_line_ids.filtered(lambda line: not line.report_id)
        draft = self.report_ids.filtered(lambda report: report.state == "draft")[:1]
        if not open_lines and not draft:
            raise UserError(self.env._("There is no work to report. Record it first."))
        visits = (open_lines.event_id or draft.event_ids).ids
        report = self.make_report(event_ids=visits)
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.report",
            "res_id": report["report_id"],
            "views": [(False, "form")],
        }

    def action_view_reports(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_report_action"
        )
        action["domain"] = [("intervention_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_view_files(self):
        """Open the photos and documents of the intervention."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_attachment")
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    def action_view_ticket(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.ticket_id.id,
            "views": [(False, "form")],
        }


def _clean(value):
    return value.strip() if isinstance(value, str) else ""
