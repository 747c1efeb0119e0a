from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import PortalCommon

EVERYBODY = set(PortalCommon.PERSONS)
# Who reads each of the records of PortalCommon; the public never does, and nobody writes.
READERS = {
    "ticket": {"company", "site"},
    "own_ticket": {"company", "own"},
    "other_ticket": {"other"},
    "intervention": {"company", "site", "outside"},
    "answer": {"company", "site", "outside"},
    "signed_line": {"company", "site", "outside"},
    "draft_line": {"outside"},
    "signed_report": {"company", "site", "outside"},
    "draft_report": {"outside"},
    "equipment": {"company", "own", "site", "outside"},
    "contract": {"company"},
    "document": set(),
    "article": EVERYBODY,
    "draft_article": set(),
    "technician_article": set(),
    "entry": {"company", "own", "site"},
    "visit": set(),
}
OPERATIONS = ("read", "write", "create", "unlink")
# What nobody outside reads, of records they may read.
HIDDEN = {
    "ticket": ("situation_verdict", "situation_label", "access_token", "tag_ids", "message_ids"),
    "intervention": (
        "situation_verdict",
        "situation_label",
        "amount_limit",
        "amount_to_invoice",
        "amount_cost",
        "invoice_partner_id",
        "invoice_status",
        "technician_ids",
        "event_ids",
    ),
    "signed_line": (
        "price_unit",
        "discount",
        "amount_invoice",
        "amount_cost",
        "quantity_invoice",
        "invoice_line_id",
        "analytic_line_id",
        "billing_state",
        "blocked_reason",
    ),
    "signed_report": ("amount_to_invoice", "billing_state", "signature"),
    "equipment": ("note",),
    "contract": ("fee_amount", "index_percent", "note", "analytic_account_id"),
}


