"""Every page that people outside read: it writes nothing, bears any address, costs the same."""

import re
import threading
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.signed import MAILING
from odoo.addons.field_service.tests.common import MONDAY, at

from .test_downloads import StatementCommon
from .test_pages import WRITING
from .test_subcontract import SubcontractCommon

OURS = "odoo.addons.portal_customer."
PROMISED = "sortby=x&filterby=x&groupby=x&page=9999&search=%25'\""
TAMPERED = "sortby=x&filterby=x&groupby=x&page=9999&search=%25%00'\"&month=x"
# Odoo stores its style sheets for reports when the first PDF is made: these routes may write then.
MAKE_PDF = {"/my/statement/pdf", "/my/reports/<int:report_id>/sheet"}
MANY = 12
# What a list of pages adds to its address.
PAGE = "/page/<int:page>"


class ReadingCommon(StatementCommon):
    """Each page under its route, with the persons who may read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_user.partner_id.is_portal_manager = True
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "manual.txt",
                "raw": b"How to",
                "res_model": cls.ticket._name,
                "res_id": cls.ticket.id,
            }
        )
        cls.env["ir.attachment"].create(
            {
                "name": "seal.txt",
                "raw": b"Seal",
                "res_model": cls.intervention._name,
                "res_id": cls.intervention.id,
            }
        )
        cls.numbers = {**cls._make_numbers(), "file_id": cls.file}
        cls.token = cls._invite_somebody()

    @classmethod
    def _invite_somebody(cls):
        """Somebody with a login at another customer.

        :return: what their link says
        """
        cls._user("invited@monte.example.com", "base.group_portal")
        contact = cls.env["res.partner"].create(
            {
                "name": "Invited",
                "parent_id": cls.customer.id,
                "email": "invited@monte.example.com",
                "portal_invited_on": fields.Datetime.now(),
            }
        )
        return contact.with_context(field_service_mailing=MAILING)._get_invitation_token()

    def _get_rules(self):
        # Where a request would have said it.
        threading.current_thread().dbname = self.env.cr.dbname
        return self.env["ir.http"].routing_map().iter_rules()

    def _get_lists(self):
        """Lists that have pages, ours and Odoo's: ``{address: whether it is of one record}``."""
        project = self.env["project.project"].create(
            {"name": "Line 3", "privacy_visibility": "portal"}
        )
        project.message_subscribe(self.company_user.partner_id.ids)
        task = self.env["project.task"].create({"name": "Wiring", "project_id": project.id})
        known = {"project_id": project.id, "task_id": task.id}
        lists = {}
        for rule in self._get_rules():
            if not rule.rule.startswith("/my") or not rule.rule.endswith(PAGE):
                continue
            named = rule.arguments - {"page"}
            self.assertLessEqual(named, known.keys(), f"{rule.rule}: say which record is meant")
            lists[_fill_in(rule.rule.removesuffix(PAGE), known)] = bool(named)
        return lists

    def _get_routes(self):
        """Our routes that are opened by following a link: ``{route: (address, routing)}``."""
        known = {name: record.id for name, record in self.numbers.items()}
        known.update(page=1, token=self.token)
        routes = {}
        for rule in self._get_rules():
            routing = rule.endpoint.routing
            methods = routing.get("methods") or ("GET",)
            if (
                not rule.endpoint.func.__module__.startswith(OURS)
                or routing["type"] != "http"
                or "GET" not in methods
            ):
                continue
            self.assertLessEqual(
                rule.arguments, known.keys(), f"{rule.rule}: say which record is meant"
            )
            routes[rule.rule] = (_fill_in(rule.rule, known), routing)
        return routes

    # === MAKERS === #

    def _files(self, record, count):
        return self.env["ir.attachment"].create(
            [
                {
                    "name": f"{count}-{number}.txt",
                    "raw": f"{count}-{number}".encode(),
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for number in range(count)
            ]
        )

    def _interventions(self, count, **values):
        for number in range(count):
            self._create_intervention(name=f"Number {number}", **values)

    def _machines(self, count):
        return self.env["service.equipment"].create(
            [
                {
                    "name": f"Machine {number}",
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                }
                for number in range(count)
            ]
        )

    def _hour(self, day):
        """An hour of a day to come."""
        start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=day)
        return start, start + timedelta(hours=1)


def _fill_in(rule, known):
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(known[match[1]]), rule)


