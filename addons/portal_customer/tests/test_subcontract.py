from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.tests.common import at

from .common import PortalCommon
from .test_pages import PagesCommon


class SubcontractCommon(PortalCommon):
    """A firm that works for us, with its coordinator and two people of theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.env["res.partner"].create({"name": "Posa S.r.l.", "is_company": True})
        cls.coordinator_user = cls._portal_user("coordinator", cls.firm, "own")
        cls.coordinator_user.partner_id.is_service_coordinator = True
        cls.fitter_user = cls._portal_user("fitter", cls.firm, "own")
        mate = cls.env["res.partner"].create({"name": "Mate", "parent_id": cls.firm.id})
        cls.fitter, cls.mate = cls.env["hr.employee"].create(
            [
                {"name": "Fitter", "user_id": cls.fitter_user.id, "settled_by_bill": True},
                {"name": "Mate", "work_contact_id": mate.id, "settled_by_bill": True},
            ]
        )
        cls.given = cls._create_intervention(name="Fit the door")
        cls.given.with_user(cls.user_dispatcher).ask_subcontractor(cls.firm.id, "2026-11-30")

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time("2026-11-08 12:00:00"))
        self.mine = self.given.with_user(self.coordinator_user)

    def _take(self, *people, day_hour=8, **more):
        return self.mine.answer_subcontract(
            "accepted",
            start=at(day_hour),
            stop=at(day_hour + 2),
            employee_ids=[person.id for person in people],
            **more,
        )


@tagged("post_install", "-at_install")
class TestSubcontract(SubcontractCommon):
    def test_the_coordinator_is_told_without_the_customer_s_name(self):
        mail = self.env["mail.mail"].search([("model", "=", "service.intervention")], limit=1)
        self.assertEqual(mail.recipient_ids, self.coordinator_user.partner_id)
        self.assertIn(self.given.number, mail.body_html)
        self.assertIn("Thiene", mail.body_html)
        self.assertNotIn("Alfa", mail.body_html)
        self.assertNotIn("Giulia", mail.body_html)

    def test_taking_on_plans_a_visit_of_the_own_people(self):
        taken = self._take(self.fitter, self.mate)
        visit = self.env["calendar.event"].browse(taken["event_id"])
        self.assertEqual(self.given.subcontract_state, "accepted")
        self.assertEqual(self.given.technician_ids, self.fitter | self.mate)
        self.assertEqual(visit.intervention_id, self.given)
        self.assertEqual(self.given.state, "planned")
        self.assertFalse(visit.user_id.share, "the organiser is one of us")

    def test_the_same_request_plans_one_visit(self):
        first = self._take(self.fitter, request_uuid="take-once")
        self.assertEqual(self._take(self.fitter, request_uuid="take-once"), first)
        self.assertEqual(len(self.given.event_ids), 1)

    def test_the_coordinator_is_warned_of_the_own_people_and_told_nothing_of_the_customer(self):
        self.customer.write({"service_block": True, "service_block_reason": "Returned payments"})
        self.assertIn("Returned payments", self.given.situation_label)
        self._take(self.fitter)
        self.assertEqual(
            self._take(self.fitter)["warnings"], ["Fitter has another commitment at that time."]
        )

    def test_only_own_people_are_sent(self):
        for employee in (self.outside, self.technician):
            with self.subTest(employee=employee.name), self.assertRaises(ValidationError):
                self._take(employee)
        self.assertFalse(self.given.event_ids)

    def test_declining_needs_a_reason_and_tells_the_dispatcher(self):
        with self.assertRaises(ValidationError):
            self.mine.answer_subcontract("declined", reason=" ")
        self.mine.answer_subcontract("declined", reason="All in Trento")
        self.assertEqual(self.given.subcontract_state, "declined")
        message = self.given.message_ids[:1]
        self.assertIn("All in Trento", message.body)
        self.assertIn(self.user_dispatcher.partner_id, message.notified_partner_ids)
        with self.assertRaisesRegex(UserError, "declined this work already"):
            self._take(self.fitter)

    def test_who_has_nothing_to_do_with_it_is_refused(self):
        for user in (
            self.fitter_user,
            self.company_user,
            self.outside_user,
            self.user_technician,
            self.public,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.given.with_user(user).answer_subcontract("declined", reason="No")
        elsewhere = self._create_intervention(name="Not given")
        with self.assertRaises(AccessError):
            elsewhere.with_user(self.coordinator_user).answer_subcontract("declined", reason="No")

    def test_the_coordinator_reads_no_record(self):
        self.assertFalse(self.mine.has_access("read"))
        self.assertFalse(self.mine.search([]))

    def test_only_dispatchers_give_work_away(self):
        with self.assertRaises(AccessError):
            self.given.with_user(self.user_technician).ask_subcontractor(self.firm.id)
        with self.assertRaises(AccessError):
            self.mine.withdraw_subcontract()

    def test_a_firm_nobody_coordinates_gets_nothing(self):
        work = self._create_intervention().with_user(self.user_dispatcher)
        with self.assertRaisesRegex(ValidationError, "no coordinator"):
            work.ask_subcontractor(self.other_customer.id)
        (self.fitter | self.mate).active = False
        with self.assertRaisesRegex(ValidationError, "Nobody of Posa"):
            work.ask_subcontractor(self.firm.id)

    def test_work_taken_back_is_nobody_s_to_answer(self):
        self.given.with_user(self.user_dispatcher).withdraw_subcontract()
        with self.assertRaises(AccessError):
            self._take(self.fitter)

    def test_the_coordinator_answers_for_the_own_people_only(self):
        visit = self.env["calendar.event"].browse(self._take(self.fitter)["event_id"])
        as_coordinator = visit.with_user(self.coordinator_user)
        as_coordinator.answer_visit("accepted", employee_id=self.fitter.id)
        attendee = visit.attendee_ids.filtered(
            lambda a: a.partner_id == self.fitter_user.partner_id
        )
        self.assertEqual(attendee.state, "accepted")
        self.assertEqual(attendee.answered_by_id, self.coordinator_user)
        for user, employee in (
            (self.coordinator_user, self.outside),
            (self.fitter_user, self.mate),
            (self.company_user, self.fitter),
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.visit.with_user(user).answer_visit("accepted", employee_id=employee.id)

    def test_somebody_else_of_the_firm_is_sent(self):
        visit = self.env["calendar.event"].browse(self._take(self.fitter)["event_id"])
        self.mine.send_somebody_else(visit.id, self.fitter.id, self.mate.id)
        self.assertEqual(self.given.technician_ids, self.mate)
        self.assertIn(self.mate.work_contact_id, visit.partner_ids)
        self.assertNotIn(self.fitter_user.partner_id, visit.partner_ids)
        with self.assertRaises(ValidationError):
            self.mine.send_somebody_else(visit.id, self.mate.id, self.outside.id)
        with self.assertRaises(AccessError):
            self.mine.send_somebody_else(self.visit.id, self.outside.id, self.mate.id)
        with self.assertRaises(AccessError):
            self.intervention.with_user(self.coordinator_user).send_somebody_else(
                visit.id, self.mate.id, self.fitter.id
            )

    def test_who_goes_already_is_not_offered_in_a_mate_s_place(self):
        self._take(self.fitter, self.mate)
        rows = self.mine._portal_subcontracts()["visits"]
        self.assertEqual([row["others"] for row in rows], [[], []])

    def test_a_closed_intervention_is_not_answered(self):
        self.given.with_user(self.user_dispatcher).action_cancel()
        with self.assertRaises(UserError):
            self._take(self.fitter)


@tagged("post_install", "-at_install")
class TestSubcontractPages(SubcontractCommon, PagesCommon):
    def setUp(self):
        super().setUp()
        self._login("coordinator")

    def test_the_coordinator_takes_work_on_and_sends_somebody_else(self):
        page = self._get("/my/subcontracts").text
        self.assertIn("Fit the door", page)
        for hidden in ("Giulia", "Alfa"):
            self.assertNotIn(hidden, page)
        answer = self._post(
            f"/my/subcontracts/{self.given.id}/answer",
            answer="accepted",
            employee_ids=str(self.fitter.id),
            start="2026-11-09T09:00",
            hours="2,5",
        )
        self.assertEqual(answer.status_code, 303)
        visit = self.given.event_ids
        self.assertEqual(str(visit.start), "2026-11-09 08:00:00")
        self.assertEqual((visit.stop - visit.start).total_seconds(), 2.5 * 3600)
        send = {"event_id": visit.id, "employee_id": self.fitter.id}
        self._post(f"/my/subcontracts/{self.given.id}/send", **send, new_employee_id=self.mate.id)
        self.assertEqual(self.given.technician_ids, self.mate)
        page = self._get("/my/subcontracts").text
        self.assertIn("Confirm for", page)
        self._post(
            f"/my/subcontracts/{self.given.id}/confirm",
            event_id=visit.id,
            employee_id=self.mate.id,
            answer="accepted",
        )
        self.assertEqual(self.given.confirmation_state, "confirmed")

    def test_the_coordinator_says_no_or_another_time_for_the_own_people(self):
        visit = self.env["calendar.event"].browse(self._take(self.fitter)["event_id"])
        url = f"/my/subcontracts/{self.given.id}/confirm"
        whose = {"event_id": visit.id, "employee_id": self.fitter.id}
        refused = self._post(url, **whose, answer="declined")
        self.assertIn("Write why you cannot come.", refused.text)
        self._post(url, **whose, answer="tentative", proposed_start="2026-11-10T09:00")
        attendee = visit.attendee_ids.filtered(
            lambda a: a.partner_id == self.fitter_user.partner_id
        )
        self.assertEqual(str(attendee.proposed_start), "2026-11-10 08:00:00")
        self._post(url, **whose, answer="declined", reason="Van broken")
        self.assertEqual(attendee.state, "declined")
        self.assertIn("Van broken", self._get("/my/subcontracts").text)

    def test_what_was_typed_is_still_there_when_it_is_refused(self):
        answer = self._post(
            f"/my/subcontracts/{self.given.id}/answer",
            answer="accepted",
            employee_ids=str(self.mate.id),
            start="2026-11-09T09:00",
            hours="many",
        )
        chosen = f'value="{self.mate.id}" checked='
        self.assertIn(chosen, " ".join(answer.text.split()))
        self.assertIn("Say when the visit begins and ends.", answer.text)
        self.assertIn("many", answer.text)

    def test_the_month_of_the_own_people_and_of_nobody_else(self):
        self.assertEqual(self._get(f"/my/expenses?person={self.fitter.id}").status_code, 200)
        with mute_logger("odoo.http"):
            for person in (self.outside.id, 0, "x", ""):
                with self.subTest(person=person):
                    answer = self._get(f"/my/expenses?person={person}")
                    self.assertEqual(answer.status_code, 404)

    def test_the_home_page_leads_there_for_coordinators_only(self):
        self.assertIn("Work of my firm", self._get("/my").text)
        self._login("company")
        home = self._get("/my")
        self.assertEqual(home.status_code, 200)
        self.assertNotIn("Work of my firm", home.text)

    def test_others_have_no_such_page(self):
        with mute_logger("odoo.http"):
            for name in ("company", "outside"):
                with self.subTest(name=name):
                    self._login(name)
                    self.assertEqual(self._get("/my/subcontracts").status_code, 404)

    def test_the_page_costs_the_same_for_one_visit_and_for_many(self):
        def count():
            self.env.invalidate_all()
            pages = self.env["service.intervention"].with_user(self.coordinator_user)
            pages._portal_subcontracts()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            pages._portal_subcontracts()
            return self.env.cr.sql_log_count - start

        self._take(self.fitter)
        one = count()
        for hour in (10, 12, 14, 16):
            work = self._create_intervention(name=f"At {hour}")
            work.with_user(self.user_dispatcher).ask_subcontractor(self.firm.id)
            work.with_user(self.coordinator_user).answer_subcontract(
                "accepted", start=at(hour), stop=at(hour + 1), employee_ids=self.mate.ids
            )
        self.assertEqual(count(), one)
