import io
import re
import uuid

from PIL import Image

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PortalCommon

LISTS = (
    "/my/tickets",
    "/my/interventions",
    "/my/equipment",
    "/my/contracts",
    "/my/knowledge",
)
TAMPERED = "sortby=x&filterby=x&groupby=x&search=%25%00'\"&date_begin=x"
# A statement that changes something; the session store and the log of logins write beside it.
WRITING = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b", re.I)


class PagesCommon(HttpCase, PortalCommon):
    def _login(self, person):
        user = self._person(person)
        self.authenticate(user.login, user.login)

    def _get(self, url, **options):
        return self.url_open(url, **options)

    def _post(self, url, files=None, csrf=True, **typed):
        if csrf:
            typed["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=typed, files=files, allow_redirects=False)

    @staticmethod
    def _photo(name="photo.jpg"):
        buffer = io.BytesIO()
        Image.new("RGB", (16, 16), "red").save(buffer, "JPEG")
        return ("files", (name, buffer.getvalue(), "image/jpeg"))


@tagged("post_install", "-at_install")
class TestPages(PagesCommon):
    def test_who_sees_which_page(self):
        pages = {
            f"/my/tickets/{self.ticket.id}": {"company", "site"},
            f"/my/tickets/{self.own_ticket.id}": {"company", "own"},
            f"/my/interventions/{self.intervention.id}": {"company", "site", "outside"},
            f"/my/reports/{self.signed_report.id}/pdf": {"company", "site", "outside"},
            f"/my/reports/{self.draft_report.id}/sign": {"outside"},
            f"/my/equipment/{self.equipment.id}": {"company", "own", "site", "outside"},
            f"/my/contracts/{self.contract.id}": {"company"},
            f"/my/knowledge/{self.article.id}": set(self.PERSONS),
            f"/my/knowledge/{self.draft_article.id}": set(),
            "/my/statement": {"company", "other", "accountant"},
        }
        for person in self.PERSONS:
            self._login(person)
            for url, readers in pages.items():
                with self.subTest(person=person, url=url):
                    expected = 200 if person in readers else 404
                    self.assertEqual(self._get(url).status_code, expected)

    def test_a_customer_sees_how_many_visits_are_left(self):
        self._login("company")
        self.assertNotIn("visits left", self._get(f"/my/contracts/{self.contract.id}").text)
        self.contract.included_visits = 4
        visit = self.intervention.event_ids[:1]
        visit.counted_contract_id = self.contract
        page = " ".join(self._get(f"/my/contracts/{self.contract.id}").text.split())
        self.assertIn("<strong>3</strong> visits left of <span>4</span>", page)

    def test_a_contract_of_the_site_is_found_at_its_machines(self):
        self.contract.write({"equipment_ids": False, "site_ids": self.site.ids})
        elsewhere = self.env["service.equipment"].create(
            {"name": "Far away", "partner_id": self.customer.id}
        )
        self._login("company")
        self.assertIn("Maintenance", self._get(f"/my/equipment/{self.equipment.id}").text)
        self.assertNotIn("Maintenance", self._get(f"/my/equipment/{elsewhere.id}").text)

    def test_a_list_of_contracts_says_what_is_left(self):
        self.contract.write({"included_visits": 4, "date_end": "2099-12-31"})
        self._login("company")
        row = self._get("/my/contracts").text
        self.assertIn("4 visits left · valid until 12/31/2099", row)

    def test_a_customer_is_shown_no_draft_of_a_report(self):
        for person, shown in (("company", 1), ("outside", 2)):
            self._login(person)
            page = self._get(f"/my/interventions/{self.intervention.id}").text
            with self.subTest(person=person):
                self.assertEqual(page.count("/my/reports/"), shown)

    def test_who_is_asked_to_sign_finds_it_in_the_portal_too(self):
        report = self.draft_report.with_user(self.user_dispatcher)
        report.ask_signature(partner_id=self.company_user.partner_id.id)
        link = f"/my/reports/{report.id}/link"
        pages = ("/my/reports", f"/my/interventions/{self.intervention.id}")
        self._login("site")
        for page in pages:
            self.assertNotIn("Read and sign", self._get(page).text)
        self.assertEqual(self._post(link).status_code, 404)
        self._login("company")
        for page in pages:
            self.assertIn(link, self._get(page).text)
        opened = self._post(link)
        self.assertEqual(opened.status_code, 303)
        self.assertIn("Sign the report", self._get(opened.headers["Location"]).text)
        report.withdraw_signature()
        self.assertIn("Nothing waits", self._get("/my/reports").text)
        self.assertEqual(self._post(link).status_code, 404)

    def test_a_search_goes_on_where_one_is_and_says_when_it_finds_nothing(self):
        self._login("company")
        page = self._get("/my/tickets?filterby=open&groupby=site&search=zzz").text
        for kept in ('name="filterby" value="open"', 'name="groupby" value="site"'):
            self.assertIn(kept, page)
        self.assertIn("Nothing found for “zzz”", " ".join(page.split()))
        self.assertNotIn("Open one when something", page)

    def test_a_machine_that_one_works_on_is_no_choice_for_a_request(self):
        for person, offered in (("company", True), ("outside", False)):
            self._login(person)
            page = self._get("/my/tickets/new").text
            with self.subTest(person=person):
                self.assertEqual(self.equipment.display_name in page, offered)

    def test_nobody_gets_in_without_a_login(self):
        for url in (*LISTS, f"/my/tickets/{self.ticket.id}", "/my/visits", "/my/statement"):
            with self.subTest(url=url):
                self.assertIn("/web/login", self._get(url).url)

    def test_a_foreign_record_and_a_missing_one_are_the_same(self):
        self._login("other")
        for url in (
            "/my/tickets/%s",
            "/my/interventions/%s",
            "/my/equipment/%s",
            "/my/contracts/%s",
            "/my/reports/%s/pdf",
            "/my/reports/%s/sign",
            "/my/files/%s",
        ):
            records = {
                "tickets": self.ticket,
                "interventions": self.intervention,
                "equipment": self.equipment,
                "contracts": self.contract,
                "reports": self.signed_report,
                "files": self._note(self.ticket),
            }
            record = records[url.split("/")[2]]
            with self.subTest(url=url):
                foreign = self._get(url % record.id)
                missing = self._get(url % (record.id + 1_000_000))
                self.assertEqual((foreign.status_code, missing.status_code), (404, 404))
                self.assertEqual(
                    _without_chance(foreign, record.id),
                    _without_chance(missing, record.id + 1_000_000),
                )

    def test_a_tampered_address_gives_the_default_list(self):
        for person in ("company", "outside", "accountant"):
            self._login(person)
            for url in LISTS:
                for tampered in (f"{url}?{TAMPERED}", f"{url}/page/9999?{TAMPERED}"):
                    with self.subTest(person=person, url=tampered):
                        self.assertEqual(self._get(tampered).status_code, 200)

    def test_odoo_s_own_lists_give_their_default_too(self):
        self._login("company")
        tampered = "?sortby=x&filterby=x&groupby=x&search_in=x&page=9999&search=%25%27%22"
        with mute_logger("odoo.http", "odoo.sql_db"):
            for page in ("invoices", "projects", "tasks", "timesheets"):
                for more in ("", "&date_begin=x&date_end=y"):
                    with self.subTest(page=page, more=more):
                        answer = self._get(f"/my/{page}{tampered}{more}")
                        self.assertEqual(answer.status_code, 200)
            for address in (
                "address?partner_id=x",
                "address?use_delivery_as_billing=x",
                "tasks?search=%00",
                "timesheets?groupby=;env;",
            ):
                with self.subTest(address=address):
                    self.assertEqual(self._get(f"/my/{address}").status_code, 200)

    def test_odoo_s_form_of_an_address_leads_nowhere_else(self):
        self._login("company")
        for evil in (
            "javascript:alert(1)",
            "//evil.example",
            "/\\evil.example",
            "https://e.example",
        ):
            with self.subTest(evil=evil):
                page = self._get("/my/address", params={"callback": evil})
                self.assertNotIn(evil, page.text)
                answer = self._send_address(callback=evil)
                self.assertEqual(answer.json()["redirectUrl"], "/my/addresses")
        self.assertEqual(self._send_address(callback="/my").json()["redirectUrl"], "/my")

    def test_odoo_s_form_of_an_address_is_never_answered_with_a_page(self):
        self._login("company")
        answer = self._send_address(required_fields="<script>alert(1)</script>")
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        with mute_logger("odoo.http"):
            self.assertEqual(self._send_address(use_delivery_as_billing=";env;").status_code, 400)

    def _send_address(self, **typed):
        contact = self._person("company").partner_id
        known = {
            "partner_id": contact.id,
            "name": contact.name,
            "email": contact.email,
            "phone": "049 123",
            "street": "Via Roma 1",
            "city": "Padova",
            "zip": "35100",
            "country_id": self.env.ref("base.it").id,
            "state_id": self.env.ref("base.state_it_pd").id,
        }
        return self._post("/my/address/submit", **{**known, **typed})

    def test_a_token_sent_as_a_file_is_none(self):
        self._login("company")
        with mute_logger("odoo.http"):
            answer = self._post(
                "/my/tickets/new", files=[("csrf_token", ("t", b"x", "text/plain"))], csrf=False
            )
        self.assertEqual(answer.status_code, 400)

    def test_text_that_no_keyboard_writes_is_refused(self):
        self._login("company")
        with mute_logger("odoo.http"):
            answer = self._post("/my/tickets/new", name="Boiler\0", description="Cold")
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.env["helpdesk.ticket"].search([("name", "like", "Boiler")]))

    def test_a_number_larger_than_any_is_just_not_there(self):
        self._login("company")
        for url in ("/my/tickets/%s", "/my/files/%s", "/my/reports/%s/pdf"):
            with self.subTest(url=url):
                self.assertEqual(self._get(url % 10**20).status_code, 404)

    def test_every_choice_of_a_list_works(self):
        self._login("company")
        for url in LISTS:
            html = self._get(url).text
            links = set(re.findall(rf'href="({url}\?[^"]*(?:sortby|filterby|groupby)[^"]*)"', html))
            self.assertTrue(links, url)
            for link in links:
                with self.subTest(link=link):
                    self.assertEqual(self._get(link.replace("&amp;", "&")).status_code, 200)

    def test_a_search_finds_by_number_and_by_words(self):
        self._login("company")
        page = self._get(f"/my/tickets?search={self.ticket.number}").text
        self.assertIn(self.ticket.name, page)
        self.assertNotIn(self.own_ticket.name, page)

    def test_the_statement_is_the_own_company_s(self):
        self._login("accountant")
        self.assertNotIn(self.other_customer.name, self._get("/my/statement").text)

    def test_the_home_shows_what_one_may_see(self):
        self._login("company")
        home = self._get("/my").text
        self.assertIn("/my/statement", home)
        self._login("own")
        self.assertNotIn("/my/statement", self._get("/my").text)
        self._login("outside")
        self.assertIn("/my/visits", self._get("/my").text)

    def test_counters_count_what_one_may_see(self):
        self._login("other")
        counted = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["ticket_count", "intervention_count", "visit_count"]}
        )
        self.assertEqual(counted["ticket_count"], 1)
        self.assertFalse(counted.get("intervention_count"))

    def test_the_home_says_how_many_and_what_waits_for_an_answer(self):
        self._login("company")
        home = self._get("/my").text
        for name in ("ticket_count", "intervention_count", "waiting_ticket_count"):
            with self.subTest(name=name):
                self.assertRegex(home, rf'class="fw-bold"[^>]*data-placeholder_count="{name}"')
        # Whoever has no script finds all the same where to go.
        self.assertIn("noscript.css", home.partition("<noscript>")[2])
        asked = {"counters": ["waiting_ticket_count"]}
        self.assertEqual(
            self.make_jsonrpc_request("/my/counters", asked)["waiting_ticket_count"], 0
        )
        self.ticket.stage_id = self.env["helpdesk.stage"].search([("waiting", "=", True)], limit=1)
        self.assertEqual(
            self.make_jsonrpc_request("/my/counters", asked)["waiting_ticket_count"], 1
        )
        waiting = self._get("/my/tickets?filterby=waiting").text
        self.assertIn(self.ticket.number, waiting)
        self.assertNotIn(self.own_ticket.number, waiting)

    def test_reading_writes_nothing(self):
        pages = {
            "company": [
                *LISTS,
                "/my/tickets/new",
                "/my/statement",
                f"/my/tickets/{self.ticket.id}",
                f"/my/interventions/{self.intervention.id}",
                f"/my/equipment/{self.equipment.id}",
                f"/my/contracts/{self.contract.id}",
                f"/my/knowledge/{self.article.id}",
                f"/my/reports/{self.signed_report.id}/pdf",
            ],
            "outside": ["/my/visits", f"/my/interventions/{self.intervention.id}"],
        }
        for person, urls in pages.items():
            self._login(person)
            for url in urls:
                self._get(url)
                with self.subTest(url=url):
                    queries = self._collect_queries(url)
                    self.assertTrue(queries)
                    self.assertFalse([query for query in queries if WRITING.match(query)])

    def _collect_queries(self, url):
        self.env.flush_all()
        queries = []
        for _turn in self._patchExecute(queries):
            self._get(url)
        return queries

    def test_a_list_costs_the_same_for_one_record_and_for_many(self):
        self._login("company")
        for url, make in (
            ("/my/tickets", self._make_tickets),
            ("/my/interventions", self._make_interventions),
            ("/my/equipment", self._make_equipment),
        ):
            self._get(url)
            few = len(self._collect_queries(url))
            make(18)
            self._get(url)
            many = len(self._collect_queries(url))
            with self.subTest(url=url):
                self.assertLessEqual(many, few + 1)

    def _make_tickets(self, count):
        self.env["helpdesk.ticket"].create(
            [
                {
                    "name": f"Ticket {number}",
                    "partner_id": self.own_user.partner_id.id,
                    "equipment_id": self.equipment.id,
                    "site_id": self.site.id,
                }
                for number in range(count)
            ]
        )

    def _make_interventions(self, count):
        for number in range(count):
            self._create_intervention(name=f"Intervention {number}")

    def _make_equipment(self, count):
        self.env["service.equipment"].create(
            [
                {"name": f"Machine {number}", "partner_id": self.customer.id}
                for number in range(count)
            ]
        )


