import re
import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.http import root
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_pages import WRITING
from .test_rights import READERS
from .test_routes import CAMPO, RoutesCommon

SILENT = (
    "odoo.http",
    "werkzeug",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.rpc.controllers.json2",
)
CUSTOMERS = {"company", "own", "site", "accountant", "manager", "other"}
OUTSIDE = CUSTOMERS | {"outside", "stranger", "coordinator"}
# Nobody of Campo's groups; somebody whose groups are for another company; nobody at all.
OTHERS = {"employee", "abroad", "public"}
PERSONS = OUTSIDE | OTHERS
VERBS = ("read", "write", "create", "unlink")

# Who reads which record of the models that people outside read, and of those of Odoo beside them.
ROWS = {
    "helpdesk.ticket": ("ticket", "own_ticket", "other_ticket"),
    "helpdesk.ticket.segment": {"segment": READERS["ticket"]},
    "service.intervention": ("intervention",),
    "service.checklist.answer": ("answer",),
    "service.work.line": ("signed_line", "draft_line"),
    "service.report": ("signed_report", "draft_report"),
    "service.equipment": ("equipment",),
    "service.contract": ("contract",),
    "knowledge.article": {
        "article": PERSONS - {"public"},
        "draft_article": set(),
        "technician_article": {"employee", "abroad"},
    },
    "knowledge.entry": ("entry",),
    "service.document": ("document",),
    "service.form.document": {"form_document": set()},
    "service.presence": {"presence": set()},
    "hr.expense": {"expense": set()},
    "calendar.event": {"visit": {"employee", "abroad"}},
    "calendar.attendee": {"attendee": {"employee", "abroad"}},
    "account.analytic.line": {"timesheet": set()},
    "project.project": {"job_order": {"employee"}},
    "account.move": {
        "invoice": {"company", "manager", "accountant"},
        "own_invoice": {"company", "manager", "accountant", "own"},
        "other_invoice": {"other"},
        "draft_invoice": set(),
    },
    "mail.message": {"note": set(), "comment": {"company", "manager", "site"}},
}
# Set-up that tells nothing of anybody: all portal users read it.
SET_UP = {
    "helpdesk.stage",
    "helpdesk.category",
    "service.intervention.type",
    "service.checklist.item",
    "service.warranty.term",
    "knowledge.category",
}
PAGES = {
    "ticket": "/my/tickets/%s",
    "own_ticket": "/my/tickets/%s",
    "other_ticket": "/my/tickets/%s",
    "intervention": "/my/interventions/%s",
    "signed_report": "/my/reports/%s/pdf",
    "draft_report": "/my/reports/%s/sign",
    "equipment": "/my/equipment/%s",
    "contract": "/my/contracts/%s",
    "article": "/my/knowledge/%s",
    "draft_article": "/my/knowledge/%s",
    "technician_article": "/my/knowledge/%s",
    "invoice": "/my/invoices/%s",
    "own_invoice": "/my/invoices/%s",
    "other_invoice": "/my/invoices/%s",
}
# Pages without a record: who has them.
OWN_PAGES = {
    "/my/statement": {"company", "manager", "other", "accountant"},
    "/my/colleagues": {"manager"},
    "/my/subcontracts": {"coordinator"},
    "/my/visits/feed": {"outside", "stranger"},
    "/my/expenses": {"outside", "stranger"},
}