@tagged("post_install", "-at_install")
class TestRights(PortalCommon):
    def test_each_reads_what_is_theirs_and_nobody_writes(self):
        for name, readers in READERS.items():
            for person in (*self.PERSONS, "public"):
                record = getattr(self, name).with_user(self._person(person))
                for operation in OPERATIONS:
                    with self.subTest(record=name, person=person, operation=operation):
                        allowed = operation == "read" and person in readers
                        self.assertEqual(record.has_access(operation), allowed)

    def test_a_search_finds_what_one_may_read(self):
        for name, readers in READERS.items():
            record = getattr(self, name)
            for person in self.PERSONS:
                with self.subTest(record=name, person=person):
                    model = record.env[record._name].with_user(self._person(person))
                    if not model.has_access("read"):
                        continue
                    found = model.search([("id", "=", record.id)])
                    self.assertEqual(bool(found), person in readers)

    def test_prices_and_what_the_office_thinks_are_hidden(self):
        for name, fields in HIDDEN.items():
            for person in ("company", "outside"):
                record = getattr(self, name).with_user(self._person(person))
                if not record.has_access("read"):
                    continue
                for field in fields:
                    with self.subTest(record=name, person=person, field=field):
                        with self.assertRaises(AccessError):
                            record.read([field])
                        with self.assertRaises(AccessError):
                            record.search([(field, "!=", False)])

    def test_own_forms_are_for_the_crew_and_claims_for_the_house(self):
        for person in ("company", "site", "outside"):
            mine = self.intervention.with_user(self._person(person))
            for kind in ("claim", "maintenance", "acceptance"):
                with self.subTest(person=person, kind=kind):
                    if person == "outside" and kind != "claim":
                        self.assertTrue(mine._get_own_form_values(kind)["subject"])
                        continue
                    with self.assertRaises(AccessError):
                        mine._get_own_form_values(kind)

    def test_an_outside_technician_has_whoever_was_there_sign_and_nobody_else(self):
        report = self.draft_report.with_user(self.outside_user)
        with self.assertRaisesRegex(ValidationError, "office"):
            report.ask_signature(partner_id=self.own_user.partner_id.id)
        self.assertFalse(self.draft_report.sign_asked_id)
        there = self.company_user.partner_id
        self.assertEqual(report.ask_signature(partner_id=there.id)["name"], there.name)

    def test_a_stranger_among_the_records_refuses_all_of_them(self):
        both = (self.ticket | self.other_ticket).with_user(self.company_user)
        with self.assertRaises(AccessError):
            both.read(["name"])

    def test_a_changed_role_holds_at_once(self):
        ticket = self.ticket.with_user(self.own_user)
        self.assertFalse(ticket.has_access("read"))
        self.own_user.partner_id.portal_role = "company"
        self.assertTrue(ticket.has_access("read"))
        self.own_user.partner_id.portal_role = "accountant"
        self.assertFalse(ticket.has_access("read"))

    def test_a_contact_moved_to_another_firm_leaves_everything_behind(self):
        self.assertTrue(self.ticket.with_user(self.company_user).has_access("read"))
        self.company_user.partner_id.parent_id = self.other_customer
        self.assertFalse(self.contract.with_user(self.company_user).has_access("read"))
        self.assertTrue(self.other_ticket.with_user(self.company_user).has_access("read"))

    def test_a_technician_taken_off_the_crew_sees_nothing_more(self):
        self.intervention.technician_ids -= self.outside
        for name in ("intervention", "signed_line", "signed_report", "answer", "equipment"):
            with self.subTest(record=name):
                record = getattr(self, name).with_user(self.outside_user)
                self.assertFalse(record.has_access("read"))

    def test_nobody_raises_their_own_role(self):
        with self.assertRaises(AccessError):
            self.own_user.partner_id.with_user(self.own_user).portal_role = "company"

    def test_an_address_of_the_company_is_changed_by_who_it_is_for(self):
        payer = self.env["res.partner"].create(
            {"name": "Bills", "parent_id": self.customer.id, "type": "invoice"}
        )
        for address, persons in (
            (self.site, {"company", "site"}),
            (payer, {"company", "accountant"}),
            (self.own_user.partner_id, {"own"}),
        ):
            for person in self.PERSONS:
                with self.subTest(address=address.name, person=person):
                    mine = address.with_user(self._person(person)).sudo()
                    self.assertEqual(mine._can_be_edited_by_current_customer(), person in persons)
        alone = self._user("portal_alone", "base.group_portal")
        home = payer.copy({"parent_id": alone.partner_id.id, "type": "delivery"})
        self.assertTrue(home.with_user(alone).sudo()._can_be_edited_by_current_customer())

    def test_how_the_company_pays_is_for_those_who_may_see_its_statement(self):
        self.customer.sudo().service_block_reason = "Three returned payments"
        for person in self.PERSONS:
            customer = self.customer.with_user(self._person(person))
            if not customer.has_access("read"):
                continue
            with self.subTest(person=person):
                if person in ("company", "accountant"):
                    (situation,) = customer.requester_situation()
                    self.assertIn("amounts", situation)
                    self.assertTrue(customer.service_block_reason)
                    continue
                with self.assertRaises(AccessError):
                    customer.requester_situation()
                for field in ("service_block_reason", "situation_label", "situation_verdict"):
                    with self.assertRaises(AccessError):
                        customer.read([field])

    def test_categories_that_are_not_offered_are_not_there(self):
        shown, hidden = self.env["helpdesk.category"].create(
            [{"name": "Boilers"}, {"name": "Complaints", "portal_visible": False}]
        )
        seen = self.env["helpdesk.category"].with_user(self.company_user).search([])
        self.assertIn(shown, seen)
        self.assertNotIn(hidden, seen)

    def test_own_cases_are_found_and_others_never(self):
        question = "the conveyor squeaks"
        entries = self.env["knowledge.entry"]
        for person, found in (("company", True), ("own", True), ("other", False)):
            with self.subTest(person=person):
                results = entries.with_user(self._person(person)).search_similar(text=question)
                self.assertEqual(self.entry.id in [entry["id"] for entry in results], found)

    def test_nobody_outside_is_told_whose_case_solved_another_or_became_an_article(self):
        foreign = self.other_ticket.copy({"name": "Case of Monte"})
        foreign.partner_id = self.other_user.partner_id
        foreign.action_close(solution="Oiled.", cause="Dry.")
        entries = self.env["knowledge.entry"]
        case = entries.search([("res_model", "=", foreign._name), ("res_id", "=", foreign.id)])
        self.env["knowledge.event"].record(
            case.ids, "solved", self.solved_ticket._name, self.solved_ticket.id
        )
        self.assertEqual(self.entry.parent_id, case)
        self.article.sudo().origin_entry_id = case
        for record, name in (
            (self.entry, "parent_id"),
            (self.entry, "alias_ids"),
            (self.article, "origin_entry_id"),
            (self.article, "import_key"),
        ):
            with self.subTest(name=name):
                seen = record.with_user(self.company_user)
                self.assertTrue(seen.has_access("read"))
                with self.assertRaises(AccessError):
                    seen.read([name])
                with self.assertRaises(AccessError):
                    seen.search_count([(name, "!=", False)])

    def test_the_accountant_of_a_company_finds_no_cases(self):
        entries = self.env["knowledge.entry"].with_user(self.accountant_user)
        found = entries.search_similar(text="the conveyor squeaks")
        self.assertNotIn(self.entry.id, [entry["id"] for entry in found])

    def test_on_the_job_a_technician_is_shown_this_customer_s_cases_only(self):
        self.intervention.name = "The conveyor squeaks again"
        shown = self.intervention.with_user(self.outside_user)._portal_similar()
        self.assertIn(self.entry.id, [entry["id"] for entry in shown])
        self.entry.sudo().partner_id = self.other_customer
        shown = self.intervention.with_user(self.outside_user)._portal_similar()
        self.assertNotIn(self.entry.id, [entry["id"] for entry in shown])


