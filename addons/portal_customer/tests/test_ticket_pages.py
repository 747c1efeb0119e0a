import base64
import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tests.common import picture
from odoo.addons.portal_customer.models.helpdesk_ticket_limits import REQUESTS_PER_HOUR
from odoo.addons.portal_customer.models.portal_act import ACTS_PER_HOUR

from .test_pages import PagesCommon

QUESTIONS = [
    {"name": "code", "string": "Error code", "type": "char"},
    {"name": "story", "string": "What you tried", "type": "text"},
    {"name": "stopped", "string": "Production stopped", "type": "boolean"},
    {"name": "pieces", "string": "Pieces lost", "type": "integer"},
    {"name": "heat", "string": "Temperature", "type": "float", "suffix": "°C"},
    {"name": "since", "string": "Since", "type": "date"},
    {
        "name": "shift",
        "string": "Shift",
        "type": "selection",
        "selection": [["day", "Day"], ["night", "Night"]],
    },
    {
        "name": "signs",
        "string": "Signs",
        "type": "tags",
        "tags": [["noise", "Noise", 1], ["smell", "Smell", 2]],
    },
    {"name": "owner", "string": "Secret owner", "type": "many2one", "comodel": "res.partner"},
]


class TicketCommon(PagesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category, cls.hidden_category = cls.env["helpdesk.category"].create(
            [
                {"name": "Wrapping", "ticket_properties_definition": QUESTIONS},
                {
                    "name": "Inside",
                    "portal_visible": False,
                    "ticket_properties_definition": [
                        {"name": "inside", "string": "What it costs", "type": "char"}
                    ],
                },
            ]
        )

    def _new(self, **typed):
        typed = {"name": "The film slips", "request_uuid": str(uuid.uuid4()), **typed}
        return self._post("/my/tickets/new", **typed)

    def _found(self):
        return self.env["helpdesk.ticket"].search([("name", "=", "The film slips")])

    def _typed(self, **answers):
        return {
            "category_id": self.category.id,
            **{f"q_{self.category.id}_{name}": answer for name, answer in answers.items()},
        }


@tagged("post_install", "-at_install")
class TestQuestions(TicketCommon):
    def test_each_kind_of_question_is_asked_answered_and_shown(self):
        self._login("own")
        page = self._get("/my/tickets/new").text
        for question in QUESTIONS[:-1]:
            self.assertIn(question["string"], page)
        for hidden in ("Secret owner", "What it costs"):
            self.assertNotIn(hidden, page)
        answer = self._new(
            **self._typed(
                code="E-<b>42</b>",
                story="Switched it off.",
                stopped="1",
                pieces="1.200,0",
                heat="71,5",
                since="2026-11-02",
                shift="night",
                **{"signs[]": ["noise", "smell"]},
            )
        )
        self.assertEqual(answer.status_code, 303)
        ticket = self._found()
        self.assertEqual(
            {name: ticket.ticket_properties._values.get(name) for name in ("pieces", "heat")},
            {"pieces": 1200, "heat": 71.5},
        )
        page = self._get(f"/my/tickets/{ticket.id}").text
        for text in ("E-&lt;b&gt;42", "Switched it off.", "1200", "71.5 °C", "11/02/2026", "Night"):
            self.assertIn(text, page)
        self.assertIn("Noise, Smell", page)

    def test_an_answer_that_does_not_fit_is_refused_and_what_was_typed_is_kept(self):
        self._login("own")
        for wrong in (
            {"pieces": "many"},
            {"pieces": "1.5,2"},
            {"heat": "nan"},
            {"heat": "1" * 400},
            {"since": "soon"},
            {"shift": "noon"},
            {"signs[]": ["noise", "taste"]},
            {"code": "x" * 2001},
            {"owner": str(self.customer.id)},
            {"nonsense": "x"},
        ):
            with self.subTest(wrong=wrong):
                answer = self._new(**self._typed(**{"story": "Kept as it is.", **wrong}))
                self.assertEqual(answer.status_code, 200)
                self.assertIn("alert-danger", answer.text)
                self.assertIn("Kept as it is.", answer.text)
        answer = self._new(
            **self._typed(pieces="many", shift="night", stopped="1", **{"signs[]": ["smell"]})
        )
        self.assertIn("“Pieces lost”", answer.text)
        self.assertIn('value="many"', answer.text)
        self.assertRegex(answer.text, r'value="night"[^>]*selected')
        self.assertRegex(answer.text, r'value="smell"[^>]*checked')
        self.assertNotRegex(answer.text, r'value="noise"[^>]*checked')
        self.assertFalse(self._found())

    def test_questions_of_other_categories_are_not_read(self):
        self._login("own")
        other = {f"q_{self.hidden_category.id}_inside": "12 €"}
        self.assertEqual(self._new(**self._typed(code="E1"), **other).status_code, 303)
        self.assertNotIn("inside", self._found().ticket_properties._values)
        answer = self._new(category_id=self.hidden_category.id, **other)
        self.assertIn("alert-danger", answer.text)
        self.assertNotIn("What it costs", answer.text)

    def test_a_program_sends_answers_of_their_type(self):
        tickets = self.env["helpdesk.ticket"].with_user(self.own_user)
        values = {"name": "By program", "category_id": self.category.id}
        answers = {"pieces": 3, "heat": 1.5, "stopped": True, "signs": ["noise"]}
        opened = tickets.open_ticket({**values, "ticket_properties": answers})
        ticket = self.env["helpdesk.ticket"].browse(opened["ticket_id"])
        stored = ticket.ticket_properties._values
        self.assertEqual({name: stored[name] for name in answers}, answers)
        for wrong in ("x", ["pieces"], {"pieces": [1]}, {"signs": 5}, {"code": {"a": 1}}):
            with self.subTest(wrong=wrong), self.assertRaises(ValidationError):
                tickets.open_ticket({**values, "ticket_properties": wrong})

    def test_somebody_is_there_until(self):
        self._login("own")
        answer = self._new(presence_until="2020-01-01T10:00")
        self.assertIn("alert-danger", answer.text)
        self.assertIn('value="2020-01-01T10:00"', answer.text)
        self.assertIn("alert-danger", self._new(presence_until="noon").text)
        day = fields.Date.today() + timedelta(days=400)
        self.assertEqual(self._new(presence_until=f"{day}T12:30").status_code, 303)
        # Rome is one or two hours ahead.
        self.assertIn(self._found().presence_until.hour, (10, 11))
        self.assertIn("Somebody is there until", self._get(f"/my/tickets/{self._found().id}").text)

    def test_the_form_costs_the_same_for_one_category_and_for_many(self):
        self._login("own")
        self._get("/my/tickets/new")
        few = self._count("/my/tickets/new")
        self.env["helpdesk.category"].create(
            [
                {"name": f"Category {number}", "ticket_properties_definition": QUESTIONS}
                for number in range(80)
            ]
        )
        self._get("/my/tickets/new")
        self.assertLessEqual(self._count("/my/tickets/new"), few + 1)

    def _count(self, url):
        self.env.flush_all()
        queries = []
        for _turn in self._patchExecute(queries):
            self._get(url)
        return len(queries)


@tagged("post_install", "-at_install")
class TestTicketPromise(PagesCommon):
    def test_all_promises_are_told_until_they_are_kept(self):
        moment = fields.Datetime.now() + timedelta(days=2)
        self.ticket.write(
            {
                "response_deadline": moment,
                "next_response_deadline": moment,
                "on_site_deadline": moment,
                "resolution_deadline": moment - timedelta(days=4),
            }
        )
        labels = ("We answer by", "We answer your last message by", "We are with you by")
        self._login("company")
        url = f"/my/tickets/{self.ticket.id}"
        page = self._get(url).text
        for label in (*labels, "We solve it by", ">late<"):
            self.assertIn(label, page)
        self.ticket.write({"first_response_date": moment, "on_site_date": moment})
        page = self._get(url).text
        self.assertNotIn(labels[0], page)
        self.assertNotIn(labels[2], page)

    def test_a_merged_request_says_where_it_goes_on(self):
        self.own_ticket.merge_into(self.ticket)
        url = f"/my/tickets/{self.own_ticket.id}"
        self._login("company")
        self.assertIn(f'href="/my/tickets/{self.ticket.id}"', self._get(url).text)
        self._login("own")
        page = self._get(url).text
        self.assertIn("another one of your company", page)
        self.assertNotIn(self.ticket.number, page)
        self.assertNotIn(f"/my/tickets/{self.ticket.id}", page)

    def test_a_solved_request_is_rated_once_each_time(self):
        self.ticket.team_id.rate_closed = True
        self._login("company")
        url = f"/my/tickets/{self.ticket.id}"
        self.assertNotIn("/rate", self._get(url).text)
        self.assertIn("alert-danger", self._post(f"{url}/rate", rate=5).text)
        self.ticket.action_close(solution="New film.", cause="Old film.")
        self.assertIn(f"{url}/rate", self._get(url).text)
        for wrong in ("", "4", "x", "-1"):
            self.assertIn("alert-danger", self._post(f"{url}/rate", rate=wrong).text)
        self.assertEqual(self._post(f"{url}/rate", rate=3, feedback="<b>Slow</b>").status_code, 303)
        rating = self._ratings()
        self.assertEqual((rating.rating, rating.feedback), (3, "<b>Slow</b>"))
        self.assertEqual(rating.partner_id, self.company_user.partner_id)
        page = self._get(url).text
        self.assertNotIn(f"{url}/rate", page)
        self.assertIn("so so", page)
        self.assertIn("alert-danger", self._post(f"{url}/rate", rate=1).text)
        self.ticket.reopen(reason="Again.")
        # A rating is of its closing, which in a test happens at the same moment.
        rating.rated_on -= timedelta(days=1)
        self.ticket.action_close(solution="New roll.", cause="Worn roll.")
        self.assertEqual(self._post(f"{url}/rate", rate=5).status_code, 303)
        self.assertEqual(sorted(self._ratings().mapped("rating")), [3, 5])

    def _ratings(self):
        return self.env["rating.rating"].search(
            [
                ("res_model", "=", "helpdesk.ticket"),
                ("res_id", "=", self.ticket.id),
                ("consumed", "=", True),
            ]
        )

    def test_nobody_else_rates_a_request(self):
        self.ticket.team_id.rate_closed = True
        self.ticket.action_close(solution="New film.", cause="Old film.")
        for person in ("own", "other", "accountant", "outside"):
            self._login(person)
            answer = self._post(f"/my/tickets/{self.ticket.id}/rate", rate=1)
            self.assertEqual(answer.status_code, 404)
            with self.assertRaises(AccessError):
                self.ticket.with_user(self._person(person)).rate(1)
        self.assertFalse(self._ratings())

    def test_a_team_that_does_not_ask_is_not_rated(self):
        self.ticket.team_id.rate_closed = False
        self.ticket.action_close(solution="New film.", cause="Old film.")
        with self.assertRaises(UserError):
            self.ticket.with_user(self.company_user).rate(5)


@tagged("post_install", "-at_install")
class TestLimits(TicketCommon):
    def test_an_accountant_is_told_that_requests_are_a_colleague_s(self):
        told = "As accountant you see invoices and statements, not requests"
        with self.assertRaisesRegex(UserError, f"^{told}"):
            self.env["helpdesk.ticket"].with_user(self.accountant_user).open_ticket({"name": "Me"})
        self._login("accountant")
        page = self._get("/my/tickets/new").text
        self.assertIn(told, page)
        self.assertNotIn("o_portal_customer_new_ticket", page)
        self.assertNotIn('href="/my/tickets"', self._get("/my").text)
        answer = self._new(description="The film slips at noon.")
        self.assertEqual(answer.status_code, 200)
        for text in (told, "The film slips at noon."):
            self.assertIn(text, answer.text)
        self.assertFalse(self._found())
        self._login("own")
        self.assertNotIn(told, self._get("/my/tickets/new").text)

    def test_so_many_requests_an_hour_and_what_was_typed_is_kept(self):
        tickets = self.env["helpdesk.ticket"].with_user(self.own_user)
        for number in range(REQUESTS_PER_HOUR):
            tickets.open_ticket({"name": f"Number {number}"}, request_uuid=f"number-{number:04}")
        # What was sent already is answered as before.
        tickets.open_ticket({"name": "Number 0"}, request_uuid="number-0000")
        self._login("own")
        answer = self._new(description="One more of them.")
        self.assertIn("One more of them.", answer.text)
        self.assertIn(f"You have opened {REQUESTS_PER_HOUR} requests", answer.text)
        self.assertFalse(self._found())
        # Others go on, and so does the same person an hour later.
        self.env["helpdesk.ticket"].with_user(self.company_user).open_ticket({"name": "Mine"})
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = create_date - interval '61 minutes'"
            " WHERE create_uid = %s",
            [self.own_user.id],
        )
        self.assertEqual(self._new().status_code, 303)

    def test_requests_are_counted_by_an_index(self):
        # SQL: a plan is worth reading only if there are enough rows to choose among.
        self.env.cr.execute(
            """INSERT INTO helpdesk_ticket
                      (number, name, company_id, channel, create_uid, create_date)
               SELECT 'P' || n, 'Call', %s, 'phone', 1, now() FROM generate_series(1, 5000) n""",
            [self.company.id],
        )
        self.env.cr.execute("ANALYZE helpdesk_ticket")
        self.env.cr.execute(
            "EXPLAIN SELECT 1 FROM helpdesk_ticket WHERE channel = 'portal' AND create_uid = 7"
            " AND create_date > now() - interval '1 hour'"
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("portal_rate_idx", plan)

    def test_so_many_files_an_hour_on_all_records_together(self):
        data = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
        ticket = self.ticket.with_user(self.company_user)
        acts = self.env["portal.act"].with_user(self.company_user)
        acts._count("file", ACTS_PER_HOUR["file"] - 1)
        ticket.add_files([{"name": "one.txt", "data": base64.b64encode(b"One").decode()}])
        with self.assertRaisesRegex(ValidationError, "files within an hour"):
            self.own_ticket.with_user(self.company_user).add_files(
                [{"name": "two.txt", "data": data}]
            )
        # A technician outside fills the same measure by photos of several jobs.
        self.env["portal.act"].with_user(self.outside_user)._count("file", ACTS_PER_HOUR["file"])
        with self.assertRaisesRegex(ValidationError, "files within an hour"):
            self.intervention.with_user(self.outside_user).add_files(
                [{"name": "one.png", "data": picture()}]
            )

    def test_so_many_messages_an_hour(self):
        acts = self.env["portal.act"].with_user(self.company_user)
        acts._count("message", ACTS_PER_HOUR["message"] - 1)
        ticket = self.ticket.with_user(self.company_user).sudo()
        ticket.message_post(body="One more.", message_type="comment")
        for thread in (ticket, self.intervention.with_user(self.company_user).sudo()):
            with self.assertRaisesRegex(ValidationError, "messages within an hour"):
                thread.message_post(body="Too much.", message_type="comment")
        # The desk writes as much as it wants, and so does the customer an hour later.
        self.ticket.message_post(body="From the desk.", message_type="comment")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            ticket.message_post(body="Later.", message_type="comment")

    def test_nobody_outside_reads_or_writes_how_much_they_have_sent(self):
        acts = self.env["portal.act"].with_user(self.company_user)
        acts._count("message")
        for operation in ("read", "write", "create", "unlink"):
            self.assertFalse(acts.has_access(operation))

    def test_what_is_a_day_old_is_forgotten(self):
        acts = self.env["portal.act"]
        acts.with_user(self.company_user)._count("message")
        acts.search([]).done_on -= timedelta(days=2)
        acts._gc_acts()
        self.assertFalse(acts.search([]))


@tagged("post_install", "-at_install")
class TestMailedFiles(PagesCommon):
    MAIL = """From: {sender}
To: help@example.com
Subject: It smokes
Message-ID: <{sender}-smoke@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain

See the picture.
--x
Content-Type: text/plain; name="smoke.txt"
Content-Disposition: attachment; filename="smoke.txt"

It smokes.
--x--
"""

    def _mail(self, sender):
        ticket_id = self.env["mail.thread"].message_process(
            "helpdesk.ticket", self.MAIL.format(sender=sender)
        )
        return self.env["helpdesk.ticket"].browse(ticket_id)

    def test_files_of_the_own_mail_are_on_the_page_those_of_notes_are_not(self):
        ticket = self._mail("own@example.com")
        ticket.partner_id = self.own_user.partner_id
        file = ticket.message_ids.attachment_ids.filtered(lambda file: file.name == "smoke.txt")
        self.assertTrue(file.ensure_one())
        note = self._note(ticket)
        self._login("own")
        page = self._get(f"/my/tickets/{ticket.id}").text
        self.assertIn("smoke.txt", page)
        self.assertNotIn(note.name, page)
        self.assertEqual(self._get(f"/my/files/{file.id}").status_code, 200)
        self.assertEqual(self._get(f"/my/files/{note.id}").status_code, 404)
        for person in ("other", "site", "accountant"):
            self._login(person)
            self.assertEqual(self._get(f"/my/files/{file.id}").status_code, 404)

    def test_files_of_a_mail_of_ours_stay_inside(self):
        self.user_dispatcher.partner_id.email = "desk@example.com"
        ticket = self._mail("desk@example.com")
        ticket.partner_id = self.own_user.partner_id
        file = ticket.message_ids.attachment_ids.filtered(lambda file: file.name == "smoke.txt")
        self.assertTrue(file.ensure_one())
        self._login("own")
        self.assertEqual(self._get(f"/my/files/{file.id}").status_code, 404)

    def test_an_opening_mail_that_became_a_note_is_hidden_again(self):
        ticket = self._mail("own@example.com")
        ticket.partner_id = self.own_user.partner_id
        message = ticket.message_ids.filtered("attachment_ids")
        message.is_internal = True
        self.assertFalse(self.env["ir.attachment"].with_user(self.own_user)._portal_files(ticket))


@tagged("post_install", "-at_install")
class TestTicketVisits(PagesCommon):
    """The request's page says when somebody comes and what is waited for."""

    def setUp(self):
        super().setUp()
        start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=3)
        self._plan(
            self.intervention, self.outside, start, start + timedelta(hours=1), invite_customer=True
        )
        self.coming = self.intervention.sudo().event_ids.filtered(lambda one: one.start == start)
        self.url = f"/my/tickets/{self.ticket.id}"
        self._login("company")

    def _answer(self, **typed):
        values = {"start": fields.Datetime.to_string(self.coming.start), "back": self.url, **typed}
        return self._post(f"/my/visits/{self.coming.id}/answer", **values)

    def test_a_coming_visit_is_taken_along_and_answered_there(self):
        page = self._get(self.url).text
        self.assertIn(f"/visits/{self.coming.id}.ics", page)
        self.assertIn(f"/my/visits/{self.coming.id}/answer", page)
        # What is over stands on the intervention.
        self.assertNotIn(f"/visits/{self.visit.id}.ics", page)
        answer = self._answer(answer="accepted")
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith(self.url))
        self.assertIn("You have confirmed", self._get(self.url).text)

    def test_what_is_missing_is_said_on_the_request_with_what_was_typed(self):
        answer = self._answer(answer="declined", reason="")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("alert-danger", answer.text)
        self.assertIn(self.ticket.number, answer.text)

    def test_another_way_back_leads_to_the_own_visits(self):
        for back in ("https://elsewhere.example.com/1", "/my/tickets/x", "//e.example.com", ""):
            answer = self._answer(answer="accepted", back=back)
            self.assertTrue(answer.headers["Location"].endswith("/my/visits"), back)

    def test_whoever_reads_the_request_only_is_asked_nothing(self):
        self._login("site")
        page = self._get(self.url).text
        self.assertIn(f"/visits/{self.coming.id}.ics", page)
        self.assertNotIn(f"/my/visits/{self.coming.id}/answer", page)

    def test_what_is_waited_for_is_said_with_its_date(self):
        day = fields.Date.today() + timedelta(days=20)
        self.intervention.sudo().write(
            {
                "state": "waiting",
                "waiting_kind": "parts",
                "waiting_reason": "Sensor 4711",
                "waiting_until": day,
            }
        )
        page = " ".join(self._get(self.url).text.split())
        self.assertIn("Sensor 4711", page)
        self.assertIn("expected on", page)
        self.assertIn(day.strftime("%m/%d/%Y"), page)