class MatrixCommon(RoutesCommon):
    """Everybody who might ask, and one of each record they might ask for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager_user = cls._portal_user("manager", cls.customer, "company")
        cls.manager_user.partner_id.is_portal_manager = True
        firm = cls.env["res.partner"].create({"name": "Posa S.r.l.", "is_company": True})
        cls.coordinator_user = cls._portal_user("coordinator", firm, "own")
        cls.coordinator_user.partner_id.is_service_coordinator = True
        cls.env["hr.employee"].create(
            {
                "name": "Fitter",
                "work_contact_id": firm.copy({"parent_id": firm.id, "is_company": False}).id,
                "settled_by_bill": True,
            }
        )
        cls.employee_user = cls._user("matrix_employee", "base.group_user")
        abroad = cls.env["res.company"].create({"name": "Campo Svizzera"})
        groups = "field_service.field_service_group_dispatcher,account.group_account_invoice"
        cls.abroad_user = cls._user("matrix_abroad", groups)
        cls.abroad_user.write(
            {"company_ids": [fields.Command.set(abroad.ids)], "company_id": abroad.id}
        )
        cls._make_more_records()
        cls.readers = cls._get_readers()

    @classmethod
    def _make_more_records(cls):
        cls.form_document = cls.numbers["document_id"]
        cls.segment = cls.ticket.segment_ids[:1]
        cls.attendee = cls.visit.attendee_ids[:1]
        cls.timesheet = cls.signed_line.analytic_line_id
        cls.job_order = cls.env["project.project"].create(
            {
                "name": "New line",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )
        cls.presence = cls.env["service.presence"].search(
            [("intervention_id", "=", cls.intervention.id)], limit=1
        ) or cls.env["service.presence"].create(
            {"intervention_id": cls.intervention.id, "user_id": cls.outside_user.id}
        )
        kind = cls.env["expense.kind"].search(
            [("is_mileage", "=", False), ("is_allowance", "=", False)], limit=1
        )
        given = cls.intervention.with_user(cls.outside_user).add_expense(
            {"kind": kind.code, "amount": 4, "date": "2026-11-09"}
        )
        cls.expense = cls.env["hr.expense"].browse(given["expense_id"])
        cls.invoice, cls.own_invoice, cls.other_invoice, cls.draft_invoice = (
            cls._make_invoice(partner, post)
            for partner, post in (
                (cls.customer, True),
                (cls.own_user.partner_id, True),
                (cls.other_customer, True),
                (cls.customer, False),
            )
        )
        cls._note(cls.ticket)
        cls.note = cls.ticket.message_ids.filtered("attachment_ids")
        cls.comment = cls.ticket.message_post(
            body="Have a look.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("manual.pdf", b"%PDF-1.4 a manual")],
        )

    @classmethod
    def _make_invoice(cls, partner, post):
        sales = [("type", "=", "sale"), ("company_id", "=", cls.company.id)]
        journals = cls.env["account.journal"]
        journal = journals.search(sales, limit=1) or journals.create(
            {"name": "Sales", "code": "MATR", "type": "sale", "company_id": cls.company.id}
        )
        accounts = cls.env["account.account"]
        income, receivable = (
            accounts.search([("code", "=", code)], limit=1)
            or accounts.create(
                {"name": code, "code": code, "account_type": kind, "reconcile": reconcile}
            )
            for code, kind, reconcile in (
                ("MAT1", "income", False),
                ("MAT2", "asset_receivable", True),
            )
        )
        partner.property_account_receivable_id = receivable
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "journal_id": journal.id,
                "invoice_date": "2026-01-10",
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": "Work",
                            "price_unit": 1234.5,
                            "tax_ids": False,
                            "account_id": income.id,
                        }
                    )
                ],
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _get_readers(cls):
        """Readers by name of the record; who sees a company's all also manages it."""
        readers = {}
        for rows in ROWS.values():
            for name in rows:
                known = rows[name] if isinstance(rows, dict) else READERS[name]
                readers[name] = known | ({"manager"} if "company" in known else set())
        return readers

    def _seen_by(self, person, records):
        """Records as a person sees them who has just come in."""
        user = self._person(person)
        context = {"allowed_company_ids": user.company_ids.ids}
        return records.with_env(self.env(user=user, context=context))

    def _records(self):
        for model, rows in ROWS.items():
            for name in rows:
                record = getattr(self, name)
                self.assertEqual((record._name, len(record)), (model, 1), name)
                yield name, record, self.readers[name]