@tagged("post_install", "-at_install")
class TestReading(ReadingCommon):
    def test_every_page_is_served_by_a_cursor_that_only_reads(self):
        routes = self._get_routes()
        self.assertGreater(len(routes), 25)
        for route, (_address, routing) in routes.items():
            with self.subTest(route=route):
                self.assertTrue(routing.get("readonly") or route in MAKE_PDF)

    def test_no_page_writes_whoever_opens_it(self):
        self.set_registry_readonly_mode(False)
        self.addCleanup(self.set_registry_readonly_mode, True)
        for person in ("company", "site", "accountant", "outside"):
            self._login(person)
            addresses = [address for address, _routing in self._get_routes().values()]
            with mute_logger("odoo.http"):
                for address in [*addresses, "/my", "/my/invoices", "/my/account"]:
                    self._get(address, timeout=90)
                    with self.subTest(person=person, address=address):
                        writing = [one for one in self._collect(address) if WRITING.match(one)]
                        self.assertFalse(writing)

    def test_an_address_that_somebody_has_changed_gets_the_default_page(self):
        for person in self.PERSONS:
            self._login(person)
            for route, (address, _routing) in self._get_routes().items():
                if route in MAKE_PDF or route.endswith("/pdf"):
                    continue
                with self.subTest(person=person, route=route), mute_logger("odoo.http"):
                    plain = self._get(address).status_code
                    self.assertIn(plain, (200, 404))
                    self.assertEqual(self._get(f"{address}?{TAMPERED}").status_code, plain)

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_every_list_is_there_for_everybody_whatever_the_address_asks(self):
        lists = self._get_lists()
        self.assertGreaterEqual(len(lists), 10)
        for person in self.PERSONS:
            self._login(person)
            for address, is_of_one_record in lists.items():
                expected = self._get(address).status_code if is_of_one_record else 200
                for tampered in (f"{address}?{PROMISED}", f"{address}/page/9999?{TAMPERED}"):
                    with self.subTest(person=person, address=tampered):
                        self.assertEqual(self._get(tampered).status_code, expected)

    def _collect(self, address):
        self.env.flush_all()
        queries = []
        for _turn in self._patchExecute(queries):
            self._get(address, timeout=90)
        return queries

    # === COST === #

    def _assert_costs_the_same(self, address, make, person="company"):
        """:param make: makes so many of what the page shows"""
        self._login(person)
        make(1)
        self._get(address)
        few = self._count(address)
        make(MANY)
        self._get(address)
        many = self._count(address)
        # The pager of a list asks how many there are.
        self.assertLessEqual(many, few + 1, address)

    def test_a_request_costs_the_same_whatever_belongs_to_it(self):
        def make(count):
            self._files(self.ticket, count)
            self._interventions(count, ticket_id=self.ticket.id)
            for number in range(count):
                self.ticket.message_post(
                    body=f"Message {number}",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )

        self._assert_costs_the_same(f"/my/tickets/{self.ticket.id}", make)

    def test_an_intervention_costs_the_same_whatever_belongs_to_it(self):
        def make(count):
            self._files(self.intervention, count)
            self.intervention.equipment_ids |= self._machines(count)
            for day in range(count):
                self._plan(self.intervention, self.outside, *self._hour(count + day))

        self._assert_costs_the_same(f"/my/interventions/{self.intervention.id}", make)

    def test_a_machine_costs_the_same_whatever_its_history(self):
        def make(count):
            self._files(self.equipment, count)
            self._interventions(count)
            self.env["helpdesk.ticket"].create(
                [
                    {
                        "name": f"Ticket {number}",
                        "partner_id": self.own_user.partner_id.id,
                        "equipment_id": self.equipment.id,
                    }
                    for number in range(count)
                ]
            )

        self._assert_costs_the_same(f"/my/equipment/{self.equipment.id}", make)

    def test_a_contract_and_their_list_cost_the_same(self):
        def more_equipment(count):
            self.contract.equipment_ids |= self._machines(count)

        self._assert_costs_the_same(f"/my/contracts/{self.contract.id}", more_equipment)
        self._assert_costs_the_same(
            "/my/contracts",
            lambda count: [self.contract.copy({"state": "open"}) for _number in range(count)],
        )

    def test_the_statement_costs_the_same(self):
        self._assert_costs_the_same(
            "/my/statement",
            lambda count: [self._invoice(self.customer) for _number in range(count)],
            person="accountant",
        )

    def test_articles_cost_the_same(self):
        category = self.env["knowledge.category"].create({"name": "Films"})
        self._assert_costs_the_same(
            "/my/knowledge?groupby=category",
            lambda count: [
                self.article.copy(
                    {"name": f"Film {number}", "state": "published", "category_id": category.id}
                )
                for number in range(count)
            ],
        )

    def test_colleagues_cost_the_same(self):
        self._assert_costs_the_same(
            "/my/colleagues",
            lambda count: [
                self._portal_user(f"more_{count}_{number}", self.customer, "own")
                for number in range(count)
            ],
        )

    def test_a_new_request_costs_the_same_however_much_there_is_to_choose_from(self):
        self._assert_costs_the_same("/my/tickets/new", self._machines)

    def test_the_visits_to_answer_cost_the_same(self):
        def make(count):
            for day in range(1, count + 1):
                intervention = self._create_intervention(
                    name=f"Number {day}", contact_id=self.company_user.partner_id.id
                )
                self._plan(
                    intervention, self.outside, *self._hour(count + day), invite_customer=True
                )

        self._assert_costs_the_same("/my/visits", make)

    def test_the_home_costs_the_same(self):
        def make(count):
            self._files(self.ticket, count)
            self._interventions(count)
            self._machines(count)

        self._assert_costs_the_same("/my", make)


