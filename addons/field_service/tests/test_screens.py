import base64
import io

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import Form, freeze_time, tagged

from .common import MONDAY, FieldServiceCommon, at


def signature():
    """A drawing, base64, as the pad of the dialog sends it."""
    buffer = io.BytesIO()
    Image.new("L", (300, 90), 255).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue())


@tagged("post_install", "-at_install")
class TestScreens(FieldServiceCommon):
    """What screens show to whoever looks at them, and their dialogs."""

    def _mine(self, intervention, user=None):
        return intervention.with_user(user or self.user_technician)

    def _dialog(self, model, user=None, **context):
        return Form(self.env[model].with_user(user or self.user_technician).with_context(**context))

    # === MY WORK === #

    @freeze_time("2026-11-09 06:00:00")
    def test_the_card_shows_the_next_visit(self):
        intervention = self._create_intervention()
        self._plan(intervention, start="2026-11-02 08:00:00", stop="2026-11-02 10:00:00")
        following = self._plan(intervention)
        self._plan(intervention, start="2026-11-12 08:00:00", stop="2026-11-12 10:00:00")
        mine = self._mine(intervention)
        self.assertEqual(mine.my_event_id, following)
        self.assertEqual(mine.my_start, following.start)
        self.assertEqual(mine.my_answer, "needsAction")

    @freeze_time("2026-11-09 06:00:00")
    def test_the_card_is_empty_for_whoever_is_not_invited(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        desk = self._mine(intervention, self.user_dispatcher)
        self.assertFalse(desk.my_event_id)
        self.assertFalse(desk.my_answer)

    @freeze_time("2026-11-09 06:00:00")
    def test_one_tap_confirms_the_visit_that_is_shown(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        shown = Datetime.to_string(visit.start)
        self._mine(intervention).with_context(
            field_service_shown_start=shown
        ).action_confirm_visit()
        self.assertEqual(self._mine(intervention).my_answer, "accepted")
        self.assertEqual(intervention.state, "confirmed")

    @freeze_time("2026-11-09 06:00:00")
    def test_a_visit_moved_meanwhile_is_not_confirmed(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        shown = Datetime.to_string(visit.start)
        visit.with_user(self.user_dispatcher).write({"start": at(12), "stop": at(14)})
        with self.assertRaises(UserError):
            self._mine(intervention).with_context(
                field_service_shown_start=shown
            ).action_confirm_visit()
        self.assertEqual(self._mine(intervention).my_answer, "needsAction")

    @freeze_time("2026-11-09 08:05:00")
    def test_who_has_checked_in_is_on_site_until_the_check_out(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        mine = self._mine(intervention)
        mine.action_check_in()
        self.assertTrue(mine.is_on_site)
        self.assertFalse(self._mine(intervention, self.user_dispatcher).is_on_site)
        mine.action_check_out()
        self.assertFalse(mine.is_on_site)

    def test_work_is_open_until_its_report_is_closed(self):
        intervention = self._story_one()
        self.assertTrue(intervention.has_open_work)
        report = self.env["service.report"].browse(
            self._mine(intervention).action_make_report()["res_id"]
        )
        self.assertTrue(intervention.has_open_work)
        report.with_user(self.user_technician).close_unsigned(reason="Nobody there")
        self.assertFalse(intervention.has_open_work)

    # === DIALOGS === #

    @freeze_time("2026-11-09 06:00:00")
    def test_the_dialog_declines_with_a_reason(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        action = self._mine(intervention).action_decline_visit()
        with self._dialog("service.intervention.answer", **action["context"]) as form:
            form.reason = "On another site"
        form.record.action_confirm()
        self.assertEqual(intervention.confirmation_state, "declined")

    @freeze_time("2026-11-09 06:00:00")
    def test_the_dialog_proposes_another_time(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        action = self._mine(intervention).action_decline_visit()
        with self._dialog("service.intervention.answer", **action["context"]) as form:
            form.answer = "tentative"
            form.proposed_start = "2026-11-10 08:00:00"
        form.record.action_confirm()
        attendee = visit.attendee_ids
        self.assertEqual(attendee.state, "tentative")
        self.assertEqual(attendee.proposed_start, Datetime.to_datetime("2026-11-10 08:00:00"))

    def test_the_dialog_says_what_is_waited_for(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        action = self._mine(intervention).action_wait()
        with self._dialog("service.intervention.wait", **action["context"]) as form:
            form.reason = "A sensor"
            form.until = "2026-11-16"
        form.record.action_confirm()
        self.assertRecordValues(intervention, [{"state": "waiting", "waiting_reason": "A sensor"}])

    @freeze_time("2026-11-09 11:00:00")
    def test_labour_is_proposed_since_the_last_work(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        with freeze_time(at(8)):
            self._mine(intervention).check_in()
        context = {"default_intervention_id": intervention.id}
        form = self._dialog("service.intervention.record.work", **context)
        self.assertEqual(form.start, Datetime.to_datetime(at(8)))
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(10)})
        form = self._dialog("service.intervention.record.work", **context)
        self.assertEqual(form.start, Datetime.to_datetime(at(10)))
        self.assertEqual(form.stop, Datetime.to_datetime(at(11)))

    def test_the_technician_signs_with_another_outcome(self):
        intervention = self._story_one()
        action = self._mine(intervention).action_report()
        with self._dialog("service.report.sign", **action["context"]) as form:
            form.outcome = "to_complete"
            form.signature = signature()
        form.record.action_confirm()
        self.assertRecordValues(
            intervention.report_ids,
            [{"state": "signed", "outcome": "to_complete", "signed_by": "Giulia"}],
        )

    def test_who_may_not_close_a_report_cannot_change_its_outcome(self):
        intervention = self._story_one()
        report = self.env["service.report"].browse(
            self._mine(intervention).action_make_report()["res_id"]
        )
        wizard = self.env["service.report.sign"].create(
            {"report_id": report.id, "outcome": "to_complete", "name": "X"}
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.user_accountant)._set_outcome()
        self.assertEqual(report.outcome, "solved")

    # === THE DESK === #

    def test_work_is_taken_back_by_a_button(self):
        intervention = self._story_one()
        line = intervention.work_line_ids.filtered(lambda work: work.kind == "part")
        line.with_user(self.user_technician).action_take_back()
        self.assertFalse(line.exists())

    def test_a_cancelled_visit_leaves_the_intervention_to_plan(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        visit.with_user(self.user_dispatcher).action_cancel_visit()
        self.assertFalse(visit.active)
        self.assertEqual(intervention.state, "draft")

    def test_technicians_cancel_no_visits(self):
        visit = self._plan(self._create_intervention())
        with self.assertRaises(AccessError):
            visit.with_user(self.user_technician).action_cancel_visit()
        self.assertTrue(visit.active)

    def test_a_dispatcher_opens_the_form_without_a_right_to_costs(self):
        intervention = self._story_one().with_user(self.user_dispatcher)
        view = self.env.ref("field_service.service_intervention_view_form")
        with Form(intervention, view=view) as form:
            self.assertEqual(form.amount_to_invoice, intervention.amount_to_invoice)
        with self.assertRaises(AccessError):
            intervention.read(["amount_cost"])

    def test_ticked_reports_are_proposed_for_invoicing_and_no_fees(self):
        first = self._closed_report()
        self._closed_report()
        wizards = self.env["service.report.invoice"].with_user(self.user_accountant)
        ticked = wizards.with_context(active_model="service.report", active_ids=first.ids)
        wizard = ticked.create({})
        self.assertEqual(wizard.report_ids, first)
        self.assertFalse(wizard.contract_ids)

    def test_from_the_menu_all_that_is_due_is_proposed(self):
        reports = self._closed_report() | self._closed_report()
        wizard = self.env["service.report.invoice"].with_user(self.user_accountant).create({})
        self.assertLessEqual(reports, wizard.report_ids)

    def _closed_report(self):
        intervention = self._story_one()
        report = self.env["service.report"].browse(
            self._mine(intervention).action_make_report()["res_id"]
        )
        report.with_user(self.user_technician).close_unsigned(reason="Nobody there")
        return report

    def test_the_stored_pdf_is_verified_by_a_button(self):
        report = self._closed_report().with_user(self.user_dispatcher)
        self.assertEqual(report.action_verify()["params"]["type"], "success")

    def test_papers_are_those_of_the_record(self):
        paper = self.env["service.document"].create(
            {
                "name": "Inspection",
                "res_model": "service.equipment",
                "res_id": self.equipment.id,
                "expiry_date": MONDAY,
            }
        )
        action = self.equipment.with_user(self.user_dispatcher).action_view_documents()
        self.assertEqual(self.env["service.document"].search(action["domain"]), paper)

    def test_buttons_of_foreign_interventions_are_refused(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        buttons = (
            "action_confirm_visit",
            "action_decline_visit",
            "action_add_files",
            "action_wait",
            "action_report",
            "action_view_invoices",
        )
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            for button in buttons:
                with (
                    self.subTest(user=user.login, button=button),
                    self.assertRaises(AccessError),
                ):
                    getattr(self._mine(intervention, user), button)()

    def test_forms_open_for_everybody_who_may_read(self):
        intervention = self._story_one()
        report = self.env["service.report"].browse(
            self._mine(intervention).action_make_report()["res_id"]
        )
        contract = self.env["service.contract"].create(
            {"name": "Care", "partner_id": self.customer.id}
        )
        agent = self._user("agent_t", "helpdesk_ticket.helpdesk_ticket_group_user")
        records = (intervention, report, intervention.work_line_ids[0], self.equipment, contract)
        users = (
            agent,
            self.user_technician,
            self.user_dispatcher,
            self.user_manager,
            self.user_accountant,
        )
        for user in users:
            for record in records:
                seen = record.with_user(user)
                if user == agent and record._name == "service.work.line":
                    self.assertFalse(seen.has_access("read"))
                    continue
                with self.subTest(user=user.login, model=record._name):
                    view = self.env.ref(f"field_service.{record._name.replace('.', '_')}_view_form")
                    self.assertEqual(Form(seen, view=view).id, record.id)

    def test_every_screen_opens_for_those_who_have_its_menu(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=like", "service.%"), ("target", "=", "current")]
        )
        for action in actions.filtered(lambda act: act.xml_id.startswith("field_service.")):
            for kind in action.view_mode.split(","):
                user = (
                    self.user_accountant
                    if action.res_model == "service.invoice.run"
                    else self.user_manager
                )
                with self.subTest(action=action.xml_id, view=kind):
                    arch = self.env[action.res_model].with_user(user).get_view(view_type=kind)
                    self.assertTrue(arch["arch"])