def _without_chance(response, record_id):
    """The page without what differs in any two answers: tokens, and the number asked for."""
    # What a page tells stands in its body; scripts and head hold tokens and times of the session.
    text = re.sub(r"(?s)<(head|script)\b.*?</\1>", "", response.text)
    text = re.sub(r"\b[0-9a-f]{32,}o?[0-9]*\b", "", text)
    return re.sub(rf"/{record_id}(?![0-9])", "/ID", text)


@tagged("post_install", "-at_install")
class TestTicketPages(PagesCommon):
    def _new(self, **typed):
        return self._post(
            "/my/tickets/new",
            **{"name": "The belt slips", "request_uuid": str(uuid.uuid4()), **typed},
        )

    def _found(self, name="The belt slips"):
        return self.env["helpdesk.ticket"].search([("name", "=", name)])

    def test_a_request_with_a_photo_is_opened(self):
        self._login("own")
        answer = self._new(
            description="Since <b>seven</b>.",
            equipment_id=self.equipment.id,
            files=[self._photo(), self._photo("second.jpg")],
        )
        ticket = self._found()
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"/my/tickets/{ticket.id}", answer.headers["Location"])
        self.assertEqual(ticket.partner_id, self.own_user.partner_id)
        self.assertEqual(ticket.equipment_id, self.equipment)
        self.assertEqual(ticket.channel, "portal")
        self.assertIn("&lt;b&gt;", ticket.description)
        # The same picture twice is one picture.
        files = self.env["ir.attachment"].search(
            [("res_model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(len(files), 1)
        self.assertEqual(self._get(f"/my/files/{files.id}").status_code, 200)
        self.assertEqual(self._get(f"/my/files/{files.id}?width=300").status_code, 200)
        self._login("other")
        self.assertEqual(self._get(f"/my/files/{files.id}").status_code, 404)

    def test_a_request_sent_twice_is_opened_once(self):
        self._login("own")
        first = self._new(request_uuid="story-double")
        second = self._new(request_uuid="story-double")
        self.assertEqual(len(self._found()), 1)
        self.assertEqual(first.headers["Location"], second.headers["Location"])

    def test_what_was_typed_survives_an_error(self):
        self._login("own")
        files = [("files", ("tool.exe", b"MZ\x90\x00\x03", "image/jpeg"))]
        answer = self._new(description="It has slipped since seven.", files=files)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("tool.exe", answer.text)
        self.assertIn("It has slipped since seven.", answer.text)
        self.assertIn('value="The belt slips"', answer.text)
        self.assertFalse(self._found())

    def test_foreign_equipment_and_sites_are_refused(self):
        foreign = self.env["service.equipment"].create(
            {"name": "Boiler", "partner_id": self.other_customer.id}
        )
        self._login("own")
        for typed in (
            {"equipment_id": foreign.id},
            {"site_id": self.other_customer.id},
            {"equipment_id": foreign.id + 1_000_000},
        ):
            with self.subTest(typed=typed):
                answer = self._new(**typed)
                self.assertEqual(answer.status_code, 200)
                self.assertIn("alert-danger", answer.text)
        self.assertFalse(self._found())

    def test_nothing_is_done_without_the_token_of_the_form(self):
        self._login("company")
        with mute_logger("odoo.http"):
            for url in self._acts():
                with self.subTest(url=url):
                    self.assertEqual(self._post(url, csrf=False, name="x").status_code, 400)

    def test_nothing_is_done_by_following_a_link(self):
        self._login("company")
        with mute_logger("odoo.http", "werkzeug"):
            for url in self._acts():
                if url != "/my/tickets/new":
                    with self.subTest(url=url):
                        self.assertIn(self._get(url).status_code, (404, 405))
        self.assertFalse(self.ticket.closed)

    def _acts(self):
        return (
            "/my/tickets/new",
            f"/my/tickets/{self.ticket.id}/close",
            f"/my/tickets/{self.ticket.id}/reopen",
            f"/my/tickets/{self.ticket.id}/files",
            f"/my/visits/{self.visit.id}/answer",
            f"/my/interventions/{self.intervention.id}/check_in",
            f"/my/interventions/{self.intervention.id}/work",
            f"/my/knowledge/{self.article.id}/feedback",
        )

    def test_a_customer_closes_and_opens_again(self):
        self._login("company")
        url = f"/my/tickets/{self.ticket.id}"
        refused = self._post(f"{url}/close", solution="")
        self.assertIn("Write what solved it.", refused.text)
        self.assertRegex(refused.text, r"<details[^>]* open")
        self.assertFalse(self.ticket.closed)
        self.assertEqual(self._post(f"{url}/close", solution="New fuse.").status_code, 303)
        self.assertTrue(self.ticket.closed)
        self.assertIn("New fuse.", self._get(url).text)
        self.assertEqual(self._post(f"{url}/reopen", reason="Dark again.").status_code, 303)
        self.assertFalse(self.ticket.closed)
        self.assertNotIn("New fuse.", self._get(url).text, "It has not solved it.")

    def test_somebody_else_s_ticket_is_neither_closed_nor_filled(self):
        for person in ("own", "other", "accountant", "outside"):
            self._login(person)
            for act in ("close", "reopen", "files"):
                with self.subTest(person=person, act=act):
                    answer = self._post(f"/my/tickets/{self.ticket.id}/{act}", solution="x")
                    self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.ticket.closed)

    def test_notes_and_their_files_are_not_on_the_page(self):
        file = self._note(self.ticket)
        self._login("company")
        page = self._get(f"/my/tickets/{self.ticket.id}").text
        self.assertNotIn("They never pay", page)
        self.assertNotIn(file.name, page)
        self.assertEqual(self._get(f"/my/files/{file.id}").status_code, 404)
        for url in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
            self.assertNotIn(b"what it costs", self._get(url).content)
        fetched = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id},
        )
        self.assertNotIn("They never pay", str(fetched))

    def test_the_conversation_is_the_customer_s_too(self):
        self._login("company")
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "helpdesk.ticket",
                "thread_id": self.ticket.id,
                "post_data": {"body": "It happened again.", "message_type": "comment"},
            },
        )
        message = self.ticket.message_ids[0]
        self.assertIn("It happened again.", message.body)
        self.assertEqual(message.author_id, self.company_user.partner_id)

    def test_similar_problems_are_offered_while_typing(self):
        found = {}
        for person in ("company", "other"):
            self._login(person)
            offered = self.make_jsonrpc_request(
                "/my/tickets/similar", {"text": "the conveyor squeaks"}
            )
            found[person] = [entry["id"] for entry in offered]
        self.assertIn(self.entry.id, found["company"])
        self.assertNotIn(self.entry.id, found["other"])

    def test_what_became_of_what_was_offered_is_counted(self):
        for person in ("company", "other"):
            self._login(person)
            for kind in ("shown", "opened", "solved", "solved"):
                self.make_jsonrpc_request(
                    "/my/tickets/similar/noted", {"kind": kind, "entry_ids": self.entry.ids}
                )
        events = self.env["knowledge.event"].search([("entry_id", "=", self.entry.id)])
        self.assertEqual(sorted(events.mapped("kind")), ["opened", "shown", "solved"])
        self.assertEqual(events.user_id, self.company_user, "nobody else finds their case")
        self.assertEqual(self.entry.solved_count, 1)

    def test_who_needs_no_request_is_thanked_and_may_still_go_on_with_it(self):
        self._login("company")
        url = "/my/tickets/new/solved"
        self.assertIn('href="/my/tickets/new"', self._get(url).text)
        for wrong in ("x", "1%22%3E%3Cb%3E"):
            self.assertIn('href="/my/tickets/new"', self._get(f"{url}?equipment_id={wrong}").text)
        scanned = f"?equipment_id={self.equipment.id}"
        self.assertIn(f'href="/my/tickets/new{scanned}"', self._get(f"{url}{scanned}").text)

    def test_an_article_leads_on_whether_or_not_it_has_helped(self):
        self._login("company")
        url = f"/my/knowledge/{self.article.id}/feedback"
        for kind, said in (("solved", "helps others"), ("useless", "Open a request: we help you")):
            page = self._post(url, kind=kind).text
            self.assertIn(said, page)
            self.assertIn('href="/my/tickets/new"', page)

    def test_visits_are_a_technician_s_day_and_a_customer_s_visits(self):
        for person, title in (("outside", "My day"), ("company", "Visits")):
            self._login(person)
            page = self._get("/my/visits").text
            self.assertRegex(page, rf"<h1[^>]*>\s*{title}\s*</h1>")
            self.assertEqual("My day" in page, title == "My day")


