from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import HelpdeskCommon

MAIL = """Return-Path: <{return_path}>
To: {to}
cc: {cc}
From: {email_from}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Date: {date}
Message-ID: {msg_id}
{extra}

<p>La caldaia <b>non parte</b>.</p><script>alert(1)</script>
"""


@tagged("post_install", "-at_install", "mail_gateway")
class TestTicketMail(HelpdeskCommon, MailCommon):
    @classmethod
    def default_env_context(cls):
        return {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.giulia.email = "giulia@alfa.example.com"
        cls.team.write({"alias_name": "desk", "alias_contact": "everyone"})
        cls.address = cls.team.alias_email

    def _receive(self, email_from="Giulia <giulia@alfa.example.com>", subject="Ferma", extra=""):
        with self.mock_mail_gateway():
            ticket = self.format_and_process(
                MAIL,
                email_from,
                self.address,
                subject=subject,
                extra=extra,
                target_model="helpdesk.ticket",
            )
            self.flush_tracking()
        return ticket

    def _reply(self, ticket, email_from="Giulia <giulia@alfa.example.com>", extra=""):
        message = ticket.message_ids.filtered("message_id")[-1:]
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(
                None,
                self.format(
                    MAIL,
                    to=self.address,
                    email_from=email_from,
                    subject="Re: Ferma",
                    msg_id=f"<reply-{len(ticket.message_ids)}-{id(extra)}@alfa.example.com>",
                    extra=f"In-Reply-To: {message.message_id}{extra}",
                ),
            )
            self.flush_tracking()

    def _close(self, ticket, user=None):
        with self.mock_mail_gateway():
            ticket.with_user(user or self.user_agent).action_close("Pulito", "Segreto")
            self.flush_tracking()

    # === IN === #

    def test_a_mail_to_the_team_opens_a_ticket(self):
        ticket = self._receive()
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": "Ferma",
                    "partner_id": self.giulia.id,
                    "commercial_partner_id": self.alfa.id,
                    "channel": "email",
                    "team_id": self.team.id,
                    "company_id": self.team.company_id.id,
                    "stage_id": self.stage_new.id,
                }
            ],
        )
        self.assertTrue(ticket.number)
        self.assertIn("non parte", ticket.description)
        self.assertNotIn("script", ticket.description)

    def test_a_mail_without_subject_opens_one_too(self):
        ticket = self._receive(subject="")
        (ticket,) = self.env["helpdesk.ticket"].search(
            [("partner_id", "=", self.giulia.id), ("channel", "=", "email")]
        )
        self.assertTrue(ticket.name)

    def test_an_unknown_sender_joins_no_customer(self):
        self.alfa.email = "info@alfa.example.com"
        ticket = self._receive("Sconosciuto <nuovo@alfa.example.com>")
        self.assertFalse(ticket.partner_id)
        self.assertIn("nuovo@alfa.example.com", ticket.partner_email)

    def test_the_team_of_another_company_gets_its_own_tickets(self):
        team = self.env["helpdesk.team"].create(
            {
                "name": "C2",
                "company_id": self.company_2.id,
                "alias_name": "desk.c2",
                "alias_contact": "everyone",
            }
        )
        self.address = team.alias_email
        ticket = self._receive()
        self.assertEqual((ticket.team_id, ticket.company_id), (team, self.company_2))
        team.company_id = self.company_3
        team.alias_domain_id = self.mail_alias_domain_c3
        self.address = team.alias_email
        self.assertEqual(self._receive(subject="Altra").company_id, self.company_3)

    # === REPLIES === #

    def test_a_reply_joins_its_ticket(self):
        ticket = self._receive()
        count = len(ticket.message_ids)
        self._reply(ticket)
        self.assertEqual(len(ticket.message_ids), count + 1)
        self.assertEqual(ticket.message_ids[0].author_id, self.giulia)
        self.assertEqual(self.env["helpdesk.ticket"].search([("name", "ilike", "Ferma")]), ticket)

    def test_a_customer_s_late_reply_opens_it_again(self):
        ticket = self._receive()
        self._close(ticket)
        self._reply(ticket)
        self.assertEqual(
            (ticket.stage_id, ticket.closed, ticket.reopen_count), (self.stage_progress, False, 1)
        )

    def test_our_own_late_reply_leaves_it_closed(self):
        ticket = self._receive()
        self._close(ticket)
        self._reply(ticket, email_from=self.user_agent.email_formatted)
        self.assertTrue(ticket.closed)

    def test_an_out_of_office_reply_leaves_it_closed(self):
        ticket = self._receive()
        self._close(ticket)
        self._reply(ticket, extra="\nAuto-Submitted: auto-replied")
        self.assertTrue(ticket.closed)
        self.assertEqual(ticket.message_ids[0].author_id, self.giulia)

    # === OUT === #

    def test_the_requester_reads_the_number(self):
        ticket = self._receive()
        (mail,) = self._mails
        self.assertEqual(mail["email_to"], [self.giulia.email_formatted])
        self.assertEqual(mail["subject"], f"{ticket.number} Ferma")
        self.assertIn(ticket.number, mail["body"])
        self.assertIn(self.team.alias_email, mail["reply_to"])
        self.assertNotIn("giulia", mail["email_from"])
        self.assertFalse(ticket.first_response_date, "a machine's notice is no answer")

    def test_a_machine_gets_no_answer(self):
        self._receive(extra="Auto-Submitted: auto-generated")
        self.assertFalse(self._mails)

    def test_who_asked_inside_the_house_gets_no_notice(self):
        with self.mock_mail_gateway():
            self._create_ticket(channel="internal")
            self._create_ticket(channel="api")
            self.flush_tracking()
        self.assertFalse(self._mails)

    def test_the_requester_reads_what_solved_it_and_may_rate(self):
        self.team.rate_closed = True
        ticket = self._receive()
        self._close(ticket)
        (mail,) = self._mails
        rating = self.env["rating.rating"].search([("res_model", "=", ticket._name)], limit=1)
        self.assertEqual((rating.res_id, rating.partner_id), (ticket.id, self.giulia))
        self.assertEqual(mail["email_to"], [self.giulia.email_formatted])
        self.assertIn("Pulito", mail["body"])
        self.assertNotIn("Segreto", mail["body"])
        self.assertIn(f"/rate/{rating.access_token}/5", mail["body"])
        ticket.rating_apply(5, rating=rating)
        self.assertEqual(ticket.rating_last_value, 5)

    def test_a_team_that_wants_no_rating_asks_for_none(self):
        ticket = self._receive()
        self._close(ticket)
        self.assertNotIn("/rate/", self._mails[0]["body"])
        self.assertFalse(ticket.rating_ids)

    # === FIRST RESPONSE === #

    def test_a_message_to_the_customer_is_the_first_response(self):
        ticket = self._receive()
        ticket.with_user(self.user_agent).message_post(
            body="Arriviamo", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertTrue(ticket.first_response_date)

    def test_a_note_or_the_customer_s_own_words_are_not(self):
        ticket = self._receive()
        ticket.with_user(self.user_agent).message_post(
            body="Solo per noi", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self._reply(ticket)
        self.assertFalse(ticket.first_response_date)
