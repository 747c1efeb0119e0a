import functools
import itertools
import re
import threading
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_pages import PagesCommon, _without_chance

CAMPO = tuple(
    f"odoo.addons.{name}."
    for name in (
        "knowledge_base",
        "helpdesk_ticket",
        "field_service",
        "expense_capture",
        "portal_customer",
    )
)
READING = {"GET", "HEAD", "OPTIONS"}
SENDING = {"POST", "OPTIONS"}
# The first PDF of a database stores Odoo's style sheets for reports: read/write, and still GET.
PRINTING = {"/my/statement/pdf", "/service/report/<string:token>/pdf"}
# Odoo's own, narrowed by us (see test_visit_link and test_uploads), and its screens of the house.
ODOO = ("/calendar/", "/mail/", "/web", "/odoo", "/scoped_app/")
# Acts of the pages that take their name from the address.
ACTS = {
    "/my/tickets/": ("close", "reopen", "rate", "files", "reply"),
    "/my/interventions/": (
        *("travel", "travel_stop", "check_in", "check_out", "return_visit", "second_fault"),
        *("timer", "timer_stop", "timer_discard", "files", "work", "remove", "checklist"),
        *("expense", "receipts", "reply", "form", "wait", "resume", "report", "done"),
    ),
    "/my/subcontracts/": ("answer", "send", "confirm"),
    "/my/colleagues/": ("role", "withdraw"),
}


@functools.cache
def _parts(rule):
    return re.findall(r"<(?:(\w+):)?(\w+)>", rule)


class RoutesCommon(PagesCommon):
    """The addresses of Campo as Odoo knows them: a new one is judged without being named here."""

    @classmethod
    def _rules(cls):
        """Rule and settings of each address of Campo."""
        # Odoo asks the thread that serves a request which database it is for.
        thread = threading.current_thread()
        with patch.object(thread, "dbname", cls.env.cr.dbname, create=True):
            routing = cls.env["ir.http"].routing_map()
        for rule in routing.iter_rules():
            endpoint = rule.endpoint
            function = getattr(endpoint, "func", endpoint)
            if function.__module__.startswith(CAMPO) and not rule.rule.startswith(ODOO):
                yield rule.rule, set(rule.methods or ()), endpoint.routing

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "seal.txt",
                "raw": b"a seal",
                "res_model": cls.intervention._name,
                "res_id": cls.intervention.id,
            }
        )
        cls.numbers = {**cls._make_numbers(), "article_id": cls.draft_article, "file_id": cls.file}


@tagged("post_install", "-at_install")
class TestRoutes(RoutesCommon):
    def test_what_changes_something_is_sent_with_a_token(self):
        found = 0
        for rule, methods, routing in self._rules():
            with self.subTest(rule=rule):
                # Odoo's default: a form brings the token of its session.
                self.assertIsNot(routing.get("csrf"), False)
                if routing["type"] == "jsonrpc":
                    continue  # sent by POST as JSON, which no form of another site can do
                if routing.get("readonly"):
                    self.assertFalse(methods - READING - SENDING)
                elif rule in PRINTING:
                    self.assertLessEqual(methods, READING)
                else:
                    self.assertEqual(methods, SENDING)
                    found += 1
        self.assertGreaterEqual(found, 12)

    def test_every_page_of_a_person_wants_a_login(self):
        for rule, _methods, routing in self._rules():
            with self.subTest(rule=rule):
                signed = "<string:token>" in rule
                self.assertEqual(routing["auth"], "public" if signed else "user")

    def test_a_link_without_a_login_stands_for_a_token_alone(self):
        for rule, _methods, routing in self._rules():
            if routing["auth"] == "public":
                with self.subTest(rule=rule):
                    self.assertEqual(_parts(rule), [("string", "token")])

    def _urls(self, rule, shift):
        """Addresses of a rule: with each number as it is, or the last one as far as nobody counts.

        :param int shift: what is added to the numbers; a large one gives what doesn't exist
        """
        url = rule
        for kind, name in _parts(rule):
            if kind == "int":
                self.assertIn(name, self.numbers, f"{rule}: say which record {name} stands for")
                url = url.replace(f"<int:{name}>", str(self.numbers[name].id + shift))
        if "<string:act>" not in url:
            return [url]
        acts = next((acts for start, acts in ACTS.items() if rule.startswith(start)), ())
        self.assertTrue(acts, f"{rule}: say which acts there are")
        return [url.replace("<string:act>", act) for act in acts]

    def _ask(self, methods, url, routing):
        if routing["type"] == "jsonrpc":
            return self.url_open(url, json={"params": {}})
        return self._post(url) if "POST" in methods else self._get(url)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "werkzeug")
    def test_a_foreign_record_and_a_missing_one_are_answered_alike(self):
        missing = 1_000_000
        rules = [
            rule
            for rule in self._rules()
            if "<int:" in rule[0] and "<int:page>" not in rule[0] and "token" not in rule[0]
        ]
        self.assertGreaterEqual(len(rules), 18)
        for person in ("other", "stranger", "accountant"):
            self._login(person)
            for rule, methods, routing in rules:
                pairs = zip(self._urls(rule, 0), self._urls(rule, missing), strict=True)
                for foreign_url, missing_url in pairs:
                    with self.subTest(person=person, url=foreign_url, methods=methods):
                        foreign = self._ask(methods, foreign_url, routing)
                        absent = self._ask(methods, missing_url, routing)
                        if routing["type"] != "jsonrpc":
                            self.assertEqual(foreign.status_code, 404)
                        self.assertEqual(absent.status_code, foreign.status_code)
                        self.assertEqual(
                            self._told(foreign, foreign_url), self._told(absent, missing_url)
                        )

    def _told(self, answer, url):
        """What an answer tells, without the numbers that were asked for."""
        text = _without_chance(answer, 0)
        for number in re.findall(r"\d+", url):
            text = re.sub(rf"/{number}(?![0-9])", "/ID", text)
        return text

    @mute_logger("odoo.http", "werkzeug")
    def test_acts_that_are_not_there_are_refused_like_foreign_records(self):
        self._login("company")
        for start, record in (
            ("/my/tickets/", self.ticket),
            ("/my/interventions/", self.intervention),
            ("/my/subcontracts/", self.intervention),
            ("/my/colleagues/", self.own_user.partner_id),
        ):
            for act in ("nonsense", "unlink", "_close", "write"):
                with self.subTest(start=start, act=act):
                    self.assertEqual(self._post(f"{start}{record.id}/{act}").status_code, 404)

    def test_the_acts_named_here_are_those_of_the_pages(self):
        """An act that is added to a page is tried out on foreign records, too."""
        named = set(itertools.chain.from_iterable(ACTS.values()))
        self.assertLessEqual(self._acts_in_templates(), named)

    def _acts_in_templates(self):
        views = self.env["ir.ui.view"].search([("key", "=like", "portal\\_customer.%")])
        starts = "tickets|interventions|subcontracts|colleagues"
        pattern = rf"/my/(?:{starts})/\{{\{{[^}}]*\}}\}}/([a-z_]+)\b"
        found = set()
        for view in views:
            found |= set(re.findall(pattern, view.arch_db))
        return found - {"files", "forms", "visits"} | {"files"}