@tagged("post_install", "-at_install")
class TestZone(PagesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As Odoo leaves it where nobody has chosen a zone.
        cls.company.resource_calendar_id.tz = "UTC"
        cls.company.partner_id.write({"tz": False, "country_id": cls.env.ref("base.it").id})
        cls.company_user.tz = False
        cls.ticket.resolution_deadline = "2027-01-12 09:30:00"

    def test_who_has_no_zone_reads_times_where_the_company_is_at_home(self):
        self._login("company")
        self.assertIn("10:30 AM", self._get(f"/my/tickets/{self.ticket.id}").text)
        self.company_user.tz = "Asia/Tokyo"
        self.assertIn("06:30 PM", self._get(f"/my/tickets/{self.ticket.id}").text)

    def test_a_time_is_typed_where_it_is_read(self):
        typing = self.env["service.intervention"].with_user(self.company_user)
        self.assertEqual(typing._portal_to_utc("2027-01-12T10:30"), "2027-01-12 09:30:00")

    def test_bands_of_the_day_are_the_company_s(self):
        self.assertEqual(self.company._get_service_timezone(), "Europe/Rome")
        self.company.resource_calendar_id.tz = "Asia/Tokyo"
        self.assertEqual(self.company._get_service_timezone(), "Asia/Tokyo")
