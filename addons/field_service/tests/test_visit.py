from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestVisit(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._create_intervention()

    def _attendee(self, visit, employee):
        return visit.attendee_ids.filtered(lambda a: a.partner_id == employee.user_id.partner_id)

    # === PLANNING === #

    def test_a_planned_visit_is_an_event_with_the_technicians_as_attendees(self):
        visit = self._plan(self.intervention, self.technician | self.outside)
        self.assertEqual(visit.intervention_id, self.intervention)
        self.assertEqual(
            visit.partner_ids, self.user_technician.partner_id | self.user_outside.partner_id
        )
        self.assertEqual(self.intervention.state, "planned")
        self.assertEqual(self.intervention.confirmation_state, "to_confirm")
        self.assertEqual(self.intervention.planned_start, visit.start)

    def test_a_visit_tells_everybody_nothing_but_number_and_town(self):
        visit = self._plan(self.intervention)
        self.assertEqual(visit.name, f"{self.intervention.number} Thiene")
        self.assertFalse(visit.description)
        self.assertFalse(visit.res_model)
        self.assertEqual(visit.privacy, "public")

    def test_nothing_of_the_calling_screen_gets_into_the_visit(self):
        planned = (
            self.intervention.with_user(self.user_dispatcher)
            .with_context(
                default_name="secret", default_res_model="res.partner", active_model="res.partner"
            )
            .plan(start=at(8), stop=at(9), employee_ids=self.technician.ids)
        )
        visit = self.env["calendar.event"].browse(planned["event_id"])
        self.assertNotIn("secret", visit.name)
        self.assertFalse(visit.res_model)

    def test_a_visit_cannot_end_before_it_begins(self):
        with self.assertRaisesRegex(ValidationError, "ends before it begins"):
            self._plan(self.intervention, start=at(10), stop=at(9))

    def test_a_visit_needs_somebody_to_go(self):
        with self.assertRaisesRegex(ValidationError, "at least one technician"):
            self.intervention.with_user(self.user_dispatcher).plan(
                start=at(8), stop=at(9), employee_ids=[]
            )

    def test_a_technician_without_user_and_contact_cannot_be_told(self):
        nobody = self.env["hr.employee"].create({"name": "Nobody", "company_id": self.company.id})
        nobody.work_contact_id = False
        with self.assertRaisesRegex(ValidationError, "neither a user nor a contact"):
            self._plan(self.intervention, nobody)

    def test_no_visit_is_planned_on_a_cancelled_intervention(self):
        self.intervention.action_cancel()
        with self.assertRaisesRegex(UserError, "is closed"):
            self._plan(self.intervention)

    def test_an_overlap_is_told_and_does_not_forbid_to_plan(self):
        self._plan(self.intervention)
        other = self._create_intervention(name="Another")
        planned = other.with_user(self.user_dispatcher).plan(
            start=at(9), stop=at(12), employee_ids=self.technician.ids
        )
        self.assertEqual(len(planned["warnings"]), 1)
        self.assertIn(self.technician.name, planned["warnings"][0])

    def test_a_technician_does_not_plan(self):
        self.intervention.technician_ids = self.technician
        with self.assertRaises(AccessError):
            self.intervention.with_user(self.user_technician).plan(
                start=at(8), stop=at(9), employee_ids=self.technician.ids
            )

    def test_a_repeated_request_plans_once(self):
        asked = {
            "start": at(8),
            "stop": at(9),
            "employee_ids": self.technician.ids,
            "request_uuid": "plan-once-1",
        }
        dispatcher = self.intervention.with_user(self.user_dispatcher)
        self.assertEqual(dispatcher.plan(**asked), dispatcher.plan(**asked))
        self.assertEqual(len(self.intervention.event_ids), 1)

    # === ANSWERS === #

    def test_an_outside_technician_confirms_without_reading_the_event(self):
        visit = self._plan(self.intervention, self.outside)
        with self.assertRaises(AccessError):
            visit.with_user(self.user_outside).read(["name"])
        answered = visit.with_user(self.user_outside).answer_visit(answer="accepted")
        self.assertEqual(answered["confirmation_state"], "confirmed")
        self.assertEqual(self.intervention.state, "confirmed")
        attendee = self._attendee(visit, self.outside)
        self.assertEqual(attendee.answered_by_id, self.user_outside)
        self.assertEqual(attendee.answered_version, visit.time_version)

    def test_the_commitment_is_confirmed_when_everybody_has_confirmed(self):
        visit = self._plan(self.intervention, self.technician | self.outside)
        visit.with_user(self.user_outside).answer_visit(answer="accepted")
        self.assertEqual(self.intervention.confirmation_state, "to_confirm")
        visit.with_user(self.user_technician).answer_visit(answer="accepted")
        self.assertEqual(self.intervention.confirmation_state, "confirmed")

    def test_declining_needs_a_reason_and_tells_the_dispatcher(self):
        visit = self._plan(self.intervention)
        technician = visit.with_user(self.user_technician)
        with self.assertRaisesRegex(ValidationError, "why you cannot come"):
            technician.answer_visit(answer="declined")
        technician.answer_visit(answer="declined", reason="On holiday")
        self.assertEqual(self.intervention.confirmation_state, "declined")
        message = self.intervention.message_ids.filtered(lambda m: "On holiday" in (m.body or ""))
        self.assertIn(self.user_dispatcher.partner_id, message.partner_ids)

    def test_another_time_can_be_proposed(self):
        visit = self._plan(self.intervention)
        visit.with_user(self.user_technician).answer_visit(
            answer="tentative", proposed_start="2099-05-04 09:00:00"
        )
        attendee = self._attendee(visit, self.technician)
        self.assertEqual(str(attendee.proposed_start), "2099-05-04 09:00:00")
        self.assertEqual(self.intervention.confirmation_state, "to_confirm")

    def test_a_time_that_is_over_is_no_proposal(self):
        visit = self._plan(self.intervention)
        with self.assertRaisesRegex(ValidationError, "still to come"):
            visit.with_user(self.user_technician).answer_visit(
                answer="tentative", proposed_start="2020-05-04 09:00:00"
            )
        self.assertEqual(self._attendee(visit, self.technician).state, "needsAction")

    def test_who_is_not_invited_cannot_answer(self):
        visit = self._plan(self.intervention)
        for user in (self.user_outside, self.user_colleague, self.user_dispatcher):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                visit.with_user(user).answer_visit(answer="accepted")

    def test_moving_a_visit_asks_everybody_anew(self):
        visit = self._plan(self.intervention, self.technician | self.outside)
        visit.with_user(self.user_outside).answer_visit(answer="accepted")
        visit.with_user(self.user_technician).answer_visit(answer="accepted")
        visit.with_user(self.user_dispatcher).write({"start": at(13), "stop": at(15)})
        self.assertEqual(set(visit.attendee_ids.mapped("state")), {"needsAction"})
        self.assertEqual(self.intervention.state, "planned")

    def test_an_answer_to_an_older_time_is_refused(self):
        visit = self._plan(self.intervention)
        shown = str(visit.start)
        visit.with_user(self.user_dispatcher).write({"start": at(13), "stop": at(15)})
        with self.assertRaisesRegex(UserError, "has been moved"):
            visit.with_user(self.user_technician).answer_visit(answer="accepted", start=shown)

    def test_only_dispatchers_move_visits(self):
        visit = self._plan(self.intervention)
        for user in (self.user_technician, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                visit.with_user(user).write({"start": at(13), "stop": at(15)})
        self.assertTrue(visit.with_user(self.user_dispatcher).user_can_edit)

    def test_a_customer_who_is_asked_can_confirm_too(self):
        user = self._user("giulia_t", "base.group_portal", partner_id=self.contact.id)
        visit = self._plan(self.intervention, invite_customer=True)
        visit.with_user(user).answer_visit(answer="accepted")
        # The commitment is the technicians'.
        self.assertEqual(self.intervention.confirmation_state, "to_confirm")

    # === ORDINARY EVENTS === #

    def test_ordinary_meetings_stay_as_odoo_has_them(self):
        meeting = (
            self.env["calendar.event"]
            .with_user(self.user_employee)
            .create({"name": "Lunch", "start": at(10), "stop": at(11)})
        )
        meeting.write({"start": at(11), "stop": at(12)})
        self.assertEqual(meeting.time_version, 1)