@tagged("post_install", "-at_install")
class TestMatrix(MatrixCommon):
    """Who may do what with what, in the database: all that any way in comes down to."""

    def _campo_models(self):
        return [
            name
            for name in sorted(self.env.registry)
            if f"odoo.addons.{self.env[name]._original_module}.".startswith(CAMPO)
            and not self.env[name]._abstract
        ]

    def test_what_people_outside_read_stands_in_the_table(self):
        """A model that the portal is given a right to needs a row, or is nobody's."""
        named = ROWS.keys() | SET_UP
        found = self._campo_models()
        self.assertGreaterEqual(len(found), 100)
        for model in found:
            for person in sorted(OUTSIDE | {"public"}):
                records = self.env[model].with_user(self._person(person))
                for verb in VERBS:
                    with self.subTest(model=model, person=person, verb=verb):
                        if verb == "read" and model in named and person != "public":
                            continue
                        self.assertFalse(records.has_access(verb))

    def test_each_reads_what_is_theirs_and_nobody_changes_anything(self):
        for name, record, readers in self._records():
            for person in sorted(PERSONS):
                mine = self._seen_by(person, record)
                for verb in VERBS:
                    with self.subTest(record=name, person=person, verb=verb):
                        if verb != "read" and person not in OUTSIDE | {"public"}:
                            continue  # what the house writes is tested where it is written
                        # Who reads a conversation may answer in it.
                        verbs = ("read", "create") if name == "comment" else ("read",)
                        allowed = verb in verbs and person in readers
                        self.assertEqual(mine.has_access(verb), allowed)

    @mute_logger(*SILENT)
    def test_every_way_to_look_for_it_finds_no_more(self):
        for name, record, readers in self._records():
            for person in sorted(PERSONS - {"public"}):
                model = self._seen_by(person, self.env[record._name])
                domain = [("id", "=", record.id)]
                ways = {
                    "search": lambda m=model, d=domain: m.search(d).ids,
                    "count": lambda m=model, d=domain: m.search_count(d),
                    "search_read": lambda m=model, d=domain: m.search_read(d, ["id"]),
                    "name_search": lambda m=model, d=domain: m.name_search("", d),
                    "group": lambda m=model, d=domain: m.formatted_read_group(
                        d, ["create_date:day"]
                    ),
                }
                for way, look in ways.items():
                    with self.subTest(record=name, person=person, way=way):
                        try:
                            found = bool(look())
                        except AccessError:
                            found = False
                        self.assertEqual(found, person in readers)

    def test_every_dialog_asks_what_its_user_may_read(self):
        dialog = self.env.registry["dialog.mixin"]
        for name in self._campo_models():
            if self.env[name]._transient:
                with self.subTest(model=name):
                    self.assertTrue(issubclass(self.env.registry[name], dialog))