@tagged("post_install", "-at_install")
class TestGrowth(SubcontractCommon, ReadingCommon):
    """Whatever is added to what somebody may see, no page asks the database more often."""

    OPENERS = ("company", "site", "accountant", "outside", "coordinator")
    # Odoo's own, beside ours.
    ODOO = ("/my", "/my/account", "/my/addresses", "/my/security", "/my/invoices", "/my/tasks")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outside.settled_by_bill = True
        cls.numbers["report_id"] = cls.draft_report
        cls.expense_kind = cls.env["expense.kind"].search([], limit=1)

    def _grow(self, count):
        for record in (self.ticket, self.intervention, self.equipment):
            self._files(record, count)
        self.contract.equipment_ids |= self._machines(count)
        for number in range(count):
            self._grow_work(number, count)
            self._grow_office(number, count)

    def _grow_work(self, number, count):
        more = {
            "ticket_id": self.ticket.id,
            "contact_id": self.company_user.partner_id.id,
            "equipment_ids": [Command.set(self.equipment.ids)],
        }
        job = self._create_intervention(name=f"Job {number}", **more)
        for work in (job, self.intervention):
            hour = self._hour(2 * count + number)
            self._plan(work, self.outside, *hour, invite_customer=True)
        given = self._create_intervention(name=f"Given {number}")
        given.with_user(self.user_dispatcher).ask_subcontractor(self.firm.id)
        if number % 2:
            day = MONDAY + timedelta(days=number)
            given.with_user(self.coordinator_user).answer_subcontract(
                "accepted", start=at(8, day=day), stop=at(9, day=day), employee_ids=self.fitter.ids
            )
        line = {"kind": "mileage", "quantity": 1}
        lines = self._record(self.intervention, line, line, user=self.outside_user)
        lines[:1].sudo().report_id = self.draft_report
        self.env["hr.expense"].create(
            {
                "name": f"Toll {number}",
                "date": fields.Date.today(),
                "employee_id": self.outside.id,
                "kind_id": self.expense_kind.id,
                "total_amount_currency": 1.0,
                "intervention_id": self.intervention.id,
            }
        )

    def _grow_office(self, number, count):
        self.env["helpdesk.ticket"].create(
            {
                "name": f"Ticket {number}",
                "partner_id": self.own_user.partner_id.id,
                "equipment_id": self.equipment.id,
                "site_id": self.site.id,
            }
        )
        self.ticket.message_post(
            body=f"Message {number}", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.contract.copy({"state": "open"})
        self._invoice(self.customer)
        self.article.copy({"name": f"Film {number}", "state": "published"})
        self._portal_user(f"more_{count}_{number}", self.customer, "own")

    def _measure(self):
        """Queries of each page that each person has: ``{(person, address): number}``."""
        pages = [
            address
            for route, (address, _routing) in self._get_routes().items()
            if route not in MAKE_PDF and not route.endswith("/pdf")
        ]
        asked = {}
        with mute_logger("odoo.http"):
            for person in self.OPENERS:
                self._login(person)
                for address in (*pages, *self.ODOO):
                    if self._get(address, timeout=90).status_code == 200:
                        asked[person, address] = self._count(address)
        return asked

    def test_every_page_costs_the_same_however_much_there_is(self):
        self._grow(2)
        few = self._measure()
        self._grow(MANY)
        for (person, address), many in self._measure().items():
            with self.subTest(person=person, address=address):
                # The pager of a list asks how many there are.
                self.assertLessEqual(many, few[person, address] + 1)


@tagged("post_install", "-at_install")
class TestManyMachines(ReadingCommon):
    """More machines than somebody looks through: they search, or scan the label."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        machines = cls.env["service.equipment"]
        machines.create(
            [{"name": f"A machine {n}", "partner_id": cls.customer.id} for n in range(201)]
        )
        product = cls.env["product.product"].create({"name": "Labeller XL"})
        cls.equipment.write(
            {"name": "Zzz the last one", "serial_number": "ZL-77", "product_id": product.id}
        )
        cls.foreign = machines.create(
            {
                "name": "Foreign zzz",
                "partner_id": cls.other_customer.id,
                "serial_number": "ZL-78",
                "product_id": product.id,
            }
        )

    def _options(self, page):
        choice = page.partition('id="equipment_id"')[2].partition("</select>")[0]
        return set(map(int, re.findall(r'value="(\d+)"', choice)))

    def _find(self, search, **typed):
        return self._post("/my/tickets/new/find", equipment_search=search, **typed)

    def test_a_scanned_label_opens_a_request_on_this_machine_however_many_there_are(self):
        self._login("company")
        page = self._get(f"/q/{self.equipment.id}")
        self.assertIn("/my/tickets/new", page.url)
        self.assertRegex(page.text, rf'value="{self.equipment.id}"[^>]*selected')

    def test_a_machine_of_others_is_not_among_them(self):
        self._login("company")
        page = self._get(f"/my/tickets/new?equipment_id={self.foreign.id}").text
        self.assertNotIn("Foreign zzz", page)

    def test_a_machine_is_found_by_name_serial_number_and_product(self):
        self._login("company")
        self.assertNotIn(self.equipment.id, self._options(self._get("/my/tickets/new").text))
        for search in ("zzz", "LAST one", "zl-7", "labeller", "labeller zl"):
            with self.subTest(search=search):
                page = self._find(search, name="It stands still", find_equipment="1")
                self.assertEqual(self._options(page.text), {self.equipment.id})
                # What was typed is still there.
                self.assertIn('value="It stands still"', page.text)
                asked = {"search": search}
                found = self.make_jsonrpc_request("/my/tickets/equipment", asked)
                self.assertEqual([item["id"] for item in found], [self.equipment.id])
        self.assertFalse(self.env["helpdesk.ticket"].search([("name", "=", "It stands still")]))

    def test_what_was_chosen_stays_while_something_else_is_looked_for(self):
        self._login("company")
        page = self._find("nothing is called so", equipment_id=self.equipment.id)
        self.assertRegex(page.text, rf'value="{self.equipment.id}"[^>]*selected')
        page = self._find("nothing is called so")
        self.assertIn("Nothing found", page.text)
        self.assertEqual(self._options(page.text), set())

    def test_whoever_sees_a_site_finds_what_stands_there(self):
        self.equipment.site_id = self.site
        self._login("site")
        found = self.make_jsonrpc_request("/my/tickets/equipment", {"search": "zzz"})
        self.assertEqual([item["id"] for item in found], [self.equipment.id])
        for person in ("other", "stranger", "accountant"):
            with self.subTest(person=person):
                self._login(person)
                found = self.make_jsonrpc_request("/my/tickets/equipment", {"search": "last one"})
                self.assertFalse(found)

    def test_a_search_that_nobody_types_is_borne(self):
        self._login("company")
        for search in ("%", "\0", "'\"", "x" * 5000, {"a": 1}, None):
            with self.subTest(search=search):
                self.make_jsonrpc_request("/my/tickets/equipment", {"search": search})
        with mute_logger("odoo.http"):
            self.assertEqual(self._find("zzz", csrf=False).status_code, 400)

    def test_looking_costs_the_same_and_writes_nothing(self):
        self._login("company")

        def count():
            self._find("machine")
            self.env.flush_all()
            queries = []
            for _turn in self._patchExecute(queries):
                self._find("machine")
            self.assertFalse([one for one in queries if WRITING.match(one)])
            return len(queries)

        few = count()
        self._machines(60)
        self.assertLessEqual(count(), few)

    def test_a_few_machines_are_just_chosen_from(self):
        self._login("other")
        self.assertNotIn("equipment_search", self._get("/my/tickets/new").text)
