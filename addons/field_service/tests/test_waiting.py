from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestWaiting(FieldServiceCommon):
    """Waiting says what for, why and until when, and everybody sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {"name": "The film tears", "partner_id": cls.customer.id}
        )
        cls.job = cls._create_intervention(ticket_id=cls.ticket.id)
        cls._plan(cls.job)

    def setUp(self):
        super().setUp()
        self.mine = self.job.with_user(self.user_technician)

    def _wait(self, **values):
        return self.mine.set_waiting(
            **{"reason": "Sensor", "kind": "parts", "until": "2026-11-20", **values}
        )

    @freeze_time("2026-11-09 08:00:00")
    def test_everybody_sees_what_is_waited_for(self):
        self._wait()
        self.assertEqual(self.job.waiting_label, "Parts: Sensor, expected on 11/20/2026")
        agent = self._user("agent_w", "helpdesk_ticket.helpdesk_ticket_group_user")
        ticket = self.ticket.with_user(agent)
        self.assertEqual(
            ticket.intervention_waiting_label, f"{self.job.number}: {self.job.waiting_label}"
        )
        self.mine.resume()
        self.env.invalidate_all()
        self.assertFalse(ticket.intervention_waiting_label)

    def test_what_it_is_for_is_one_of_four(self):
        for kind in ("money", "", None, 3):
            with self.subTest(kind=kind), self.assertRaises(ValidationError):
                self._wait(kind=kind)
        self.mine.set_waiting(reason="Sensor")
        self.assertEqual(self.job.waiting_kind, "other")

    def test_the_dialog_takes_the_kind(self):
        action = self.mine.action_wait()
        dialogs = self.env["service.intervention.wait"].with_user(self.user_technician)
        with Form(dialogs.with_context(**action["context"])) as form:
            form.kind = "quotation"
            form.reason = "The new belt"
        form.record.action_confirm()
        self.assertRecordValues(self.job, [{"state": "waiting", "waiting_kind": "quotation"}])

    def test_it_goes_on_with_one_tap(self):
        for begun, state in ((False, "planned"), (True, "in_progress")):
            if begun:
                self.mine.check_in()
            self._wait()
            with self.subTest(begun=begun):
                self.assertEqual(self.mine.resume(request_uuid=f"resume-{begun}")["state"], state)
                self.assertEqual(self.mine.resume(request_uuid=f"resume-{begun}")["state"], state)
                self.assertRecordValues(
                    self.job,
                    [{"waiting_kind": False, "waiting_reason": False, "waiting_until": False}],
                )
        with self.assertRaisesRegex(UserError, "Nothing is being waited for"):
            self.mine.resume()

    def test_nothing_is_waited_for_once_work_goes_on(self):
        acts = (
            lambda: self.mine.check_in(),
            lambda: self._record(self.job, {"kind": "mileage", "quantity": 3}),
        )
        for act in acts:
            self._wait()
            act()
            self.assertEqual(self.job.state, "in_progress")
            self.assertFalse(self.job.waiting_kind or self.job.waiting_reason)

    def test_only_the_crew_and_the_desk_let_it_go_on(self):
        self._wait()
        for user in (self.user_colleague, self.user_outside, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.job.with_user(user).resume()
        self.job.with_user(self.user_dispatcher).resume()

    def _tell_late(self):
        # The job has an environment of its own.
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "field_service.service_intervention_cron_tell_late"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_a_date_that_has_passed_is_noticed_once(self):
        jobs = self.env["service.intervention"]
        with freeze_time(at(8)):
            self._wait(until="2026-11-10")
            self._tell_late()
            self.assertFalse(self.job.is_waiting_late)
            self.assertFalse(self.job.activity_ids)
        with freeze_time("2026-11-12 08:00:00"):
            self.env.invalidate_all()
            self.assertTrue(self.job.is_waiting_late)
            self.assertIn(self.job, jobs.search([("is_waiting_late", "=", True)]))
            self.assertNotIn(self.job, jobs.search([("is_waiting_late", "=", False)]))
            self._tell_late()
            self._tell_late()
            self.assertEqual(self.job.activity_ids.user_id, self.user_dispatcher)
            self.assertEqual(len(self.job.activity_ids), 1)
            self._wait(until="2026-11-11")
            self._tell_late()
            self.assertEqual(len(self.job.activity_ids), 2, "another date")
