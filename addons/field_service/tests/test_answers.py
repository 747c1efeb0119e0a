from ast import literal_eval
from datetime import datetime, timedelta

from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import MailCase

from .common import FieldServiceCommon


class AnswersCommon(FieldServiceCommon):
    """A visit in ten days, to which two technicians and the customer are asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = datetime.now().replace(hour=8, minute=0, second=0, microsecond=0)
        cls.start += timedelta(days=10)
        for user in (cls.user_technician, cls.user_outside, cls.user_colleague):
            user.email = f"{user.login}@example.com"
        cls.intervention = cls._create_intervention()
        cls.visit = cls._plan(
            cls.intervention,
            cls.technician | cls.outside,
            start=fields.Datetime.to_string(cls.start),
            stop=fields.Datetime.to_string(cls.start + timedelta(hours=3)),
            invite_customer=True,
        )

    def _board(self, user=None):
        self.env.flush_all()
        answers = self.env["service.visit.answer"].with_user(user or self.user_dispatcher)
        answers.invalidate_model()
        return answers

    def _row(self, partner, user=None):
        return self._board(user).search(
            [("event_id", "=", self.visit.id), ("partner_id", "=", partner.id)]
        )

    def _propose(self, hours=30):
        proposed = self.start + timedelta(hours=hours)
        self.visit.with_user(self.user_outside).answer_visit(
            answer="tentative",
            reason="At another plant",
            proposed_start=fields.Datetime.to_string(proposed),
        )
        return proposed


@tagged("post_install", "-at_install")
class TestAnswers(AnswersCommon, MailCase):
    # === WHAT IS SHOWN === #

    def test_everybody_s_answer_is_on_the_board(self):
        self.visit.with_user(self.user_technician).answer_visit(answer="accepted")
        proposed = self._propose()
        rows = self._board().search([("event_id", "=", self.visit.id)])
        self.assertEqual(
            {
                row.partner_id: (row.role, row.answer, row.reason, row.proposed_start)
                for row in rows
            },
            {
                self.user_technician.partner_id: ("technician", "confirmed", False, False),
                self.user_outside.partner_id: (
                    "technician",
                    "proposed",
                    "At another plant",
                    proposed,
                ),
                self.contact: ("customer", "waiting", False, False),
            },
        )

    def test_a_technician_without_a_login_is_one_too(self):
        guest = self.env["hr.employee"].create({"name": "Guest", "company_id": self.company.id})
        self._plan(self.intervention, guest)
        row = self._board().search([("partner_id", "=", guest.work_contact_id.id)])
        self.assertEqual((row.role, row.employee_id.id), ("technician", guest.id))

    def test_cancelled_visits_and_closed_interventions_leave_the_board(self):
        domain = [("event_id", "=", self.visit.id)]
        self.intervention.state = "done"
        self.assertFalse(self._board().search(domain))
        self.intervention.state = "planned"
        self.assertTrue(self._board().search(domain))
        self.visit.with_user(self.user_dispatcher).active = False
        self.assertFalse(self._board().search(domain))

    def test_ordinary_meetings_are_not_on_the_board(self):
        meeting = self.env["calendar.event"].create(
            {"name": "Lunch", "start": self.start, "stop": self.start + timedelta(hours=1)}
        )
        self.assertFalse(self._board().search([("event_id", "=", meeting.id)]))

    def _filter(self, name):
        arch = self._board().get_view(view_type="search")["arch"]
        (node,) = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return node.get("domain")

    def test_the_filters_find_what_they_say(self):
        board = self._board()

        def found(name):
            domain = [*literal_eval(self._filter(name)), ("event_id", "=", self.visit.id)]
            return board.search(domain).partner_id

        self.assertFalse(found("next_days"))
        self.assertFalse(found("late"))
        self._propose()
        self._board()
        self.assertEqual(found("to_act"), self.user_outside.partner_id)
        self.assertEqual(found("customers"), self.contact)
        with freeze_time(datetime.now() + timedelta(days=4)):
            self.assertEqual(len(found("next_days")), 3)
            self.assertEqual(found("late"), self.user_technician.partner_id | self.contact)

    def test_a_moved_visit_is_asked_about_anew(self):
        with freeze_time(datetime.now() + timedelta(days=2)):
            self.visit.with_user(self.user_dispatcher).write(
                {"start": self.start + timedelta(days=1)}
            )
            rows = self._board().search(
                [("event_id", "=", self.visit.id), ("asked_on", ">=", fields.Datetime.now())]
            )
        self.assertEqual(len(rows), 3)

    # === WHO SEES IT === #

    def test_dispatchers_see_the_board_of_their_companies(self):
        self.assertEqual(len(self._board().search([("event_id", "=", self.visit.id)])), 3)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("stranger_d", "field_service.field_service_group_dispatcher")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        at_other = {"allowed_company_ids": other.ids}
        board = self._board(stranger).with_context(**at_other)
        self.assertFalse(board.search([("event_id", "=", self.visit.id)]))
        row = self._row(self.contact).with_user(stranger).with_context(**at_other)
        for act in (row.remind, row.accept_proposal, lambda: row.replace(self.colleague.id)):
            with self.assertRaises(AccessError):
                act()

    def test_nobody_else_sees_or_acts(self):
        row = self._row(self.user_technician.partner_id)
        for user in (
            self.user_technician,
            self.user_employee,
            self.user_accountant,
            self.user_outside,
            self.env.ref("base.public_user"),
        ):
            theirs = row.with_user(user)
            for act in (
                lambda r=theirs: r.search([]),
                theirs.remind,
                theirs.accept_proposal,
                lambda r=theirs: r.replace(self.colleague.id),
                theirs.action_replace,
                theirs.action_view_intervention,
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act()

    # === WHAT IS DONE === #

    def test_a_proposed_time_is_accepted_with_one_tap(self):
        proposed = self._propose()
        self.visit.with_user(self.user_technician).answer_visit(answer="accepted")
        row = self._row(self.user_outside.partner_id)
        with self.mock_mail_gateway():
            done = row.accept_proposal()
        self.assertEqual(self.visit.start, proposed)
        self.assertEqual(self.visit.stop - self.visit.start, timedelta(hours=3))
        self.assertEqual(done["start"], fields.Datetime.to_string(proposed))
        rows = self._board().search([("event_id", "=", self.visit.id)])
        self.assertEqual(
            {row.partner_id: row.answer for row in rows},
            {
                self.user_outside.partner_id: "confirmed",
                self.user_technician.partner_id: "waiting",
                self.contact: "waiting",
            },
        )

    def test_whoever_proposed_the_time_is_not_asked_again(self):
        self._propose()
        invitation = self.visit.attendee_ids.filtered(
            lambda a: a.partner_id == self.user_outside.partner_id
        )
        with self.mock_mail_gateway():
            self._row(self.user_outside.partner_id).accept_proposal()
        self.assertEqual(
            (invitation.state, invitation.answered_by_id, invitation.answered_version),
            ("accepted", self.user_outside, self.visit.time_version),
        )
        told = {mail["email_to"][0]: mail["body"] for mail in self._mails}
        (proposer,) = [body for to, body in told.items() if self.user_outside.email in to]
        self.assertIn("as you proposed", proposer)
        self.assertIn("Ask for another time", proposer)
        self.assertNotIn("onfirm", proposer)
        self.assertNotIn("Log in to answer", proposer)
        (other,) = [body for to, body in told.items() if self.contact.email in to]
        self.assertIn("please confirm the new time", other)
        self.assertNotIn("as you proposed", other)
        notes = " ".join(str(note.body) for note in self.intervention.message_ids)
        self.assertIn(f"{self.user_outside.name} has proposed the new time", notes)

    def test_the_same_holds_when_the_visit_is_dragged_to_that_time(self):
        proposed = self._propose()
        stop = proposed + timedelta(hours=3)
        self.visit.with_user(self.user_dispatcher).write({"start": proposed, "stop": stop})
        self.assertEqual(self._row(self.user_outside.partner_id).answer, "confirmed")

    def test_a_longer_visit_or_another_place_was_not_proposed(self):
        for change in ({"location": "Bassano"}, {"stop": self.start + timedelta(hours=40)}):
            with self.subTest(change=change):
                proposed = self._propose()
                moved = {"start": proposed, "stop": proposed + timedelta(hours=3), **change}
                self.visit.with_user(self.user_dispatcher).write(moved)
                self.assertEqual(self._row(self.user_outside.partner_id).answer, "waiting")

    def test_when_it_is_moved_once_more_the_proposer_is_asked_too(self):
        self._propose()
        self._row(self.user_outside.partner_id).accept_proposal()
        later = self.visit.start + timedelta(hours=2)
        with self.mock_mail_gateway():
            self.visit.with_user(self.user_dispatcher).write(
                {"start": later, "stop": later + timedelta(hours=3)}
            )
        self.assertEqual(self._row(self.user_outside.partner_id).answer, "waiting")
        for mail in self._mails:
            self.assertNotIn("as you proposed", mail["body"])

    def test_what_stands_against_the_proposed_time_is_told(self):
        proposed = self._propose()
        self._plan(
            self._create_intervention(name="Another"),
            self.technician,
            start=fields.Datetime.to_string(proposed),
            stop=fields.Datetime.to_string(proposed + timedelta(hours=1)),
        )
        done = self._row(self.user_outside.partner_id).accept_proposal()
        self.assertIn(self.technician.name, " ".join(done["warnings"]))

    def test_only_a_proposal_to_come_is_accepted(self):
        with self.assertRaisesRegex(UserError, "proposes no other time"):
            self._row(self.contact).accept_proposal()
        later = freeze_time(self._propose() + timedelta(days=1))
        with later, self.assertRaisesRegex(UserError, "is over"):
            self._row(self.user_outside.partner_id).accept_proposal()

    def test_those_who_have_not_answered_are_reminded_once(self):
        self.visit.with_user(self.user_technician).answer_visit(answer="accepted")
        rows = self._board().search([("event_id", "=", self.visit.id)])
        with self.mock_mail_gateway():
            told = rows.remind()
        self.assertEqual(len(self._mails), 2)
        self.assertEqual(set(told["reminded"]), {self.user_outside.name, self.contact.name})
        self.assertIn("/service/visit/", self._mails[0]["body"])
        with self.assertRaisesRegex(UserError, "nobody to remind"):
            self._board().browse(rows.ids).remind()
        with freeze_time(datetime.now() + timedelta(hours=2)), self.mock_mail_gateway():
            self._board().browse(rows.ids).remind()
        self.assertEqual(len(self._mails), 2)

    def test_whom_no_mail_reaches_is_named(self):
        self.contact.email = False
        rows = self._board().search([("event_id", "=", self.visit.id)])
        with self.mock_mail_gateway():
            self.assertEqual(rows.remind()["without_email"], [self.contact.name])

    def test_a_technician_is_replaced(self):
        self.visit.with_user(self.user_technician).answer_visit(answer="accepted")
        row = self._row(self.user_technician.partner_id)
        with self.mock_mail_gateway():
            row.replace(employee_id=self.colleague.id)
        self.assertEqual(
            self.visit.partner_ids,
            (self.user_colleague | self.user_outside).partner_id | self.contact,
        )
        self.assertEqual(self.intervention.technician_ids, self.colleague | self.outside)
        self.assertEqual(self.intervention.confirmation_state, "to_confirm")
        told = {mail["email_to"][0]: mail for mail in self._mails}
        self.assertEqual(len(told), 2)
        (gone,) = [body for to, body in told.items() if self.user_technician.email in to]
        self.assertIn("cancelled", gone["body"])
        (new,) = [body for to, body in told.items() if self.user_colleague.email in to]
        self.assertNotIn("cancelled", new["body"])
        self.assertFalse(self.visit.description)

    def test_who_has_declined_is_told_nothing_more(self):
        self.visit.with_user(self.user_technician).answer_visit(answer="declined", reason="Ill")
        with self.mock_mail_gateway():
            self._row(self.user_technician.partner_id).replace(employee_id=self.colleague.id)
        self.assertEqual(len(self._mails), 1)
        self.assertIn(self.user_colleague.email, self._mails[0]["email_to"][0])

    def test_who_goes_on_another_visit_or_has_worked_stays_on_the_crew(self):
        self._plan(self.intervention, self.technician)
        self._row(self.user_technician.partner_id).replace(employee_id=self.colleague.id)
        self.assertIn(self.technician, self.intervention.technician_ids)

    def test_who_cannot_replace(self):
        row = self._row(self.user_technician.partner_id)
        with self.assertRaisesRegex(ValidationError, "already"):
            row.replace(employee_id=self.outside.id)
        with self.assertRaises(ValidationError):
            row.replace(employee_id="x")
        foreign = self.env["hr.employee"].create(
            {"name": "Foreign", "company_id": self.env["res.company"].create({"name": "O"}).id}
        )
        with self.assertRaises(ValidationError):
            row.replace(employee_id=foreign.id)
        with self.assertRaisesRegex(UserError, "Only technicians"):
            self._row(self.contact).replace(employee_id=self.colleague.id)

    def test_the_dialog_tells_what_stands_against_somebody_before_saving(self):
        self.colleague.takes_visits = True
        self._plan(
            self._create_intervention(name="Another"),
            self.colleague,
            start=fields.Datetime.to_string(self.start),
            stop=fields.Datetime.to_string(self.start + timedelta(hours=1)),
        )
        action = self._row(self.user_technician.partner_id).action_replace()
        wizard = (
            self.env["service.visit.replace"]
            .with_user(self.user_dispatcher)
            .with_context(**action["context"])
        )
        with Form(wizard) as form:
            form.employee_id = wizard.env["hr.employee.public"].browse(self.colleague.id)
            self.assertIn(self.colleague.name, form.warning)
        form.record.action_confirm()
        self.assertIn(self.user_colleague.partner_id, self.visit.partner_ids)

    def test_a_repeated_request_acts_once(self):
        proposed = self._propose()
        row = self._row(self.user_outside.partner_id)
        asked = {"request_uuid": "accept-once-1"}
        with self.mock_mail_gateway():
            self.assertEqual(row.accept_proposal(**asked), row.accept_proposal(**asked))
        self.assertEqual(self.visit.start, proposed)


@tagged("post_install", "-at_install")
class TestAnswersGrowth(AnswersCommon):
    """A month of a thousand visits, and twenty thousand of the past."""

    def _insert(self, count, state, start):
        """Interventions with a visit each, by SQL: what many years leave behind."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """WITH made AS (
                       INSERT INTO service_intervention
                              (number, name, company_id, partner_id, type_id, user_id, state,
                               active, priority, planned_start, invoice_partner_id)
                       SELECT %(prefix)s || i, 'Job ' || i, company_id, partner_id, type_id,
                              user_id, %(state)s, TRUE, priority,
                              %(start)s::timestamp + (i %% 700) * interval '1 hour',
                              invoice_partner_id
                         FROM service_intervention, generate_series(1, %(count)s) AS i
                        WHERE id = %(id)s
                    RETURNING id, planned_start),
                   planned AS (
                       INSERT INTO calendar_event
                              (name, intervention_id, start, stop, active, privacy, show_as,
                               time_version, create_date)
                       SELECT 'X', id, planned_start, planned_start + interval '2 hours', TRUE,
                              'public', 'busy', 1, now()
                         FROM made
                    RETURNING id)
                   INSERT INTO calendar_attendee (event_id, partner_id, state, create_date)
                   SELECT id, %(partner)s, 'needsAction', now() FROM planned""",
                prefix=f"G{state}",
                state=state,
                start=start,
                count=count,
                id=self.intervention.id,
                partner=self.user_technician.partner_id.id,
            )
        )
        self.env.invalidate_all()

    def _open(self, domain=()):
        """What the board asks for: the columns with their counts, then the cards."""
        board = self._board()
        names = ("partner_id", "intervention_id", "customer_id", "event_id", "employee_id")
        specification = {
            **{name: {"fields": {"display_name": {}}} for name in names},
            **{
                name: {}
                for name in ("role", "answer", "start", "proposed_start", "reason", "asked_on")
            },
        }
        domain = [("stop", ">=", fields.Datetime.now()), *domain]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        found = board.web_read_group(
            domain,
            groupby=["answer"],
            aggregates=["__count"],
            auto_unfold=True,
            unfold_read_specification=specification,
            unfold_read_default_limit=40,
        )
        cost = self.env.cr.sql_log_count - before
        return found, cost

    def test_the_board_costs_the_same_for_a_month_of_a_thousand_visits(self):
        self._insert(50, "planned", self.start)
        self._open()
        _found, before = self._open()
        self._insert(950, "confirmed", self.start)
        found, after = self._open()
        counts = {group["answer"]: group["__count"] for group in found["groups"]}
        self.assertEqual(counts["waiting"], 1003)
        self.assertEqual(before, after)

    def test_the_board_reads_nothing_of_the_past(self):
        self._insert(20000, "done", self.start - timedelta(days=900))
        self.env.cr.execute("ANALYZE service_intervention, calendar_event, calendar_attendee")
        query = self._board()._search([("stop", ">=", fields.Datetime.now())])
        plan = "\n".join(
            row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        )
        for table in ("service_intervention", "calendar_event", "calendar_attendee"):
            with self.subTest(table=table):
                self.assertNotIn(f"Seq Scan on {table} ", plan)