@tagged("post_install", "-at_install")
class TestNotes(PortalCommon):
    """What the office writes to itself stays inside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.noted = cls._note(cls.ticket)
        cls.noted_message = cls.ticket.message_ids.filtered("attachment_ids")
        cls.sent = cls.ticket.message_post(
            body="Have a look.",
            subtype_xmlid="mail.mt_comment",
            attachments=[("manual.pdf", b"%PDF-1.4 how to")],
        ).attachment_ids

    def test_a_file_of_a_note_is_refused_by_its_id(self):
        with self.assertRaises(AccessError):
            self.noted.with_user(self.company_user)._check_portal_access()
        self.assertTrue(self.sent.with_user(self.company_user)._check_portal_access())
        with self.assertRaises(AccessError):
            self.sent.with_user(self.other_user)._check_portal_access()

    def test_files_are_read_through_their_record_only(self):
        for person in self.PERSONS:
            with self.subTest(person=person):
                files = (self.noted | self.sent).with_user(self._person(person))
                self.assertFalse(files.has_access("read"))

    def test_a_file_of_a_person_or_of_a_field_is_refused(self):
        values = {"name": "x.txt", "raw": b"x"}
        files = self.env["ir.attachment"].create(
            [
                {**values, "res_model": "res.partner", "res_id": self.customer.id},
                {**values, "res_model": "service.report", "res_id": self.signed_report.id},
                {**values},
            ]
        )
        for file in files:
            with self.subTest(model=file.res_model), self.assertRaises(AccessError):
                file.with_user(self.company_user)._check_portal_access()

    def test_the_page_lists_no_file_of_a_note(self):
        shown = self.ticket.with_user(self.company_user)._portal_values()["files"]
        self.assertIn(self.sent.id, [file["id"] for file in shown])
        self.assertNotIn(self.noted.id, [file["id"] for file in shown])

    def test_notes_are_neither_found_nor_read_by_their_id(self):
        automatic = self.ticket.message_post(body="Not charged.", subtype_xmlid="mail.mt_note")
        messages = self.env["mail.message"].with_user(self.company_user)
        found = messages.search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)]
        )
        self.assertTrue(found)
        for note in self.noted_message | automatic:
            with self.subTest(kind=note.message_type):
                self.assertNotIn(note, found)
                with self.assertRaises(AccessError):
                    note.with_user(self.company_user).read(["body"])

    def test_what_is_discussed_about_an_article_is_for_nobody_outside(self):
        message = self.article.message_post(
            body="Is this true?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        messages = self.env["mail.message"].with_user(self.company_user)
        self.assertTrue(self.article.with_user(self.company_user).has_access("read"))
        self.assertFalse(messages.search([("body", "ilike", "is this true")]))
        self.assertFalse(messages.browse(message.id).has_access("read"))
        self.assertTrue(message.with_user(self.user_technician).has_access("read"))

    def test_what_is_said_to_the_customer_is_read(self):
        message = self.ticket.message_ids.filtered(lambda m: m.attachment_ids == self.sent)
        self.assertIn("Have a look", message.with_user(self.company_user).body)

    def test_a_technician_outside_has_none_of_them_either(self):
        noted = self._note(self.intervention)
        with self.assertRaises(AccessError):
            noted.with_user(self.outside_user)._check_portal_access()