@tagged("post_install", "-at_install")
class TestWaysIn(MatrixCommon):
    """The same, asked for over the network: one login per person, and every way in."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")
        # The first PDF of a database stores Odoo's style sheets for reports.
        self.set_registry_readonly_mode(False)
        self.addCleanup(self.set_registry_readonly_mode, True)

    def _each_person(self):
        for person in sorted(PERSONS - {"public"}):
            self._login(person)
            yield person
        self.authenticate(None, None)
        yield "public"

    def _call(self, record, method, *args, **kwargs):
        """A call as Odoo's web client makes it: whether it was answered, and with what."""
        answer = self.url_open(
            f"/web/dataset/call_kw/{record._name}/{method}",
            json={
                "params": {
                    "model": record._name,
                    "method": method,
                    "args": list(args),
                    "kwargs": kwargs,
                }
            },
        ).json()
        return "result" in answer, answer.get("result")

    @staticmethod
    def _changed(record):
        """Another text in the first field that takes one."""
        fields_of = record._fields.items()
        texts = (name for name, f in fields_of if f.store and not f.compute and f.type == "char")
        return {next(texts, "display_name"): "Hacked"}

    def _call_json2(self, key, record, method, **kwargs):
        answer = self.opener.post(
            f"{self.base_url()}/json/2/{record._name}/{method}",
            json={"ids": record.ids, **kwargs},
            headers={"Authorization": f"bearer {key}"},
            cookies={},
        )
        return answer.status_code == 200

    def _key(self, person):
        keys = self.env["res.users.apikeys"].with_user(self._person(person)).sudo()
        return keys._generate("rpc", "matrix", fields.Datetime.now() + timedelta(days=1))

    @mute_logger(*SILENT)
    def test_pages(self):
        for person in self._each_person():
            for name, pattern in PAGES.items():
                url = pattern % getattr(self, name).id
                with self.subTest(person=person, url=url):
                    answer = self._get(url, allow_redirects=False, timeout=60)
                    allowed = person in self.readers[name]
                    if person in OTHERS:
                        # People of the house have their own screens; others have to log in.
                        self.assertTrue(allowed or answer.status_code != 200)
                    elif name.endswith("invoice"):
                        # Odoo's own pages send away to the home page.
                        self.assertEqual(answer.status_code == 200, allowed)
                    else:
                        self.assertEqual(answer.status_code, 200 if allowed else 404)
            for url, readers in OWN_PAGES.items():
                with self.subTest(person=person, url=url):
                    answer = self._get(url, allow_redirects=False)
                    self.assertEqual(answer.status_code == 200, person in readers)

    @mute_logger(*SILENT)
    def test_calls_of_the_web_client(self):
        for person in self._each_person():
            for name, record, readers in self._records():
                with self.subTest(person=person, record=name):
                    answered, _rows = self._call(record, "read", record.ids, ["display_name"])
                    self.assertEqual(answered, person in readers)
                    if person in OUTSIDE | {"public"}:
                        self.assertFalse(
                            self._call(record, "write", record.ids, self._changed(record))[0]
                        )
                        self.assertFalse(self._call(record, "unlink", record.ids)[0])
                        self.assertFalse(self._call(record, "copy", record.ids)[0])

    @mute_logger(*SILENT)
    def test_calls_of_programs(self):
        keys = {person: self._key(person) for person in sorted(PERSONS - {"public"})}
        self.authenticate(None, None)
        for person, key in keys.items():
            for name, record, readers in self._records():
                with self.subTest(person=person, record=name):
                    answered = self._call_json2(key, record, "read", fields=["display_name"])
                    self.assertEqual(answered, person in readers)
                    if person in OUTSIDE:
                        self.assertFalse(
                            self._call_json2(key, record, "write", vals=self._changed(record))
                        )
        self.assertFalse(self._call_json2("wrong", self.ticket, "read", fields=["name"]))

    @mute_logger(*SILENT)
    def test_files_by_their_address(self):
        files = {
            self.file: self.readers["intervention"],
            self.comment.attachment_ids: self.readers["ticket"],
            self.note.attachment_ids: set(),
            self.signed_report.sudo().attachment_id: set(),
            self.form_document.sudo().attachment_id: set(),
        }
        for person in self._each_person():
            for file, readers in files.items():
                content = file.raw
                with self.subTest(person=person, file=file.name):
                    answer = self._get(f"/my/files/{file.id}", allow_redirects=False)
                    if person in OUTSIDE:
                        self.assertEqual(answer.status_code, 200 if person in readers else 404)
                    for url in (
                        f"/web/content/{file.id}",
                        f"/web/content/{file.id}?download=1",
                        f"/web/image/{file.id}",
                        f"/web/content?model=ir.attachment&id={file.id}&field=raw",
                        f"/web/content?model=ir.attachment&id={file.id}&field=datas",
                    ):
                        if person not in readers and person not in OTHERS:
                            self.assertNotIn(content, self._get(url).content, url)
                    if person == "public":
                        self.assertNotIn(content, answer.content)
            for record, field in (
                (self.signed_report, "signature"),
                (self.form_document, "signature"),
                (self.company_user.partner_id, "image_1920"),
            ):
                if person in {"other", "stranger", "public"}:
                    url = f"/web/content/{record._name}/{record.id}/{field}"
                    with self.subTest(person=person, url=url):
                        self.assertNotEqual(self._get(url).status_code, 200)

    @mute_logger(*SILENT, "odoo.addons.base.models.ir_actions_report")
    def test_reports_by_their_address(self):
        reports = (
            self.env["ir.actions.report"]
            .search([])
            .filtered(
                lambda report: f"odoo.addons.{report.report_name.split('.')[0]}.".startswith(CAMPO)
            )
        )
        self.assertGreaterEqual(len(reports), 12)
        records = {
            "service.intervention": self.intervention,
            "service.report": self.signed_report,
            "service.equipment": self.equipment,
            "service.form.document": self.form_document,
            "hr.expense": self.expense,
            "res.partner": self.customer,
        }
        tells = re.compile(r"Alfa Imballaggi|The film tears|1,?234\.5")
        for person in self._each_person():
            if person not in {"other", "stranger", "accountant", "coordinator", "public"}:
                continue
            for report in reports:
                record = records.get(report.model)
                if not record or (person, report.model) == ("accountant", "res.partner"):
                    continue
                with self.subTest(person=person, report=report.report_name):
                    url = f"/report/html/{report.report_name}/{record.id}"
                    answer = self._get(url, allow_redirects=False, timeout=60)
                    self.assertFalse(answer.status_code == 200 and tells.search(answer.text))

    @mute_logger(*SILENT)
    def test_conversations(self):
        threads = ("ticket", "intervention", "signed_report", "equipment", "contract")
        for person in self._each_person():
            if person in {"employee", "abroad"}:
                continue
            for name in threads:
                record = getattr(self, name)
                allowed = person in self.readers[name]
                thread = {"thread_model": record._name, "thread_id": record.id}
                with self.subTest(person=person, record=name):
                    told = self._rpc("/mail/chatter_fetch", **thread)
                    self.assertTrue(allowed or not told.get("result", {}).get("messages"))
                    self.assertNotIn("They never pay", str(told))
                    self.assertNotIn("costs.pdf", str(told))
                    for wrong in ({"token": "x"}, {"hash": "x", "pid": 1}):
                        if not allowed:
                            told = self._rpc("/mail/chatter_fetch", **thread, **wrong)
                            self.assertFalse(told.get("result", {}).get("messages"))
                    before = len(record.message_ids)
                    posted = self._rpc(
                        "/mail/message/post",
                        **thread,
                        post_data={"body": "<script>x</script>Hello", "message_type": "comment"},
                    )
                    # To machines and contracts nobody outside writes: they open a request.
                    may_write = allowed and name not in ("equipment", "contract")
                    self.assertEqual("result" in posted, may_write)
                    self.assertEqual(len(record.message_ids) - before, int(may_write))
                    self.assertNotIn("<script", str(record.message_ids[:1].body))
                    data = self._rpc("/mail/data", fetch_params=[["mail.thread", thread]])
                    self.assertNotIn("They never pay", str(data))

    def _rpc(self, url, **params):
        return self.url_open(url, json={"params": params}).json()

    @mute_logger(*SILENT)
    def test_a_portal_user_makes_a_key_only_if_the_firm_says_so(self):
        parameters, keys = self.env["ir.config_parameter"], self.env["res.users.apikeys"]
        wizards = self.env["res.users.apikeys.description"]
        for said, person in ((False, "company"), (False, "outside"), (True, "company")):
            parameters.set_param("portal.allow_api_keys", said)
            self._login(person)
            # They have just typed their password.
            self.session["identity-check-last"] = time.time()
            root.session_store.save(self.session)
            with self.subTest(said=said, person=person):
                _answered, new_id = self._call(wizards, "create", {"name": "mine"})
                self._call(wizards, "make_key", [new_id])
                made = keys.search_count([("user_id", "=", self._person(person).id)])
                self.assertEqual(made, int(said))

    @mute_logger(*SILENT)
    def test_no_page_writes_when_it_is_read(self):
        for person in ("company", "outside", "coordinator", "manager", "accountant"):
            self._login(person)
            urls = [
                *(
                    PAGES[name] % getattr(self, name).id
                    for name in PAGES
                    if person in self.readers[name] and "invoice" not in name
                ),
                *(url for url, readers in OWN_PAGES.items() if person in readers),
            ]
            for url in urls:
                self._get(url)
                with self.subTest(person=person, url=url):
                    self.env.flush_all()
                    queries = []
                    for _turn in self._patchExecute(queries):
                        self._get(url)
                    self.assertFalse([query for query in queries if WRITING.match(query)])
