import base64
import uuid
from unittest.mock import patch

from markupsafe import Markup

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.portal_customer.models import portal_conversation_mixin

from .test_pages import PagesCommon

FILE = ("files", ("log.txt", b"12 V, 3 A", "text/plain"))


@tagged("post_install", "-at_install")
class TestConversation(PagesCommon):
    """What is said about a record is read and answered without Odoo's component for it."""

    def _say(self, body, record=None):
        return (record or self.ticket).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def _without_script(self, record):
        page = {"helpdesk.ticket": "tickets", "service.intervention": "interventions"}
        text = self._get(f"/my/{page[record._name]}/{record.id}").text
        return text.partition('id="conversation"')[2].partition("</noscript>")[0]

    def _reply(self, record=None, files=None, **typed):
        record = record or self.ticket
        page = {"helpdesk.ticket": "tickets", "service.intervention": "interventions"}
        typed = {"request_uuid": str(uuid.uuid4()), **typed}
        return self._post(f"/my/{page[record._name]}/{record.id}/reply", files=files, **typed)

    def test_the_page_holds_what_was_said_but_no_note(self):
        note = self._note(self.ticket)
        self._say("We come <b>at eight</b>.")
        self._say("Bring the key.", self.intervention)
        self._login("company")
        told = self._without_script(self.ticket)
        self.assertIn("We come", told)
        self.assertNotIn("They never pay", told)
        self.assertNotIn(note.name, told)
        self.assertNotIn("Bring the key.", told)
        self.assertIn("Bring the key.", self._without_script(self.intervention))

    def test_nothing_said_ends_what_stands_there_without_a_script(self):
        """Where scripts run, a browser ends it at these letters in a comment, too."""
        for said in ("</noscript>", "<!--</noscript><img src=x onerror='x()'>-->", "</NoScript >"):
            self._say(Markup("<p>Hi%s</p>") % Markup(said))
        self._login("company")
        text = self._get(f"/my/tickets/{self.ticket.id}").text
        conversation = text.partition('id="conversation"')[2].partition("</section>")[0]
        self.assertEqual(conversation.count("Hi"), 3)
        self.assertEqual(conversation.lower().count("</noscript"), 1)

    def test_of_a_long_conversation_the_latest_are_there(self):
        for number in range(3):
            self._say(f"Message {number}.")
        self._login("company")
        self.assertNotIn("Only the latest", self._without_script(self.ticket))
        with patch.object(portal_conversation_mixin, "LATEST_MESSAGES", 2):
            told = self._without_script(self.ticket)
        self.assertIn("Only the latest", told)
        self.assertNotIn("Message 0.", told)
        self.assertLess(told.index("Message 1."), told.index("Message 2."))

    def test_it_costs_the_same_for_one_message_and_for_many(self):
        self._login("company")

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            queries = []
            for _turn in self._patchExecute(queries):
                self._get(f"/my/tickets/{self.ticket.id}")
            return len(queries)

        def say():
            message = self._say("Once more.")
            message.author_id = self._person("own").partner_id
            message.attachment_ids = self.env["ir.attachment"].create(
                {
                    "name": "log.txt",
                    "raw": b"x",
                    "res_model": self.ticket._name,
                    "res_id": self.ticket.id,
                }
            )

        say()
        cost()
        few = cost()
        for _number in range(15):
            say()
        self.assertLessEqual(cost(), few + 1)

    def test_a_reply_with_a_file_is_sent_by_a_plain_form(self):
        self._login("company")
        answer = self._reply(files=[FILE], body="It did it <again>.\nAt noon.")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("#reply", answer.headers["Location"])
        message = self.ticket.message_ids[0]
        self.assertEqual(message.author_id, self.company_user.partner_id)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertIn("&lt;again&gt;.<br", message.body)
        self.assertEqual(message.attachment_ids.raw, b"12 V, 3 A")
        told = self._without_script(self.ticket)
        self.assertIn("&lt;again&gt;", told)
        self.assertIn(f"/my/files/{message.attachment_ids.id}", told)
        file = self._get(f"/my/files/{message.attachment_ids.id}")
        self.assertEqual(file.content, b"12 V, 3 A")

    def test_about_an_intervention_its_customer_writes_too(self):
        self._login("company")
        self.assertEqual(self._reply(self.intervention, body="At nine?").status_code, 303)
        self.assertIn("At nine?", self.intervention.message_ids[0].body)

    def test_a_reply_sent_twice_is_one(self):
        self._login("company")
        before = self.ticket.message_ids
        for _tap in range(2):
            self._reply(body="It did it again.", request_uuid="a-reply-of-mine")
        self.assertEqual(len(self.ticket.message_ids - before), 1)

    def test_a_refused_reply_is_still_there(self):
        self._login("company")
        before = self.ticket.message_ids
        self.assertIn("alert-danger", self._reply(body="  ").text)
        page = ("files", ("page.html", b"<html><script>x</script></html>", "text/plain"))
        answer = self._reply(body="Look at this.", files=[page])
        self.assertIn("alert-danger", answer.text)
        self.assertIn("Look at this.</textarea>", answer.text)
        self.assertEqual(self.ticket.message_ids, before)

    def test_nobody_else_writes(self):
        before = self.ticket.message_ids
        for person in ("other", "stranger", "accountant"):
            self._login(person)
            with self.subTest(person=person):
                self.assertEqual(self._reply(body="Hello").status_code, 404)
                with self.assertRaises(AccessError):
                    self.ticket.with_user(self._person(person)).reply("Hello")
        self.assertEqual(self.ticket.message_ids, before)

    def test_a_program_replies_with_a_file(self):
        ticket = self.ticket.with_user(self.own_user)
        with self.assertRaises(AccessError):
            ticket.reply("Hello")
        mine = self.own_ticket.with_user(self.own_user)
        data = base64.b64encode(b"12 V").decode()
        replied = mine.reply("", files=[{"name": "log.txt", "data": data}])
        message = self.env["mail.message"].browse(replied["message_id"])
        self.assertEqual(message.attachment_ids.name, "log.txt")
        for nothing in ("", None, [1], "  "):
            with self.assertRaises(ValidationError):
                mine.reply(nothing)
