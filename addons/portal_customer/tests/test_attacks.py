"""What somebody would try who means it: real requests with what no form of ours sends."""

import io
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import helpdesk_ticket_limits, knowledge_entry
from .test_limits import LIMITS
from .test_matrix import SILENT
from .test_routes import RoutesCommon

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# The first moment there is, and the last one: nothing comes before or after it.
NO_MOMENTS = ("0001-01-01T00:00", "9999-12-31T23:59")


@tagged("post_install", "-at_install")
class TestAttacks(RoutesCommon):
    def _rpc(self, url, **params):
        return self.url_open(url, json={"params": params}).json()

    # === LINKS === #

    @mute_logger(*SILENT)
    def test_odoo_s_tokens_open_no_conversation(self):
        """They stand in every mail, for ever: of one's own ticket, and of another's."""
        contact = self.company_user.partner_id
        tokens = (
            {"token": self.ticket._portal_ensure_token()},
            {"hash": self.ticket._sign_token(contact.id), "pid": contact.id},
            {"token": self.other_ticket._portal_ensure_token()},
        )
        threads = (self.ticket, self.intervention, self.signed_report, self.equipment)
        for person in (None, "other", "stranger"):
            if person:
                self._login(person)
            else:
                self.authenticate(None, None)
            for record in threads:
                thread = {"thread_model": record._name, "thread_id": record.id}
                before = record.message_ids
                for token in tokens:
                    with self.subTest(person=person, model=record._name, token=list(token)):
                        read = self._rpc("/mail/chatter_fetch", **thread, **token)
                        self.assertFalse(read.get("result", {}).get("messages"))
                        sent = self._rpc(
                            "/mail/message/post", **thread, **token, post_data={"body": "Hello"}
                        )
                        self.assertIn("404", str(sent.get("error")))
                        self.assertEqual(record.message_ids, before)

    @mute_logger(*SILENT)
    def test_a_token_in_the_address_of_a_page_is_none(self):
        token = self.ticket._portal_ensure_token()
        self._login("other")
        for address in (
            f"/my/tickets/{self.ticket.id}?access_token={token}",
            f"/my/files/{self.file.id}?access_token={token}",
            f"/mail/view?model=helpdesk.ticket&res_id={self.ticket.id}&access_token={token}",
        ):
            with self.subTest(address=address):
                self.assertNotIn(self.ticket.name, self._get(address).text)
        self.authenticate(None, None)
        page = self._get(f"/my/tickets/{self.ticket.id}?access_token={token}")
        self.assertIn("/web/login", page.url)

    def test_whoever_follows_hears_no_more_than_they_may_read(self):
        """Odoo lets anybody follow what they read; that it was theirs once is not enough."""
        me = self.outside_user.partner_id
        self.intervention.with_user(self.outside_user).message_subscribe(partner_ids=me.ids)
        told = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        heard = self.intervention.message_post(body="Come at eight.", **told)
        self.assertIn(me, heard.notified_partner_ids)
        self.intervention.technician_ids -= self.outside
        heard = self.intervention.message_post(body="The key is under the mat.", **told)
        self.assertNotIn(me, heard.notified_partner_ids)
        asked = self.intervention.message_post(body="A word?", partner_ids=me.ids, **told)
        self.assertIn(me, asked.notified_partner_ids)

    @mute_logger(*SILENT)
    def test_no_message_is_written_beside_a_conversation(self):
        """By itself, in one's own history or in a foreign record's, whose name it would tell."""
        messages = self.env["mail.message"].with_user(self.company_user)
        comment = self.env.ref("mail.mt_comment").id
        mine = self.company_user.partner_id.ids
        parent = messages.create({"body": "x", "subtype_id": comment, "partner_ids": mine})
        for record in (
            *(self.ticket, self.other_ticket, self.draft_report, self.other_customer),
            *(self.outside, self.article, self.visit, self.user_dispatcher),
        ):
            for kind in ("comment", "user_notification"):
                about = {"model": record._name, "res_id": record.id}
                values = {
                    "body": "x",
                    "message_type": kind,
                    "subtype_id": comment,
                    "parent_id": parent.id,
                }
                defaults = {f"default_{name}": value for name, value in about.items()}
                with self.subTest(record=record, kind=kind):
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        messages.create(about | values)
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        messages.with_context(**defaults).create(values)
        self._login("company")
        thread = {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id}
        said = self._rpc("/mail/message/post", **thread, post_data={"body": "Mine."})
        message = messages.browse(said["result"]["message_id"])
        for changed in ({"body": "Never."}, {"date": "2020-01-01"}, {"is_internal": True}):
            with self.subTest(changed=changed), self.assertRaises(AccessError):
                message.write(changed)
        with self.assertRaises(AccessError):
            message.unlink()
        # Who has written something wrong still mends it where everybody reads that it was.
        mended = self._rpc(
            "/mail/message/update_content", message_id=message.id, update_data={"body": "Mended."}
        )
        self.assertIn("result", mended)
        self.assertIn("Mended.", message.sudo().body)

    @mute_logger(*SILENT)
    def test_whoever_reads_a_record_has_no_hand_in_its_notes(self):
        self._note(self.ticket)
        note = self.ticket.message_ids[:1]
        said = self.ticket.message_post(
            body="Have a look.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._login("company")
        for message, is_theirs in ((note, False), (said, True)):
            with self.subTest(message=message):
                answer = self._rpc(
                    "/mail/message/reaction", message_id=message.id, content="👍", action="add"
                )
                self.assertEqual("result" in answer, is_theirs)
                self.assertEqual(bool(message.reaction_ids), is_theirs)

    def test_who_of_many_followers_may_read_is_asked_at_once(self):
        users = [self.company_user] + [
            self._portal_user(f"follower_{number}", self.customer, "company") for number in range(8)
        ]
        told = {"message_type": "comment", "subtype_id": self.env.ref("mail.mt_comment").id}
        message = self.env["mail.message"].create(
            {"model": self.ticket._name, "res_id": self.ticket.id, "body": "Hello", **told}
        )

        def queries(count):
            followers = self.env["res.users"].union(*users[:count]).partner_id
            self.ticket.message_unsubscribe(self.ticket.message_partner_ids.ids)
            self.ticket.message_subscribe(followers.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            before = self.env.cr.sql_log_count
            heard = self.ticket._notify_get_recipients(message)
            self.assertEqual({one["id"] for one in heard}, set(followers.ids))
            return self.env.cr.sql_log_count - before

        few = queries(1)
        # What Odoo keeps of each login until rights change is asked once: models, rules, companies.
        self.assertLessEqual(queries(9), few + 8 * 3)

    # === FILES === #

    def test_a_drawing_is_saved_and_never_shown(self):
        """Whoever has written by e-mail may have sent one; the office can attach one."""
        drawing, page, photo = self.ticket.message_post(
            body="See here.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[
                ("plan.svg", DRAWING),
                ("plan.html", b"<html><script>alert(1)</script></html>"),
                ("seal.jpg", self._picture()),
            ],
        ).attachment_ids.sorted("id")
        self._login("company")
        for file, is_shown in ((drawing, False), (page, False), (photo, True)):
            for width in ("", "?width=300"):
                with self.subTest(name=file.name, width=width):
                    answer = self._get(f"/my/files/{file.id}{width}")
                    said = answer.headers.get("Content-Disposition", "inline")
                    self.assertEqual(said.startswith("inline"), is_shown)
                    self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        shown = self._get(f"/my/tickets/{self.ticket.id}").text
        self.assertIn(f"/my/files/{photo.id}?width", shown)
        self.assertNotIn(f"/my/files/{drawing.id}?width", shown)

    def _picture(self):
        _field, (_name, content, _kind) = self._photo()
        return content

    # === ADDRESSES AND FORMS === #

    @mute_logger(*SILENT)
    def test_a_line_break_in_an_address_breaks_nothing(self):
        self._login("company")
        for address in (
            "/my/tickets/1%0D%0ASet-Cookie:%20a=b",
            "/my/%0D%0Ax",
            "/web/login?redirect=%2Fmy%0D%0ASet-Cookie:%20a=b",
        ):
            for lang in ("", "frontend_lang=it_IT"):
                with self.subTest(address=address, lang=lang):
                    answer = self._get(
                        address, allow_redirects=False, headers={"Cookie": lang} if lang else None
                    )
                    self.assertLess(answer.status_code, 500)
                    self.assertNotIn("a", answer.cookies)

    @mute_logger(*SILENT)
    def test_a_moment_outside_of_any_calendar_is_answered_with_a_sentence(self):
        for person, url, names in (
            ("company", "/my/tickets/new", ("presence_until",)),
            ("outside", f"/my/interventions/{self.intervention.id}/work", ("start", "stop")),
            ("outside", f"/my/interventions/{self.intervention.id}/timer_stop", ("stop",)),
            ("outside", f"/my/visits/{self.visit.id}/answer", ("proposed_start",)),
        ):
            self._login(person)
            for moment in NO_MOMENTS:
                with self.subTest(url=url, moment=moment):
                    typed = {"name": "Odd", "kind": "labour", "answer": "declined", "reason": "x"}
                    answer = self._post(url, **typed, **dict.fromkeys(names, moment))
                    self.assertLess(answer.status_code, 500)

    def test_a_technician_outside_is_told_no_product_that_is_not_offered(self):
        products = self.env["product.product"]
        part, service, archived = products.create(
            [
                {"name": "Belt", "type": "consu", "sale_ok": True},
                {"name": "Secret project", "type": "service"},
                {"name": "Old belt", "type": "consu", "sale_ok": True, "active": False},
            ]
        )
        work = self.intervention.with_user(self.outside_user)
        for product in (service, archived):
            for kind in ("part", "mileage"):
                with (
                    self.subTest(product=product.name, kind=kind),
                    self.assertRaisesRegex(ValidationError, "catalogue"),
                ):
                    work.record_work([{"kind": kind, "quantity": 1, "product_id": product.id}])
        self.assertTrue(
            work.record_work([{"kind": "part", "quantity": 1, "product_id": part.id}])["lines"]
        )

    @mute_logger("odoo.http")
    def test_what_no_program_of_ours_sends_is_taken_for_nothing(self):
        self._login("company")
        for entry_id in ("x", [1], {}, None, 10**30, True):
            with self.subTest(entry_id=entry_id):
                for noted in ({"entry_ids": [entry_id]}, {"entry_ids": entry_id}, {}):
                    answer = self._rpc("/my/tickets/similar/noted", kind="solved", **noted)
                    self.assertIn("result", answer)
        for kind in ("anyway", "x", None, 7, []):
            noted = {"kind": kind, "entry_ids": self.env["knowledge.entry"].search([]).ids}
            self.assertIn("result", self._rpc("/my/tickets/similar/noted", **noted))
        self.assertFalse(self.env["knowledge.event"].search([]))
        for text in ({"a": 1}, ["x"], None, "a\0b", 7):
            with self.subTest(text=text):
                self.assertIn("result", self._rpc("/my/tickets/similar", text=text))
        self._login("outside")
        parts = self._rpc(f"/my/interventions/{self.intervention.id}/parts", search="a\0b")
        self.assertIn("result", parts)

    def test_defaults_that_a_program_sends_along_give_nothing(self):
        self.company_user.partner_id.is_portal_manager = True
        internal = self.env.ref("base.group_user").ids
        hostile = {
            "default_user_id": self.user_dispatcher.id,
            "default_priority": "3",
            "default_email_cc": "eve@example.com",
            "default_is_portal_manager": True,
            "default_is_service_coordinator": True,
            "default_group_ids": internal,
        }
        mine = self.env(user=self.company_user, context=hostile)
        opened = mine["helpdesk.ticket"].open_ticket({"name": "Odd"})
        ticket = self.env["helpdesk.ticket"].browse(opened["ticket_id"])
        self.assertNotEqual(ticket.user_id, self.user_dispatcher)
        self.assertEqual((ticket.priority, ticket.email_cc), (self.ticket.priority, False))
        invited = mine["res.partner"].invite_colleague("Eve", "eve@alfa.example.com")
        eve = self.env["res.partner"].browse(invited["partner_id"])
        self.assertFalse(eve.is_portal_manager or eve.is_service_coordinator)
        self.assertTrue(eve.user_ids.share)

    # === HOW OFTEN === #

    def test_requests_and_messages_are_sent_so_many_an_hour(self):
        self._login("company")
        tickets = self.env["helpdesk.ticket"]
        with patch.object(helpdesk_ticket_limits, "REQUESTS_PER_HOUR", 2):
            for number in range(4):
                answer = self._post("/my/tickets/new", name=f"Belt {number}")
                self.assertEqual(answer.status_code, 303 if number < 2 else 200)
            self.assertIn("within an hour", answer.text)
            self.assertIn("Belt 3", answer.text)
        self.assertEqual(tickets.search_count([("name", "like", "Belt _")]), 2)
        thread = {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id}
        with patch.dict(LIMITS, message=2), mute_logger("odoo.http"):
            sent = [
                self._rpc("/mail/message/post", **thread, post_data={"body": "Again"})
                for _turn in range(3)
            ]
        self.assertEqual(["result" in answer for answer in sent], [True, True, False])

    @mute_logger(*SILENT)
    def test_a_message_is_one_to_read_and_to_count_whatever_it_is_called(self):
        self._login("company")
        thread = {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id}
        called = (
            {"message_type": "notification", "subtype_xmlid": "mail.mt_note"},
            {"message_type": "email", "subtype_xmlid": "mail.mt_comment"},
            {"message_type": "auto_comment"},
        )
        with patch.dict(LIMITS, message=len(called)):
            for names in called:
                with self.subTest(**names):
                    self._rpc("/mail/message/post", **thread, post_data={"body": "x", **names})
                    message = self.ticket.message_ids[:1]
                    self.assertEqual(message.message_type, "comment")
                    self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
            more = self._rpc("/mail/message/post", **thread, post_data={"body": "x", **names})
            self.assertIn("within an hour", str(more["error"]))

    def test_files_are_sent_so_many_an_hour_whichever_way(self):
        self._login("company")
        files = [("files", (f"{n}.txt", f"note {n}".encode(), "text/plain")) for n in range(2)]
        with patch.dict(LIMITS, file=2):
            sent = self._post(f"/my/tickets/{self.ticket.id}/files", files=files)
            self.assertEqual(sent.status_code, 303)
            more = self._post(f"/my/tickets/{self.ticket.id}/files", files=files[:1])
            self.assertIn("within an hour", more.text)
            said = self._post(
                "/mail/attachment/upload",
                files=[("ufile", ("note.txt", io.BytesIO(b"a note"), "text/plain"))],
                thread_id=self.ticket.id,
                thread_model="helpdesk.ticket",
                is_pending="true",
            )
            self.assertIn("within an hour", said.json()["error"])

    def test_whoever_searches_on_and_on_is_offered_nothing_for_a_while(self):
        asked = knowledge_entry.Guesses(wrong=2, seconds=60)
        with patch.object(knowledge_entry, "ASKED", asked), mute_logger("odoo.http"):
            for person, found in (
                ("company", (True, True, False)),
                ("own", (True, True, False)),
            ):
                self._login(person)
                for is_found in found:
                    offered = self._rpc("/my/tickets/similar", text="the conveyor squeaks")
                    self.assertEqual(bool(offered["result"]), is_found)
                answer = self._rpc(
                    "/web/dataset/call_kw/knowledge.entry/search_similar",
                    model="knowledge.entry",
                    method="search_similar",
                    args=["the conveyor squeaks"],
                    kwargs={},
                )
                self.assertIn("Wait a minute", str(answer["error"]))
            # The office is bound by nothing.
            office = self.env["knowledge.entry"].with_user(self.user_dispatcher)
            for _turn in range(3):
                office.search_similar("the conveyor squeaks")

    def test_every_way_to_search_counts_and_spares_requests_and_the_technician_s_page(self):
        question = "the conveyor squeaks"
        mine = self.env(user=self.company_user)
        asked = knowledge_entry.Guesses(wrong=1, seconds=60)
        with patch.object(knowledge_entry, "ASKED", asked):
            for search in (
                mine["knowledge.entry"].search_similar,
                mine["knowledge.entry"].search_page,
                mine["helpdesk.ticket"].find_similar,
            ):
                with self.subTest(search=search.__name__):
                    asked.forget()
                    search(question)
                    with self.assertRaisesRegex(ValidationError, "Wait a minute"):
                        search(question)
            self.assertTrue(mine["helpdesk.ticket"].open_ticket({"name": question})["ticket_id"])
            work = self.intervention.with_user(self.outside_user)
            for _turn in range(3):
                work._portal_similar()

    # === KEYS === #

    @mute_logger(*SILENT)
    def test_no_other_way_leads_to_a_key(self):
        self.env["ir.config_parameter"].set_param("portal.allow_api_keys", False)
        keys = self.env["res.users.apikeys"]
        self._login("company")
        for method, args in (
            ("create", [{"name": "mine", "user_id": self.company_user.id}]),
            ("_generate", ["rpc", "mine", False]),
            ("generate", ["x", "rpc", "mine", False]),
        ):
            with self.subTest(method=method):
                answer = self._rpc(
                    f"/web/dataset/call_kw/res.users.apikeys/{method}",
                    model="res.users.apikeys",
                    method=method,
                    args=args,
                    kwargs={},
                )
                self.assertIn("error", answer)
        self.assertNotIn("new_api_key", self._get("/my/security?debug=1").text)
        self.assertFalse(keys.search([("user_id", "=", self.company_user.id)]))
        with self.assertRaises(AccessError):
            keys.with_user(self.company_user).create({"name": "x"})
