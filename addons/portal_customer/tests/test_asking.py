"""What people outside can't read, they can't find out by asking either: one guess after another."""

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_matrix import OUTSIDE, MatrixCommon
from .test_routes import CAMPO

# What the office notes, and where: who may read the record reads nothing of it.
NOTED = ("customer", "invoice", "article", "ticket", "intervention", "equipment", "contract")
# What Odoo's apps, where installed, tell the office before it sells, buys or delivers.
WARNINGS = {"sale_warn_msg", "purchase_warn_msg", "picking_warn_msg"}
# How a record that people outside read leads to what they don't, by the persons who try.
PATHS = (
    ("helpdesk.ticket", "partner_id.credit", ("own", "site")),
    ("helpdesk.ticket", "partner_id.comment", ("company", "own", "site")),
    ("helpdesk.ticket", "company_id.expense_markup", ("company", "own", "site")),
    ("helpdesk.ticket", "category_id.team_id.name", ("company",)),
    ("service.intervention", "work_line_ids.amount_cost", ("company", "outside")),
    ("service.intervention", "report_ids.amount_to_invoice", ("company", "outside")),
    ("service.intervention", "equipment_ids.note", ("company", "outside")),
    ("service.intervention", "company_id.service_km_cost", ("company", "outside")),
    ("service.intervention", "ticket_id.sla_state", ("company", "outside")),
    ("service.report", "work_line_ids.amount_invoice", ("company", "outside")),
    ("service.work.line", "employee_id.hourly_cost", ("company", "outside")),
    ("service.work.line", "product_id.standard_price", ("company", "outside")),
    ("service.work.line", "intervention_id.amount_limit", ("company", "outside")),
    ("service.equipment", "product_id.standard_price", ("company", "outside")),
    ("service.equipment", "intervention_ids.amount_cost", ("company", "outside")),
    ("service.contract", "equipment_ids.note", ("company",)),
    ("knowledge.article", "origin_entry_id.title", ("company", "outside")),
    ("res.partner", "credit", ("own", "site", "outside")),
    ("res.partner", "trust", ("company", "own", "outside")),
    ("res.partner", "child_ids.trust", ("company", "own")),
    ("res.partner", "portal_user_id.login", ("company", "own")),
    ("res.users", "partner_id.credit", ("own", "outside")),
    ("res.users", "trust", ("own", "outside")),
)


