import base64
import io
import re

from PIL import Image

from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.tests.common import at

from .test_downloads import StatementCommon
from .test_pages import PagesCommon


@tagged("post_install", "-at_install")
class TestTechnician(PagesCommon):
    """An outside technician does their whole work on the pages of the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention(
            name="The lift stops", access_note="Ask for Dino.", ticket_id=cls.ticket.id
        )
        cls.job_visit = cls._plan(cls.job, cls.outside, invite_customer=True)
        cls.url = f"/my/interventions/{cls.job.id}"

    def setUp(self):
        super().setUp()
        self._login("outside")

    def _act(self, act, files=None, **typed):
        return self._post(f"{self.url}/{act}", files=files, request_uuid=f"test-{act}", **typed)

    @staticmethod
    def _alerts(answer):
        """Sentences that a page says when something was refused."""
        return re.findall(r'alert-danger"[^>]*>([^<]*)', answer.text)

    def _attendee(self, user=None):
        partner = (user or self.outside_user).partner_id
        return self.job_visit.attendee_ids.filtered(lambda a: a.partner_id == partner)

    def _make_the_visit_come(self):
        self.job_visit.write({"start": "2090-01-02 08:00:00", "stop": "2090-01-02 10:00:00"})

    def _answer(self, **typed):
        return self._post(f"/my/visits/{self.job_visit.id}/answer", **typed)

    def test_a_visit_is_confirmed(self):
        self._make_the_visit_come()
        answer = self._answer(answer="accepted", start="2090-01-02 08:00:00")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self._attendee().state, "accepted")

    def test_an_answer_to_an_older_time_is_refused_with_a_sentence(self):
        late = {"start": "2026-11-01 08:00:00", "reason": "Late"}
        answer = self._answer(answer="accepted", back=self.url, **late)
        self.assertEqual(answer.status_code, 200)
        # What was typed there is proposed in no other form of the page.
        self.assertNotIn('value="2026-11-01 08:00:00"', answer.text)
        self.assertNotIn('value="Late"', answer.text.partition('id="wait_reason"')[2][:300])
        self.assertIn("alert-danger", answer.text)
        self.assertNotEqual(self._attendee().state, "accepted")

    def test_who_has_confirmed_may_still_say_no_until_they_are_there(self):
        self._make_the_visit_come()
        self._answer(answer="accepted")
        page = self._get(self.url).text
        self.assertIn("I cannot come then", page)
        self.assertNotIn('value="accepted"', page)
        self._answer(answer="declined", reason="Flu")
        self.assertEqual(self._attendee().state, "declined")
        self._answer(answer="accepted")
        self._act("check_in", event_id=self.job_visit.id)
        self.assertNotIn("I cannot come then", self._get(self.url).text)

    def test_a_visit_that_is_over_is_not_asked_about(self):
        self.assertNotIn(f'action="/my/visits/{self.job_visit.id}', self._get(self.url).text)

    def test_a_machine_s_past_is_read_by_who_repairs_it(self):
        done = {"state": "done", "close_date": at(8)}
        past = self._create_intervention(
            name="The belt slips", cause="Worn roller", solution="Put in a new roller", **done
        )
        self._create_intervention(name="The roof leaks", equipment_ids=False, **done)
        url = f"/my/equipment/{self.equipment.id}"
        page = self._get(url).text
        for text in ("The belt slips", "Worn roller", "Put in a new roller", "Oiled the conveyor"):
            self.assertIn(text, page)
        self.assertNotIn("roof", page)
        # Of a request that was solved from afar no intervention tells.
        remote = self.ticket.copy({"equipment_id": self.equipment.id})
        remote.intervention_ids = self._create_intervention(state="cancelled")
        remote.action_close(cause="Hung", solution="Reset by phone")
        self.assertIn("Reset by phone", self._get(url).text)
        # Whose the work was and how it was charged is no business of theirs, nor is a request.
        for text in (past.number, f"/my/interventions/{past.id}", "/my/tickets/new?"):
            self.assertNotIn(text, page)
        (self.job | self.intervention).write(done)
        self.assertNotIn("Worn roller", self._get(url).text)

    def test_a_report_is_not_closed_unsigned_without_a_reason(self):
        answer = self._post(f"/my/reports/{self.draft_report.id}/sign", refuse="1", name="Dino")
        self.assertEqual(self._alerts(answer), ["Write why the report is not signed."])
        self.assertEqual(self.draft_report.state, "draft")

    def test_declining_needs_a_reason(self):
        self.assertIn("alert-danger", self._answer(answer="declined").text)
        self._answer(answer="declined", reason="Holiday")
        self.assertEqual(self._attendee().state, "declined")
        self.assertEqual(self._attendee().answer_reason, "Holiday")

    def test_another_time_is_proposed_in_local_time(self):
        self._answer(answer="tentative", proposed_start="2090-01-10T15:00")
        self.assertEqual(str(self._attendee().proposed_start), "2090-01-10 14:00:00")

    def test_a_time_that_is_none_gets_a_sentence(self):
        answer = self._answer(answer="tentative", proposed_start="tomorrow")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("alert-danger", answer.text)

    def test_the_customer_answers_the_same_visit_for_themselves(self):
        self._login("company")
        contact = self.company_user.partner_id
        self.job_visit.partner_ids |= contact
        self._answer(answer="accepted", back=self.url)
        self.assertEqual(self._attendee(self.company_user).state, "accepted")
        self.assertNotEqual(self._attendee().state, "accepted")

    def test_a_refused_answer_leads_back_to_where_it_was_given(self):
        self._login("company")
        self._make_the_visit_come()
        self.job_visit.partner_ids |= self.company_user.partner_id
        answer = self._answer(answer="declined", back=self.url)
        self.assertTrue(self._alerts(answer))
        self.assertIn(f'action="/my/visits/{self.job_visit.id}/answer"', answer.text)
        self.assertIn(self.job.name, answer.text)

    def test_who_is_not_invited_cannot_answer(self):
        self._login("stranger")
        self.assertEqual(self._answer(answer="accepted").status_code, 404)

    def test_the_way_back_leads_to_our_pages_only(self):
        answer = self._answer(answer="accepted", back="https://evil.example.com/my/interventions/")
        self.assertTrue(answer.headers["Location"].endswith("/my/visits"))

    def test_the_day_shows_what_is_to_be_confirmed(self):
        self.env.cr.execute(
            "UPDATE calendar_event SET start = now() + interval '1 hour',"
            " stop = now() + interval '2 hours' WHERE id = %s",
            [self.job_visit.id],
        )
        self.env.invalidate_all()
        page = self._get("/my/visits").text
        self.assertIn(self.job.number, page)
        self.assertIn("Confirm", page)

    def test_work_is_recorded_from_check_in_to_signature(self):
        self.assertEqual(self._act("check_in", event_id=self.job_visit.id).status_code, 303)
        self.assertTrue(self._attendee().checked_in_on)
        self._act("files", files=[self._photo()], kind="before")
        self._act("work", kind="labour", start="2026-11-09T09:00", stop="2026-11-09T10:30")
        labour = self.job.work_line_ids.filtered(lambda line: line.kind == "labour")
        self.assertEqual(labour.quantity, 1.5)
        self.assertEqual(str(labour.start), "2026-11-09 08:00:00")
        self._post(f"{self.url}/work", request_uuid="test-work-km", kind="mileage", quantity="12,5")
        self._post(
            f"{self.url}/work",
            request_uuid="test-work-part",
            kind="part",
            quantity="1",
            product_id=self.part.id,
        )
        kinds = set(self.job.work_line_ids.mapped("kind"))
        self.assertLessEqual({"labour", "mileage", "part"}, kinds)
        self._act("check_out", event_id=self.job_visit.id)
        self.assertTrue(self._attendee().checked_out_on)
        made = self._act("report", outcome="solved")
        report = self.job.report_ids
        self.assertIn(f"/my/reports/{report.id}/sign", made.headers["Location"])
        self.assertEqual(self._get(f"/my/reports/{report.id}/sign").status_code, 200)
        signed = self._post(
            f"/my/reports/{report.id}/sign", name="Giulia", role="Owner", signature=_drawing()
        )
        self.assertEqual(signed.status_code, 303)
        self.assertEqual((report.state, report.signed_by), ("signed", "Giulia"))
        pdf = self._get(f"/my/reports/{report.id}/pdf")
        self.assertTrue(pdf.content.startswith(b"%PDF"))
        self.assertEqual(pdf.content, report.attachment_id.raw)

    def test_the_customer_is_mailed_a_link_to_sign_later(self):
        self._act("work", kind="mileage", quantity="3")
        self._act("report", outcome="solved")
        report = self.job.report_ids
        self.job.contact_id.email = "contact@example.com"
        self.assertIn(
            f"/my/reports/{report.id}/ask", self._get(f"/my/reports/{report.id}/sign").text
        )
        self.assertEqual(self._post(f"/my/reports/{report.id}/ask").status_code, 303)
        self.assertEqual(report.sign_asked_id, self.job.contact_id)

    def test_a_report_without_a_drawing_is_not_signed(self):
        self._act("work", kind="mileage", quantity="3")
        self._act("report", outcome="solved")
        report = self.job.report_ids
        answer = self._post(f"/my/reports/{report.id}/sign", name="Giulia Bianchi", signature="")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Giulia Bianchi", answer.text)
        self.assertEqual(report.state, "draft")
        self._post(f"/my/reports/{report.id}/sign", refusal_reason="Nobody was there")
        self.assertEqual(report.state, "unsigned")

    def test_the_customer_does_not_sign_from_their_own_page(self):
        self._act("work", kind="mileage", quantity="3")
        self._act("report", outcome="solved")
        report = self.job.report_ids
        self._login("company")
        answer = self._post(f"/my/reports/{report.id}/sign", name="x", signature=_drawing())
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(report.state, "draft")

    def test_hours_are_proposed_from_the_check_in(self):
        job = self.job.with_user(self.outside_user)

        def proposed():
            return [str(moment) for moment in job._portal_get_work_times()]

        with freeze_time("2026-11-09 08:00:00"):
            job.check_in()
        with freeze_time("2026-11-09 10:00:00"):
            self.assertEqual(proposed(), ["2026-11-09 08:00:00", "2026-11-09 10:00:00"])
            self._record(
                self.job,
                {"kind": "labour", "start": at(8), "stop": at(9)},
                user=self.outside_user,
            )
            self.assertEqual(proposed(), ["2026-11-09 09:00:00", "2026-11-09 10:00:00"])
        with freeze_time("2026-11-10 10:00:00"):
            self.assertEqual(proposed(), ["False", "2026-11-10 10:00:00"], "it was forgotten")

    def test_waiting_is_said_and_ended_and_the_customer_sees_it(self):
        self._act("wait", reason="Sensor", kind="parts", until="2026-11-20")
        self.assertRecordValues(self.job, [{"state": "waiting", "waiting_kind": "parts"}])
        for person in ("outside", "company"):
            self._login(person)
            page = self._get(self.url).text
            self.assertIn("Parts: Sensor", page)
            self.assertIn("11/20/2026", page)
        self._login("outside")
        self.assertIn("alert-danger", self._act("wait", reason="", kind="parts").text)
        self._act("resume")
        self.assertNotEqual(self.job.state, "waiting")

    # === ON THE WAY, ON SITE, DONE === #

    def test_each_tap_is_one_button(self):
        visit = {"event_id": self.job_visit.id}
        self._attendee().state = "accepted"
        self.assertIn(f"{self.url}/travel", self._get(self.url).text)
        self._act("travel", **visit)
        stay = self.job.presence_ids
        self.assertTrue(stay.travel_start)
        self.assertIn("On the way since", self._get(self.url).text)
        self._act("travel", **visit)
        self.assertEqual(self.job.presence_ids, stay, "sent twice")
        self._act("check_in", **visit)
        self.assertIn(f"{self.url}/check_out", self._get(self.url).text)
        again = self._post(f"{self.url}/check_in", request_uuid="test-another-in", **visit)
        self.assertIn("already checked in", again.text)
        self._act("check_out", **visit)
        self.assertTrue(stay.left_on)

    def test_the_customer_sees_who_is_on_the_way(self):
        self._act("travel", event_id=self.job_visit.id)
        self._login("company")
        page = self._get(self.url).text
        self.assertIn("is on the way since", page)
        self.assertNotIn(f"{self.url}/travel", page)
        self.job.with_user(self.outside_user).stop_travel()
        self.assertNotIn("is on the way since", self._get(self.url).text)

    def test_a_return_visit_is_asked_for_from_the_page(self):
        self._act("return_visit", parts="Sensor\nBelt", reason="It slips")
        job = self.job.follow_up_ids
        self.assertIn("1 × Belt", job.description)
        page = self._get(self.url).text
        self.assertIn(f"/my/interventions/{job.id}", page)
        self.assertEqual(self._get(f"/my/interventions/{job.id}").status_code, 200)

    def test_a_second_fault_is_reported_with_its_photo(self):
        self._act(
            "second_fault",
            files=[self._photo()],
            description="The lamp is dark",
            equipment_id=self.job.equipment_ids.id,
        )
        job = self.job.follow_up_ids
        self.assertEqual(job.name, "The lamp is dark")
        self.assertEqual(job.attachment_count, 1)
        foreign = self.env["service.equipment"].create(
            {"name": "Hidden", "partner_id": self.customer.id}
        )
        refused = self._post(
            f"{self.url}/second_fault", description="Dark", equipment_id=foreign.id
        )
        self.assertIn("not one of the customer", refused.text)
        self.assertIn("Dark", refused.text, "what was typed is still there")

    def test_positions_are_told_and_listed_for_their_person_only(self):
        place = {"latitude": "45.40777", "longitude": "11.87345"}
        self._act("travel", event_id=self.job_visit.id, **place)
        self.assertNotIn("Positions are recorded", self._get(self.url).text)
        self.job.company_id.write(
            {
                "service_positions": True,
                "service_positions_purpose": "Safety alone",
                "service_positions_basis": "Agreement",
                "service_positions_days": 30,
            }
        )
        self._act("check_in", event_id=self.job_visit.id, **place)
        page = self._get(self.url).text
        self.assertIn("Safety alone", page)
        self.assertIn("45.408 / 11.873", page)
        self._login("company")
        page = self._get(self.url).text
        self.assertNotIn("45.408", page)
        self.assertNotIn("Safety alone", page)

    def test_work_sent_twice_is_recorded_once(self):
        for _turn in range(2):
            self._act("work", kind="mileage", quantity="7")
        self.assertEqual(
            len(self.job.work_line_ids.filtered(lambda line: line.kind == "mileage")), 1
        )

    def test_bad_work_gets_a_sentence_and_keeps_what_was_typed(self):
        answer = self._act(
            "work", kind="labour", start="2026-11-09T10:00", stop="2026-11-09T09:00", name="Belt"
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn("ended before it began", answer.text)
        self.assertIn('value="Belt"', answer.text)
        self.assertFalse(self.job.work_line_ids)
        for typed in (
            {"kind": "labour", "start": "noon", "stop": "2026-11-09T09:00"},
            {"kind": "mileage", "quantity": "many"},
            {"kind": "mileage", "quantity": "-4"},
            {"kind": "fee", "quantity": "1"},
            {"kind": "part", "quantity": "1", "product_id": "999999999"},
        ):
            with self.subTest(typed=typed):
                answer = self._post(f"{self.url}/work", **typed)
                self.assertEqual(answer.status_code, 200)
                self.assertIn("alert-danger", answer.text)

    def test_parts_are_looked_for_while_typing(self):
        search = self.job.with_user(self.outside_user)._portal_parts
        found = search(search="temperature sensor")
        self.assertIn(self.part.id, [part["id"] for part in found])
        self.assertNotIn("86.5", str(found))
        self.assertFalse(search(search="nothing is called like this"))
        chosen = search(search="nothing is called like this", chosen_id=self.part.id)
        self.assertEqual([part["id"] for part in chosen], [self.part.id])
        page = self.make_jsonrpc_request(f"{self.url}/parts", {"search": "temperature"})
        self.assertIn(self.part.id, [part["id"] for part in page])
        self._login("company")
        page = self.make_jsonrpc_request(f"{self.url}/parts", {"search": "temperature"})
        self.assertFalse(page, "A customer is told no catalogue.")
        self._login("stranger")
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(f"{self.url}/parts", {"search": "temperature"})

    def test_own_work_is_taken_back(self):
        self._act("work", kind="mileage", quantity="7")
        line = self.job.work_line_ids.filtered(lambda line: line.kind == "mileage")
        self._post(f"{self.url}/remove", request_uuid="test-remove-1", line_id=line.id)
        self.assertFalse(line.exists())

    def test_an_expense_is_recorded_with_its_receipt(self):
        kind = self.env["expense.kind"].search([("is_mileage", "=", False)], limit=1)
        answer = self._act("expense", files=[self._photo()], kind=kind.code, amount="12,40")
        self.assertEqual(answer.status_code, 303, self._alerts(answer))
        self.assertEqual(self.job.expense_ids.total_amount, 12.40)
        self.assertEqual(self.job.expense_ids.employee_id, self.outside)

    def test_the_checklist_is_answered(self):
        item = self.env["service.checklist.item"].create(
            {"name": "Pressure", "kind": "number", "type_id": self.job.type_id.id}
        )
        question = self.env["service.checklist.answer"].create(
            {"intervention_id": self.job.id, "item_id": item.id}
        )
        self._post(f"{self.url}/checklist", answer_id=question.id, value="2,5")
        self.assertEqual(question.value, "2.5")
        bad = self._post(f"{self.url}/checklist", answer_id=question.id, value="high")
        self.assertIn("alert-danger", bad.text)
        foreign = self._post(f"{self.url}/checklist", answer_id=self.answer.id, value="yes")
        self.assertIn("alert-danger", foreign.text)
        self.assertFalse(self.answer.value)

    def test_who_is_not_on_the_crew_does_nothing(self):
        for person in ("stranger", "other", "own", "accountant"):
            self._login(person)
            for act in (
                "travel",
                "check_in",
                "work",
                "files",
                "report",
                "return_visit",
                "second_fault",
                "expense",
                "done",
                "nonsense",
            ):
                with self.subTest(person=person, act=act):
                    answer = self._act(
                        act, kind="mileage", quantity="1", event_id=self.job_visit.id
                    )
                    self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.job.work_line_ids)

    def test_the_customer_reads_but_does_not_work(self):
        self._login("company")
        for act in ("travel", "check_in", "work", "report", "return_visit", "done"):
            with self.subTest(act=act):
                answer = self._act(act, kind="mileage", quantity="1")
                self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.job.work_line_ids)

    def test_no_price_is_on_any_page(self):
        self._act("work", kind="labour", start="2026-11-09T09:00", stop="2026-11-09T11:00")
        self._act("work", kind="part", quantity="1", product_id=self.part.id)
        self._act("report", outcome="solved")
        report = self.job.report_ids
        for url in (self.url, f"/my/reports/{report.id}/sign", "/my/visits"):
            with self.subTest(url=url):
                page = self._get(url).text
                for price in ("50.00", "100.00", "86.50", "41.20", "28.00"):
                    self.assertNotIn(price, page)

    def test_the_verdict_is_shown_only_if_the_company_says_so(self):
        self.company.situation_for_outside = False
        self.customer.service_block = True
        self.customer.service_block_reason = "Three returned payments"
        self.assertNotIn("Three returned payments", self._get(self.url).text)
        self.company.situation_for_outside = True
        self.assertIn("Three returned payments", self._get(self.url).text)

    def test_what_the_work_needs_is_on_the_page(self):
        self.company_user.partner_id.phone = "+39 0445 360118"
        self.job.contact_id = self.company_user.partner_id
        self.equipment.note = "<p>The main switch is behind the door.</p>"
        page = self._get(self.url).text
        self.assertIn("Ask for Dino.", page)
        self.assertRegex(page, r'href="tel:\+39[ 0-9]*"')
        self.assertIn("behind the door", page)
        self.assertIn("Thiene", page)

    def test_a_closed_intervention_takes_no_more_work(self):
        self.job.state = "done"
        answer = self._act("work", kind="mileage", quantity="1")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("alert-danger", answer.text)


def _drawing():
    """A signature as the canvas sends it."""
    buffer = io.BytesIO()
    Image.new("RGB", (60, 30), "white").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestVerdict(StatementCommon):
    """How the customer pays, as far as somebody from outside who works there is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"/my/interventions/{cls.intervention.id}"

    def test_no_company_shows_it_unless_it_says_so(self):
        self.assertFalse(self.env["res.company"].create({"name": "New"}).situation_for_outside)

    def test_it_is_a_verdict_without_amounts_and_not_for_the_customer_s_people(self):
        self.intervention.invalidate_recordset(["situation_label"])
        label = self.intervention.situation_label
        self.assertIn("verdue", label)
        for is_allowed in (False, True):
            self.company.situation_for_outside = is_allowed
            for person in ("outside", "site"):
                with self.subTest(is_allowed=is_allowed, person=person):
                    self._login(person)
                    page = self._get(self.url).text
                    shown = is_allowed and person == "outside"
                    self.assertEqual("Accounting situation" in page, shown)
                    self.assertEqual(label in page, shown)
                    for amount in ("1,234.50", "1234.5"):
                        self.assertNotIn(amount, page)

    def test_no_program_is_told_more_than_the_page(self):
        self.company.situation_for_outside = True
        customer = self.customer.with_user(self.outside_user)
        for ask in (customer.requester_situation, lambda: customer.open_situation("Why not")):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                ask()
        for name in ("situation_verdict", "situation_label"):
            with self.assertRaises(AccessError):
                self.intervention.with_user(self.outside_user).read([name])
