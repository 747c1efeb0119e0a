from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCommon

MAIL = """From: Paolo <stranger@outside.example.com>
To: {to}
Subject: Re: Caldaia
Message-Id: <{mid}>
In-Reply-To: <{parent}>
Content-Type: text/plain

Ancora ferma."""


@tagged("post_install", "-at_install")
class TestMerge(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_customers_read_their_tickets()
        cls.target = cls._create_ticket(name="Caldaia in blocco")
        cls.ticket = cls._create_ticket(
            name="Riscaldamento freddo",
            partner_id=cls.alfa.id,
            description="<p>Da stamattina</p>",
            email_cc="ufficio@alfa.example.com",
            stage_id=cls.stage_progress.id,
        )
        cls.agents = cls.env["helpdesk.ticket"].with_user(cls.user_agent)
        cls.as_agent = cls.ticket.with_user(cls.user_agent)
        cls.message = cls.ticket.message_post(
            body="È fredda", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        cls.file = cls.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"x", "res_model": "helpdesk.ticket", "res_id": cls.ticket.id}
        )
        cls.activity = cls.ticket.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.user_agent.id
        )

    def _merge(self):
        return self.as_agent.merge_into(self.target.id)

    # === MERGING === #

    def test_a_merged_ticket_is_cancelled_and_says_where_it_goes_on(self):
        answer = self._merge()
        self.assertEqual(answer, {"target_id": self.target.id, "ticket_ids": self.ticket.ids})
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "merged_into_id": self.target.id,
                    "stage_id": self.stage_cancelled.id,
                    "closed": True,
                    "solution": False,
                }
            ],
        )
        self.assertFalse(self.target.closed)
        self.assertEqual(self.target.merged_count, 1)

    def test_conversation_files_and_activities_are_seen_from_the_target(self):
        self._merge()
        for record in (self.message, self.file, self.activity):
            with self.subTest(model=record._name):
                self.assertEqual(record.res_id, self.target.id)
        self.assertIn(self.message, self.target.message_ids)
        note = self.target.message_ids[0]
        self.assertIn("Da stamattina", note.body)
        self.assertTrue(note.subtype_id.internal)

    def test_what_odoo_logged_stays_with_its_ticket(self):
        logged = self.ticket.message_ids.filtered(lambda m: m.message_type == "notification")
        self._merge()
        self.assertLessEqual(logged, self.ticket.message_ids)

    def test_readers_of_the_merged_become_readers_of_the_target(self):
        self._merge()
        self.assertIn(self.alfa, self.target.message_partner_ids)
        self.assertIn("ufficio@alfa.example.com", self.target.email_cc)

    def test_an_unknown_sender_is_kept_in_copy(self):
        unknown = self._create_ticket(partner_id=False, partner_email="Ugo <ugo@x.example.com>")
        unknown.with_user(self.user_agent).merge_into(self.target)
        self.assertIn("ugo@x.example.com", self.target.email_cc)

    def test_a_merged_ticket_is_no_solved_case(self):
        self._merge()
        entries = self.env["knowledge.entry"].search([("res_id", "=", self.ticket.id)])
        self.assertFalse(entries)

    def test_the_history_is_written_on_never_rewritten(self):
        before = self.ticket.segment_ids
        told = before.read(["stage_id", "clock", "start", "user_id"])
        self._merge()
        self.as_agent.undo_merge()
        self.assertEqual(before.read(["stage_id", "clock", "start", "user_id"]), told)
        self.assertEqual((self.ticket.segment_ids - before).mapped("clock"), ["closed", "ours"])

    def test_who_merged_what_is_written_down(self):
        self._merge()
        merge = self.ticket.merge_ids.with_user(self.user_agent)
        self.assertRecordValues(
            merge,
            [
                {
                    "target_id": self.target.id,
                    "create_uid": self.user_agent.id,
                    "undone_on": False,
                }
            ],
        )
        self.as_agent.undo_merge()
        self.assertEqual(merge.undone_by_id, self.user_agent)
        with self.assertRaises(AccessError):
            merge.write({"target_id": self.ticket.id})

    def test_a_repeated_merge_happens_once(self):
        answers = [self.as_agent.merge_into(self.target.id, request_uuid="merge-01")] * 2
        self.assertEqual(*answers)
        self.assertEqual(
            self.as_agent.merge_into(self.target.id, request_uuid="merge-01"), answers[0]
        )
        self.assertEqual(len(self.ticket.merge_ids), 1)

    def test_many_are_merged_with_as_many_queries_as_few(self):
        def selects(count):
            tickets = self.agents.browse(
                [self._create_ticket(name=str(i)).id for i in range(count)]
            )
            for ticket in tickets:
                ticket.message_post(body="x", message_type="comment")
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                tickets.merge_into(self.target)
            return len([query for query in found if "SELECT" in str(query)])

        selects(2)
        self.assertEqual(selects(2), selects(20))

    # === REFUSED === #

    def test_what_does_not_belong_together_is_refused(self):
        other = self._create_company(name="Altra assistenza")
        beta = self._create_ticket(partner_id=self.paolo.id)
        nobody = self._create_ticket(partner_id=False)
        foreign = self._create_ticket(company_id=other.id, partner_id=False)
        closed = self._create_ticket()
        closed.action_close(solution="x", cause="y")
        for ticket, target, why in (
            (self.ticket, self.ticket, "itself"),
            (self.ticket, beta, "different customers"),
            (self.ticket, nobody, "has no requester"),
            (self.ticket, closed, closed.number),
            (closed, self.target, closed.number),
            (foreign, self.target, "different companies"),
        ):
            with self.subTest(why=why), self.assertRaisesRegex(UserError, why):
                ticket.merge_into(target)
        for target in (None, "5", True, [], self.alfa):
            with self.subTest(target=target), self.assertRaises(ValidationError):
                self.ticket.merge_into(target)

    def test_a_ticket_without_customer_joins_one_with_a_customer(self):
        nobody = self._create_ticket(partner_id=False)
        nobody.with_user(self.user_agent).merge_into(self.target)
        self.assertEqual(nobody.merged_into_id, self.target)

    def test_a_merged_ticket_is_no_target(self):
        self._merge()
        with self.assertRaisesRegex(UserError, self.target.number):
            self._create_ticket().with_user(self.user_agent).merge_into(self.ticket)

    def test_no_ticket_becomes_part_of_itself(self):
        self._merge()
        with self.assertRaises(UserError):
            self.target.with_user(self.user_agent).merge_into(self.ticket)
        with self.assertRaises(ValidationError):
            self.target.merged_into_id = self.ticket

    def test_merging_without_the_button_is_refused(self):
        with self.assertRaises(ValidationError):
            self.as_agent.write(
                {"merged_into_id": self.target.id, "stage_id": self.stage_cancelled.id}
            )
        self._merge()
        with self.assertRaises(ValidationError):
            self.as_agent.write({"merged_into_id": False})

    def test_a_merged_ticket_is_not_moved_or_reopened(self):
        self._merge()
        for act in (
            lambda: self.as_agent.write({"stage_id": self.stage_progress.id}),
            lambda: self.as_agent.reopen(reason="Di nuovo"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, self.target.number),
                self.env.cr.savepoint(),
            ):
                act()
            self.env.invalidate_all()

    def test_only_the_desk_of_the_company_merges(self):
        own = self._create_company(name="Altra assistenza")
        stranger = self._create_user(
            "hd_stranger",
            "helpdesk_ticket.helpdesk_ticket_group_user",
            company_id=own.id,
            company_ids=own.ids,
        )
        for user in (self.user_portal, self.user_employee, stranger):
            ticket = self.ticket.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                ticket.merge_into(self.target.id)
        self._merge()
        for user in (self.user_portal, self.user_employee, stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.ticket.with_user(user).undo_merge()
        self.assertTrue(self.ticket.merged_into_id)

    # === UNDOING === #

    def test_undoing_restores_messages_files_stage_and_readers(self):
        self._merge()
        self.env.flush_all()
        self.env.invalidate_all()
        later = self.target.message_post(body="Arriviamo", message_type="comment")
        self.assertEqual(self.as_agent.undo_merge(), {"ticket_ids": self.ticket.ids})
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "merged_into_id": False,
                    "stage_id": self.stage_progress.id,
                    "closed": False,
                    "close_date": False,
                    "first_response_date": False,
                }
            ],
        )
        for record in (self.message, self.file, self.activity):
            with self.subTest(model=record._name):
                self.assertEqual(record.res_id, self.ticket.id)
        self.assertEqual(later.res_id, self.target.id)
        self.assertNotIn(self.alfa, self.target.message_partner_ids)
        self.assertFalse(self.target.email_cc)

    def test_a_message_that_waits_for_an_answer_waits_on_the_target(self):
        self.ticket.with_user(self.user_agent).message_post(
            body="Buongiorno", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.ticket.with_user(self.user_portal).sudo().message_post(
            body="Allora?",
            author_id=self.giulia.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        (asked,) = self.ticket.question_ids
        self._merge()
        self.assertEqual(self.target.question_ids.asked_on, asked.asked_on)
        self.as_agent.undo_merge()
        (again,) = self.ticket.question_ids - asked
        self.assertEqual((again.asked_on, again.answered_on), (asked.asked_on, False))

    def test_what_is_not_merged_cannot_be_undone(self):
        with self.assertRaises(UserError):
            self.as_agent.undo_merge()

    def test_a_ticket_without_anything_to_move_is_merged_and_undone(self):
        bare = self._create_ticket().with_user(self.user_agent)
        bare.merge_into(self.target)
        self.env.flush_all()
        self.env.invalidate_all()
        bare.undo_merge()
        self.assertFalse(bare.merged_into_id or bare.closed)

    def test_a_ticket_undone_may_be_merged_again(self):
        self._merge()
        self.as_agent.undo_merge()
        self._merge()
        self.assertEqual(self.message.res_id, self.target.id)

    def test_merges_of_merges_are_undone_in_any_order(self):
        last = self._create_ticket(name="Centrale ferma").with_user(self.user_agent)
        for first, second in ((self.as_agent, self.target), (self.target, self.as_agent)):
            with self.subTest(first=first.name):
                self._merge()
                self.target.with_user(self.user_agent).merge_into(last)
                self.assertEqual(self.message.res_id, last.id)
                first.with_user(self.user_agent).undo_merge()
                second.with_user(self.user_agent).undo_merge()
                self.assertEqual(self.message.res_id, self.ticket.id)
                self.assertFalse((self.ticket + self.target).merged_into_id)

    def test_a_stage_that_is_gone_meanwhile_is_replaced(self):
        stage = self.env["helpdesk.stage"].create({"name": "Collaudo", "sequence": 25})
        self.ticket.stage_id = stage
        self._merge()
        stage.active = False
        self.as_agent.undo_merge()
        self.assertEqual(self.ticket.stage_id.kind, "open")
        self.assertTrue(self.ticket.stage_id.active)

    # === WHO WRITES AFTERWARDS === #

    def _receive(self, parent):
        mail = MAIL.format(
            to="desk@example.com", mid="late-1@outside.example.com", parent=parent.strip("<>")
        )
        self.env["mail.thread"].message_process(None, mail)
        return self.env["mail.message"].search([("message_id", "ilike", "late-1@outside")])

    def test_a_mail_that_answers_the_merged_lands_on_the_target(self):
        notified = self.ticket.message_notify(body="x", partner_ids=self.giulia.ids)
        self._merge()
        self.assertEqual(notified.res_id, self.ticket.id)
        for parent in (notified, self.message):
            with self.subTest(parent=parent.message_type):
                received = self._receive(parent.message_id)
                self.assertEqual(received.res_id, self.target.id)
                received.unlink()
        self.assertTrue(self.ticket.merged_into_id)

    def test_a_mail_to_the_merged_opens_a_closed_target_again(self):
        self._merge()
        self.target.action_close(solution="x", cause="y")
        self._receive(self.message.message_id)
        self.assertFalse(self.target.closed)

    def test_what_a_customer_writes_on_the_merged_is_read_on_the_target(self):
        self._merge()
        message = self.ticket.with_user(self.user_portal).message_post(
            body="C'è qualcuno?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(message.sudo().res_id, self.target.id)
        self.assertEqual(message.sudo().author_id, self.giulia)
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.user_other_portal).message_post(body="x")

    def test_a_program_writes_on_the_merged_in_its_own_name_without_others_files(self):
        self._merge()
        agent = self.user_agent.partner_id
        secret = self.env["ir.attachment"].create({"name": "costs.txt", "raw": b"costs"})
        message = (
            self.ticket.with_user(self.user_portal)
            .message_post(
                body="It is free.",
                author_id=agent.id,
                email_from="desk@example.com",
                message_type="notification",
                partner_ids=agent.ids,
                outgoing_email_to="eve@example.com",
                attachment_ids=secret.ids,
            )
            .sudo()
        )
        self.assertEqual(message.author_id, self.giulia)
        self.assertNotIn("desk@", message.email_from)
        self.assertEqual(message.message_type, "comment")
        self.assertFalse(message.attachment_ids or message.partner_ids)
        self.assertFalse(message.outgoing_email_to)

    # === DIALOG === #

    def test_the_dialog_proposes_the_oldest_of_several(self):
        nobody = self._create_ticket(partner_id=False)
        several = nobody + self.ticket + self.target
        dialogs = (
            self.env["helpdesk.ticket.merge.into"]
            .with_user(self.user_agent)
            .with_context(active_model="helpdesk.ticket", active_ids=several.ids)
        )
        form = Form(dialogs)
        self.assertEqual(form.target_id, self.target)
        action = form.save().action_confirm()
        self.assertEqual(action["res_id"], self.target.id)
        self.assertEqual((nobody + self.ticket).merged_into_id, self.target)

    def test_the_dialog_of_one_ticket_asks_for_the_other(self):
        dialogs = (
            self.env["helpdesk.ticket.merge.into"]
            .with_user(self.user_agent)
            .with_context(active_model="helpdesk.ticket", active_ids=self.ticket.ids)
        )
        form = Form(dialogs)
        self.assertFalse(form.target_id)
        form.target_id = self.target
        form.save().action_confirm()
        self.assertEqual(self.ticket.merged_into_id, self.target)