@tagged("post_install", "-at_install")
class TestAsking(MatrixCommon):
    def test_a_field_that_cannot_be_read_is_no_condition_no_order_and_no_group(self):
        models = [name for name in self.env.registry if self._names_its_fields(name)]
        self.assertGreaterEqual(len(models), 6)
        for model in models:
            for person in ("company", "outside"):
                records = self._seen_by(person, self.env[model])
                if not records.search([], limit=1):
                    continue  # nobody groups nothing
                readable = records._portal_readable_fields()
                for name in records._fields.keys() - readable:
                    with self.subTest(model=model, person=person, field=name):
                        with self.assertRaises(AccessError):
                            records.search([(name, "!=", False)], limit=1)
                        with self.assertRaises(AccessError):
                            records.search_count([("id", "any", [(name, "in", [1])])], limit=1)
                        with self.assertRaises(AccessError):
                            records.formatted_read_group([], [name])

    def _names_its_fields(self, model):
        records = self.env[model]
        return hasattr(records, "_portal_readable_fields") and not records._abstract

    def test_no_path_of_fields_leads_to_what_is_hidden(self):
        for model, path, persons in PATHS:
            for person in persons:
                records = self._seen_by(person, self.env[model])
                first, _dot, rest = path.partition(".")
                asked = [Domain(path, "!=", False), Domain(path, "=", 1)]
                if rest:
                    asked.append(Domain(first, "any", [(rest, "not in", [False])]))
                    asked.append(~Domain(first, "any", [(rest, "=", False)]))
                for domain in asked:
                    with (
                        self.subTest(model=model, path=path, person=person, domain=domain),
                        self.assertRaises(AccessError),
                    ):
                        records.search_count(domain)

    def test_notes_are_found_by_no_word_of_theirs(self):
        for name in NOTED:
            record = getattr(self, name)
            record.message_post(body="Xylophone: never pays.", subtype_xmlid="mail.mt_note")
            told = record.message_post(
                body="Yesterday we came.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            for person in sorted(OUTSIDE):
                records = self._seen_by(person, self.env[record._name])
                for path in ("message_ids.body", "message_ids"):
                    with self.subTest(record=name, person=person, path=path):
                        self.assertFalse(self._found(records, [(path, "ilike", "xylophone")]))
                if self._seen_by(person, told).has_access("read"):
                    continue
                with self.subTest(record=name, person=person):
                    self.assertFalse(
                        self._found(records, [("message_ids.body", "ilike", "yesterday we")])
                    )

    def test_what_was_said_to_the_customer_is_still_looked_for(self):
        self.invoice.message_post(
            body="Paid by transfer.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        invoices = self._seen_by("accountant", self.env["account.move"])
        self.assertEqual(
            invoices.search([("message_ids.body", "ilike", "by transfer")]), self.invoice
        )
        office = self.env["account.move"].with_user(self.user_accountant)
        self.invoice.message_post(body="Xylophone.", subtype_xmlid="mail.mt_note")
        self.assertEqual(office.search([("message_ids.body", "ilike", "xylophone")]), self.invoice)

    def _found(self, records, domain):
        try:
            return records.search_count(domain)
        except AccessError:
            return 0

    def test_people_outside_find_what_they_follow_and_ask_about_no_other_follower(self):
        mine, other = self.company_user.partner_id, self.user_dispatcher.partner_id
        self.ticket.message_subscribe(partner_ids=[mine.id, other.id])
        tickets = self._seen_by("company", self.env["helpdesk.ticket"])
        followed = tickets.search([("message_partner_ids", "in", mine.ids)])
        self.assertIn(self.ticket, followed)
        self.assertNotIn(self.ticket, tickets.search([("message_partner_ids", "!=", mine.id)]))
        for asked in (
            ("message_partner_ids", "=", other.id),
            ("message_partner_ids", "not in", other.ids),
            ("message_partner_ids", "in", [mine.id, other.id]),
            ("message_partner_ids", "!=", False),
            ("message_partner_ids", "ilike", other.name),
            ("message_partner_ids", "child_of", other.ids),
            ("message_partner_ids", "any", [("id", "in", other.ids)]),
            ("message_partner_ids.name", "=", other.name),
            ("id", "any", [("message_partner_ids", "in", mine.ids)]),
            ("partner_id.message_partner_ids", "in", other.ids),
        ):
            with self.subTest(asked=asked), self.assertRaises(AccessError):
                tickets.search_count([asked])
        with self.assertRaises(AccessError):
            tickets.formatted_read_group([], ["message_partner_ids"])

    def test_the_house_s_settings_are_for_nobody_outside(self):
        settings = self._of_campo("res.company")
        self.assertLessEqual({"expense_markup", "service_km_cost"}, settings)
        self._assert_hidden(self.company, settings, OUTSIDE)

    def test_what_the_office_writes_on_a_customer_is_for_nobody_outside(self):
        self.customer.write({"comment": "<p>Never pays</p>", "trust": "bad"})
        hidden = {"comment", "trust", "days_sales_outstanding", "credit"} | WARNINGS
        self._assert_hidden(self.customer, hidden, OUTSIDE)

    def test_a_login_tells_no_more_than_its_contact(self):
        hidden = {"service_block_reason", "situation_verdict", "situation_label"}
        for person in sorted(OUTSIDE):
            user = self._person(person)
            with self.subTest(person=person):
                self._assert_hidden(user, {"comment", "trust"} | WARNINGS, {person})
                if not user._may_see_statement():
                    self._assert_hidden(user, hidden, {person})

    def test_a_shared_job_order_shows_tasks_and_not_what_it_earns(self):
        self.job_order.privacy_visibility = "portal"
        self.job_order.message_subscribe(partner_ids=self.company_user.partner_id.ids)
        mine = self._seen_by("company", self.job_order)
        self.assertEqual(mine.read(["name"])[0]["name"], "New line")
        self._assert_hidden(
            self.job_order,
            {"analytic_account_balance", "service_close_reason", "service_closed_by"},
            {"company"},
        )

    def _of_campo(self, model):
        fields = self.env[model]._fields
        return {
            name
            for name, field in fields.items()
            if any(f"odoo.addons.{module}.".startswith(CAMPO) for module in field._modules)
        }

    def _assert_hidden(self, record, names, persons):
        for person in sorted(persons):
            mine = self._seen_by(person, record)
            for name in sorted(names & record._fields.keys()):
                with self.subTest(model=record._name, person=person, field=name):
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.search_count([(name, "!=", False)])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_what_is_read_of_a_record_s_relations_is_judged_there(self):
        """Where a relation is read with its fields, they are those of its own model's rules."""
        for person, model, field, inner in (
            ("company", "service.intervention", "work_line_ids", "amount_cost"),
            ("outside", "service.intervention", "work_line_ids", "amount_invoice"),
            ("company", "service.intervention", "partner_id", "trust"),
            ("company", "service.report", "work_line_ids", "price_unit"),
            ("own", "helpdesk.ticket", "partner_id", "situation_verdict"),
            ("company", "helpdesk.ticket", "company_id", "expense_markup"),
            ("outside", "service.equipment", "intervention_ids", "amount_to_invoice"),
            ("company", "service.contract", "equipment_ids", "note"),
        ):
            records = self._seen_by(person, self.env[model])
            with self.subTest(model=model, field=field, inner=inner):
                self.assertTrue(records.search([], limit=1))
                with self.assertRaises(AccessError):
                    records.web_search_read([], {field: {"fields": {inner: {}}}}, limit=10)

    def test_nobody_outside_exports(self):
        for name, record, readers in self._records():
            for person in sorted(readers & OUTSIDE):
                with self.subTest(record=name, person=person), self.assertRaises(Exception) as told:
                    self._seen_by(person, record).export_data(["id"])
                self.assertIn("export", str(told.exception))
