import base64
import doctest
import importlib.util
import re
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import HttpCase, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .. import incoming_mail, mail_domains
from ..incoming_mail import IncomingMail
from .common import HelpdeskCommon

GATEWAY = "odoo.addons.helpdesk_ticket.models.helpdesk_ticket_mail_intake"
THREAD = "odoo.addons.mail.models.mail_thread"
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def _corpus():
    """Python's own collection of odd mails, where the machine has it."""
    found = importlib.util.find_spec("test")
    folder = Path(found.origin).parent / "test_email" / "data" if found and found.origin else None
    return sorted(folder.glob("msg_*.txt")) if folder and folder.is_dir() else []


class IntakeCommon(HelpdeskCommon, MailCommon):
    @classmethod
    def default_env_context(cls):
        return {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.giulia.email = "giulia@alfa-test.example"
        cls.paolo.email = "paolo@beta-test.example"
        cls.alfa.email = "info@alfa-test.example"
        cls.team.write({"alias_name": "desk", "alias_contact": "everyone"})
        cls.address = cls.team.alias_email
        cls.tickets = cls.env["helpdesk.ticket"]

    def _mail(self, subject="Caldaia ferma", sender=None, text="Non parte.", **headers):
        mail = EmailMessage()
        mail["From"] = sender or "Giulia <giulia@alfa-test.example>"
        mail["To"] = self.address
        if subject is not None:
            mail["Subject"] = subject
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        if text is not None:
            mail.set_content(text)
        return mail

    def _receive(self, mail, **kwargs):
        """Hand a mail to the gateway; return the tickets it made."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        last = self.tickets.sudo().with_context(active_test=False).search([], order="id desc")[:1]
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(kwargs.pop("model", None), raw, **kwargs)
            self.flush_tracking()
        return self.tickets.search([("id", ">", last.id or 0)])

    def _receive_one(self, mail, **kwargs):
        ticket = self._receive(mail, **kwargs)
        self.assertEqual(len(ticket), 1)
        return ticket

    def _files(self, ticket):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)]
        )

    def _notes(self, ticket):
        note = self.env.ref("mail.mt_note")
        return ticket.message_ids.filtered(lambda m: m.subtype_id == note and m.attachment_ids)

    def _everything(self, ticket):
        """All that people find on a ticket, as text."""
        files = [(file.raw or b"").decode("utf-8", "replace") for file in self._files(ticket)]
        bodies = [html2plaintext(body) for body in ticket.message_ids.mapped("body")]
        text = [ticket.name, html2plaintext(ticket.description or "")]
        return "\n".join([*text, *bodies, *files])


@tagged("post_install", "-at_install", "mail_gateway")
class TestIncomingMail(HelpdeskCommon):
    """The pure part: headers and text of any bytes."""

    def test_the_examples_in_the_code_hold(self):
        for module in (incoming_mail, mail_domains):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def test_machines_are_known_by_any_of_their_marks(self):
        for head, automatic, answered in (
            (b"From: a@b.it", False, True),
            (b"From: a@b.it\nAuto-Submitted: no", False, True),
            (b"From: a@b.it\nAuto-Submitted: auto-replied; owner=x", True, False),
            (b"From: a@b.it\nPrecedence: auto_reply", True, False),
            (b"From: a@b.it\nPrecedence: bulk", False, False),
            (b"From: a@b.it\nPrecedence: First-Class", False, True),
            (b"From: a@b.it\nX-Auto-Response-Suppress: OOF, AutoReply", False, False),
            (b"From: a@b.it\nX-Auto-Response-Suppress: None", False, True),
            (b"From: a@b.it\nX-Autoreply: yes", True, False),
            (b"From: a@b.it\nX-Autorespond: x", True, False),
            (b"From: a@b.it\nReturn-Path: <>", True, False),
            (b"From: a@b.it\nReturn-Path: <a@b.it>", False, True),
            (b"From: Mail Delivery <MAILER-DAEMON@b.it>", True, False),
            (b"From: a@b.it\nList-Id: <news.b.it>", False, False),
        ):
            mail = IncomingMail(head + b"\n\nx")
            with self.subTest(head=head):
                self.assertEqual(
                    (mail.is_automatic, not mail.wants_no_answer), (automatic, answered)
                )

    @settings(deadline=None, max_examples=300)
    @given(st.binary(max_size=300))
    @example(b"Message-ID:\nSubject: =?utf-8?b?!!!?=\n\n\x00")
    @example(b"From: =?x?q?\xff?= <a@b>, ,;:<>\n\n")
    @example(b"From \nContent-Type: text/plain; charset*=x'y'%FF\n\nx")
    def test_any_bytes_are_answered(self, raw):
        mail = IncomingMail(raw)
        self.assertTrue(mail.message_id)
        for text in (mail.subject, mail.sender, mail.text(), mail.message_id, *mail.recipients):
            self.assertNotIn("\x00", text)
            text.encode()
        self.assertIn(mail.is_automatic, (True, False))
        self.assertIn(mail.wants_no_answer, (True, False))
        self.assertLessEqual(len(mail.references), 32)

    def test_a_mail_without_a_name_gets_one_from_its_bytes(self):
        first, same, other = (
            IncomingMail(b"From x\nSubject: a\n\n" + body) for body in (b"1", b"1", b"2")
        )
        self.assertEqual(first.message_id, same.message_id)
        self.assertNotEqual(first.message_id, other.message_id)
        self.assertTrue(first.raw.startswith(b"From x\nMessage-ID: <"))


@tagged("post_install", "-at_install", "mail_gateway")
class TestMailIntake(IntakeCommon):
    # === NOTHING IS LOST === #

    def _check_taken_in(self, raw):
        """One ticket, or a bounce that Odoo notes; the text is found, or the whole original."""
        ticket = self._receive(raw)
        self.assertEqual(len(ticket), 1)
        self.assertTrue(ticket.number)
        self.assertTrue(ticket.name)
        self.assertEqual((ticket.team_id, ticket.channel), (self.team, "email"))
        source = IncomingMail(raw)
        originals = self._files(ticket).filtered(lambda file: file.name == "mail.eml")
        if originals:
            self.assertEqual(originals.raw, source.raw)
            self.assertIn(originals, self._notes(ticket).attachment_ids)
        else:
            everything = re.sub(r"\W+", "", self._everything(ticket))
            for word in re.findall(r"\w{4,}", source.text()):
                self.assertIn(word, everything)
        self.assertEqual(self._receive(raw), self.tickets, "delivered twice, taken in once")
        return ticket

    @mute_logger(GATEWAY, THREAD)
    def test_every_mail_of_python_s_own_collection_becomes_a_ticket(self):
        corpus = _corpus()
        if not corpus:
            self.skipTest("this Python comes without its test suite (test.test_email)")
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "1000")
        head = f"Delivered-To: {self.address}\n".encode()
        for path in corpus:
            raw = path.read_bytes()
            if raw.startswith(b"From "):
                envelope, _newline, rest = raw.partition(b"\n")
                raw = envelope + b"\n" + head + rest
            else:
                raw = head + raw
            # Several of them share a Message-ID: that is about delivering twice, not about these.
            raw = re.sub(rb"(?im)^message-id:.*\r?\n", b"", raw)
            with self.subTest(mail=path.name):
                self._check_taken_in(raw)

    @mute_logger(GATEWAY, THREAD)
    def test_odd_mails_become_tickets(self):
        to = f"From: giulia@alfa-test.example\nTo: {self.address}\nSubject: Odd\n".encode()
        mixed = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n'
        many = ", ".join(f"persona{i}@gente.example" for i in range(200)).encode()
        odd = {
            "no subject": b"From: x@y.example\nTo: " + self.address.encode() + b"\n\nAiuto",
            "nothing but the address": b"To: " + self.address.encode() + b"\n\n",
            "no such charset": to + b"Content-Type: text/plain; charset=klingon\n\nCaff\xe8 freddo",
            "wrong charset": to + b"Content-Type: text/plain; charset=utf-8\n\nCaff\xe8 freddo",
            "utf-16 claimed": to + b"Content-Type: text/plain; charset=utf-16\n\nabc",
            "tree without end": to + mixed + b"--B\nContent-Type: text/plain\n\nInizio\n--B\nConte",
            "boundary missing": to + b"Content-Type: multipart/mixed\n\nSenza confini",
            "boundary never used": to + mixed + b"Nessuna parte",
            "broken base64": to
            + b"Content-Transfer-Encoding: base64\nContent-Type: text/plain\n\n@@@QWl1dG8",
            "external body": to + b"Content-Type: message/external-body; access-type=x\n\nCorpo",
            "partial": to + b'Content-Type: message/partial; id="x"; number=1\n\nPezzo',
            "delivery status alone": to + b"Content-Type: message/delivery-status\n\nFoo: bar\n\n",
            "no type": to + b"Content-Type: \n\nSenza tipo",
            "odd type": to + b"Content-Type: */*\n\nTipo strano",
            "nul": to + b"Content-Type: text/plain\n\nPrima\x00dopo",
            "nul in the subject": b"Subject: A\x00B\nTo: " + self.address.encode() + b"\n\nTesto",
            "huge subject": to.replace(b"Odd", b"Parola " * 3000) + b"\nTesto",
            "subject in no encoding": to.replace(b"Odd", b"\xe8\xff\xfe") + b"\nTesto",
            "two hundred recipients": to + b"Cc: " + many + b"\n\nA tutti",
            "date of fantasy": to + b"Date: Domani o dopo\n\nTesto",
            "empty": to + b"\n",
            "spaces": to + b"\n   \n",
            "deep": to + b"".join(
                b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i)
                for i in range(120)
            ) + b"\nProfondo",
        }  # fmt: skip
        for name, raw in odd.items():
            with self.subTest(mail=name):
                self._check_taken_in(raw)

    # A sender may come out such that nothing can be answered to it: Odoo says so of its mail.
    @mute_logger(GATEWAY, THREAD, "odoo.addons.mail.models.mail_mail")
    @settings(
        deadline=None,
        max_examples=40,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.data())
    def test_whatever_happens_to_its_bytes_a_mail_is_taken_in(self, data):
        mail = self._mail(text="Il bruciatore non si accende più.", Message_ID="<vero@alfa>")
        mail.add_alternative("<p>Il <b>bruciatore</b> non si accende.</p>", subtype="html")
        mail.add_attachment(PHOTO, maintype="image", subtype="png", filename="vista.png")
        raw = bytearray(mail.as_bytes())
        head = f"Delivered-To: {self.address}\n".encode()
        for _turn in range(data.draw(st.integers(1, 12))):
            position = data.draw(st.integers(0, len(raw) - 1))
            act = data.draw(st.sampled_from(["change", "cut", "insert"]))
            piece = data.draw(st.binary(max_size=6))
            if act == "change":
                raw[position : position + len(piece)] = piece
            elif act == "cut":
                del raw[position : position + data.draw(st.integers(1, 40))]
            else:
                raw[position:position] = piece
            if not raw:
                break
        with self.env.cr.savepoint() as savepoint:
            ticket = self._receive(head + bytes(raw))
            self.assertLessEqual(len(ticket), 1)
            if not ticket:  # it became a notice of failure, or ours by X-Loop: never by an error
                self.assertTrue(re.search(rb"mailer-daemon|report|@", bytes(raw), re.I))
            savepoint.rollback()

    def test_an_error_of_ours_loses_nothing(self):
        # Odoo tells the address' owner in a transaction of its own.
        self.enterContext(self.enter_registry_test_mode())
        mail = self._mail(Message_ID="<persa@alfa>")
        with (
            patch.object(
                self.registry["helpdesk.ticket"], "_set_files_aside", side_effect=KeyError("bug")
            ),
            self.assertLogs(GATEWAY, "WARNING") as logs,
        ):
            ticket = self._receive_one(mail)
        self.assertIn("KeyError", logs.output[0])
        self.assertRecordValues(
            ticket,
            [{"name": "Caldaia ferma", "partner_id": self.giulia.id, "team_id": self.team.id}],
        )
        self.assertIn("Non parte.", ticket.description)
        (file,) = self._files(ticket)
        self.assertEqual((file.name, file.raw), ("mail.eml", mail.as_bytes()))
        self.assertIn(file, self._notes(ticket).attachment_ids)
        self.assertEqual(len(self._mails), 1, "the customer reads the number as always")
        self.assertFalse(self._receive(mail), "the second delivery finds the first")

    def test_an_unreadable_answer_joins_its_ticket(self):
        ticket = self._receive_one(self._mail(Message_ID="<prima@alfa>"))
        ticket.stage_id = self.stage_waiting
        answer = self._mail("Re: Caldaia", text="Ecco la vista", In_Reply_To="<prima@alfa>")
        with (
            patch.object(
                self.registry["helpdesk.ticket"], "message_update", side_effect=ValueError("bug")
            ),
            mute_logger(GATEWAY),
        ):
            self.assertFalse(self._receive(answer))
        self.assertIn("Ecco la vista", self._everything(ticket))
        self.assertEqual(ticket.stage_id, self.stage_progress)

    def test_an_address_set_up_wrongly_loses_nothing(self):
        self.team.alias_id.alias_contact = "followers"
        self.team.alias_id.alias_parent_thread_id = 0
        with mute_logger(GATEWAY, THREAD):
            self._receive_one(self._mail())
        self.assertEqual(len(self._mails), 1, "the number, and nothing about our mistake")

    def test_mail_for_others_keeps_its_errors(self):
        mail = self._mail()
        mail.replace_header("To", "nessuno@test.example")
        with self.assertRaises(ValueError), mute_logger(THREAD):
            self._receive(mail)

    def test_people_from_outside_hand_in_no_mails(self):
        raw = self._mail(sender="Capo <capo@casa.example>").as_bytes()
        for user in (self.user_portal, self.env.ref("base.public_user")):
            gateway = self.env["mail.thread"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                gateway.message_process(None, raw)
            for name in ("message_parse", "message_route"):
                with self.subTest(method=name), self.assertRaises(AccessError):
                    get_public_method(gateway, name)

    def test_mail_fetched_for_nobody_becomes_a_ticket(self):
        mail = self._mail()
        mail.replace_header("To", "nessuno@test.example")
        server = self.env["fetchmail.server"].create({"name": "Test", "server_type": "imap"})
        gateway = self.env["mail.thread"].with_context(default_fetchmail_server_id=server.id)
        with self.mock_mail_gateway(), mute_logger(GATEWAY):
            ticket_id = gateway.message_process(None, mail.as_bytes())
        ticket = self.tickets.browse(ticket_id)
        self.assertEqual(ticket.partner_id, self.giulia)
        self.assertIn("mail.eml", self._files(ticket).mapped("name"))

    def test_a_fetched_mail_is_tried_again_when_rows_are_changed_meanwhile(self):
        gateway = self.env["mail.thread"].with_context(default_fetchmail_server_id=1)
        tries = []

        def route(*_args, **_kwargs):
            tries.append(1)
            if len(tries) < 3:
                raise SerializationFailure()
            return []

        with (
            patch.object(self.registry["mail.thread"], "message_route", route),
            patch.object(self.env.cr, "rollback", lambda: None),
            patch("time.sleep"),
        ):
            gateway.message_process(None, self._mail().as_bytes())
            self.assertEqual(len(tries), 3)
            tries.clear()
            with self.assertRaises(SerializationFailure):
                gateway.with_context(default_fetchmail_server_id=False).message_process(
                    None, self._mail().as_bytes()
                )

    def test_one_mail_to_two_teams_is_one_ticket(self):
        other = self.env["helpdesk.team"].create({"name": "Altro", "alias_name": "altro"})
        mail = self._mail()
        mail.replace_header("To", f"{other.alias_email}, {self.address}")
        self.assertEqual(self._receive_one(mail).team_id, other)

    # === FILES === #

    def test_big_and_dangerous_files_are_for_the_desk_only(self):
        self.env["ir.config_parameter"].set_param("helpdesk_ticket.max_file_mb", "1")
        mail = self._mail()
        for name, raw in (
            ("vista.png", PHOTO),
            ("grande.pdf", b"%PDF-1.4" + b"x" * 2 * 1024 * 1024),
            ("pagina.html", b"<script>alert(1)</script>"),
        ):
            mail.add_attachment(raw, maintype="application", subtype="x", filename=name)
        ticket = self._receive_one(mail)
        (note,) = self._notes(ticket)
        self.assertEqual(set(note.attachment_ids.mapped("name")), {"grande.pdf", "pagina.html"})
        self.assertIn("1 MB", note.body)
        others = (ticket.message_ids - note).attachment_ids
        self.assertEqual(others.mapped("name"), ["vista.png"])

    def test_a_mail_of_thirty_megabytes_is_taken_in(self):
        mail = self._mail()
        mail.add_attachment(
            b"\x00" * 30 * 1024 * 1024, maintype="application", subtype="zip", filename="grande.zip"
        )
        ticket = self._receive_one(mail)
        (file,) = self._files(ticket)
        self.assertEqual((file.name, file.file_size), ("grande.zip", 30 * 1024 * 1024))
        self.assertIn(file, self._notes(ticket).attachment_ids)
        self.assertEqual(len(self._mails), 1)

    def test_invitations_and_forwarded_mails_get_a_name(self):
        mail = self._mail(text="Invito")
        mail.add_alternative("BEGIN:VCALENDAR\nEND:VCALENDAR", subtype="calendar")
        mail.add_attachment(self._mail("Inoltrata", text="Dentro"))
        mail.add_attachment(b"x\x9f\x3e\x22", maintype="application", subtype="ms-tnef",
                            filename="winmail.dat")  # fmt: skip
        names = self._files(self._receive_one(mail)).mapped("name")
        self.assertIn("invite.ics", names)
        self.assertIn("winmail.dat", names)
        self.assertTrue([name for name in names if name.endswith(".eml")])

    def test_only_files_is_enough(self):
        mail = self._mail(text=None)
        mail.add_attachment(PHOTO, maintype="image", subtype="png", filename="vista.png")
        self.assertEqual(self._files(self._receive_one(mail)).mapped("name"), ["vista.png"])

    def test_a_long_subject_is_kept_whole(self):
        ticket = self._receive_one(self._mail("Perdita " * 60))
        self.assertLessEqual(len(ticket.name), 200)
        self.assertEqual(ticket.description.count("Perdita"), 60)

    def test_scripts_are_taken_out(self):
        mail = self._mail()
        mail.add_alternative(
            "<p onclick='x()'>Testo<script>alert(1)</script><iframe src='x'></iframe></p>",
            subtype="html",
        )
        ticket = self._receive_one(mail)
        for word in ("script", "onclick", "iframe"):
            self.assertNotIn(word, ticket.description)
            self.assertNotIn(word, "".join(ticket.message_ids.mapped("body")))

    # === WHICH TICKET === #

    def test_the_number_in_the_subject_joins_who_has_to_do_with_it(self):
        ticket = self._receive_one(self._mail())
        ticket.email_cc = "Geometra <geometra@studio.example>"
        colleague = self._create_partner(
            name="Collega", parent_id=self.alfa.id, email="collega@alfa-test.example"
        )
        for sender, joins in (
            (self.giulia.email, True),
            (self.giulia.email.upper(), True),
            (colleague.email, True),
            ("geometra@studio.example", True),
            (self.user_agent.email, True),
            (self.paolo.email, False),
            ("estraneo@alfa-test.example", False),
            ("", False),
        ):
            for subject in (f"Re: [{ticket.number}] Caldaia", f"{ticket.number}: ancora"):
                with self.subTest(sender=sender, subject=subject):
                    count = len(ticket.message_ids)
                    made = self._receive(self._mail(subject, sender or "nessuno"))
                    self.assertEqual(len(ticket.message_ids) - count, int(joins))
                    self.assertEqual(len(made), int(not joins))

    def test_a_number_of_another_company_joins_nothing(self):
        other = self._create_company(name="Altra assistenza")
        foreign = self._create_ticket(company_id=other.id, number="X2026-1")
        ticket = self._receive_one(self._mail("X2026-1"))
        self.assertEqual(ticket.company_id, self.team.company_id)
        self.assertNotEqual(ticket, foreign)

    def test_an_answer_puts_a_waiting_ticket_back_to_us(self):
        ticket = self._receive_one(self._mail())
        ticket.stage_id = self.stage_waiting
        self._receive(self._mail(ticket.number, Auto_Submitted="auto-replied"))
        self.assertEqual(ticket.stage_id, self.stage_waiting, "a machine answers nothing")
        self._receive(self._mail(ticket.number, self.user_agent.email))
        self.assertEqual(ticket.stage_id, self.stage_waiting, "neither do we")
        self._receive(self._mail(ticket.number))
        self.assertEqual(ticket.stage_id, self.stage_progress)

    # === LOOPS === #

    def test_machines_get_no_acknowledgement(self):
        for headers in (
            {"Auto_Submitted": "auto-generated"},
            {"Precedence": "bulk"},
            {"Precedence": "auto_reply"},
            {"X_Auto_Response_Suppress": "All"},
            {"X_Autoreply": "yes"},
            {"Return_Path": "<>"},
            {"List_Id": "<novita.example>"},
        ):
            with self.subTest(headers=headers):
                self._receive_one(self._mail(**headers))
                self.assertFalse(self._mails)

    def test_a_machine_opens_nothing_again(self):
        ticket = self._receive_one(self._mail())
        with self.mock_mail_gateway():
            ticket.with_user(self.user_agent).action_close("Pulito", "Sporco")
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "auto_reply"},
            {"X_Autoreply": "yes"},
            {"Return_Path": "<>"},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(
                    self._receive(self._mail(f"Fuori sede: {ticket.number}", **headers))
                )
                self.assertTrue(ticket.closed)
        self.assertEqual(self._receive(self._mail(ticket.number)), self.tickets)
        self.assertFalse(ticket.closed)

    def test_our_own_mail_that_comes_back_is_dropped(self):
        ticket = self._receive_one(self._mail())
        with self.mock_mail_gateway():
            ticket.with_user(self.user_agent).message_post(
                body="Arriviamo",
                partner_ids=self.giulia.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        (mail,) = self._mails
        self.assertEqual(mail["headers"]["X-Loop"], self.address)
        count = len(ticket.message_ids)
        for headers in (
            {"X_Loop": self.address},
            {"In_Reply_To": mail["message_id"], "sender": self.address},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(self._receive(self._mail(**headers)))
                self.assertEqual(len(ticket.message_ids), count)
                self.assertFalse(self._mails)

    def test_a_mail_written_under_our_address_is_taken_in_without_answer(self):
        self._receive_one(self._mail(sender=self.address))
        self.assertFalse(self._mails)

    def test_a_notice_of_failure_is_told_on_its_ticket(self):
        ticket = self._receive_one(self._mail(Message_ID="<prima@alfa>"))
        with self.mock_mail_gateway():
            message = ticket.with_user(self.user_agent).message_post(
                body="Arriviamo",
                partner_ids=self.giulia.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        bounce = (
            f"From: MAILER-DAEMON@posta.example\nTo: {self.address}\nSubject: Undelivered\n"
            'MIME-Version: 1.0\nContent-Type: multipart/report; boundary="B"\n\n'
            "--B\nContent-Type: text/plain\n\nCasella piena\n"
            "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\n"
            f"Final-Recipient: rfc822; {self.giulia.email}\nStatus: 5.2.2\n\n"
            f"--B\nContent-Type: message/rfc822\n\nMessage-Id: {message.message_id}\n\nx\n--B--\n"
        ).encode()
        self.assertFalse(self._receive(bounce))
        self.assertFalse(self._mails)
        (note,) = self._notes(ticket)
        self.assertIn(self.giulia.email, note.body)
        self.assertIn(b"Casella piena", note.attachment_ids.raw)

    def test_a_notice_of_failure_about_nothing_of_ours_is_a_ticket_without_answer(self):
        mail = self._mail("Undelivered", "MAILER-DAEMON@posta.example", "Casella piena")
        self._receive_one(mail)
        self.assertFalse(self._mails)

    # === WHOSE === #

    def test_a_domain_is_a_proposal_only(self):
        self.alfa.website = "https://www.alfa-sito.example/contatti"
        for sender, expected in (
            ("Nuovo <nuovo@alfa-test.example>", self.alfa),
            ("nuovo@ALFA-SITO.example", self.alfa),
            ("nuovo@posta.alfa-test.example", self.env["res.partner"]),
            ("nuovo@sconosciuto.example", self.env["res.partner"]),
        ):
            with self.subTest(sender=sender):
                ticket = self._receive_one(self._mail(sender=sender))
                self.assertEqual(ticket.suggested_partner_id, expected)
                self.assertFalse(ticket.partner_id)
                self.assertFalse(ticket.commercial_partner_id)

    def test_public_and_shared_domains_propose_nobody(self):
        self.giulia.email = "giulia@gmail.com"
        self._create_partner(name="Primo", email="a@condiviso.example")
        self._create_partner(name="Secondo", email="b@condiviso.example")
        self.alfa.email = "alfa@consorzio.example"
        self.env["ir.config_parameter"].set_param(
            "helpdesk_ticket.public_mail_domains", "consorzio.example"
        )
        self.env.company.partner_id.email = "noi@casa.example"
        for domain in ("gmail.com", "condiviso.example", "consorzio.example", "casa.example"):
            with self.subTest(domain=domain):
                ticket = self._receive_one(self._mail(sender=f"x@{domain}"))
                self.assertFalse(ticket.suggested_partner_id)

    def test_an_address_of_two_customers_is_nobody_s(self):
        self._create_partner(name="Uno", email="comune@x.example", parent_id=self.alfa.id)
        self._create_partner(name="Due", email="comune@x.example", parent_id=self.beta.id)
        ticket = self._receive_one(self._mail(sender="comune@x.example"))
        self.assertFalse(ticket.partner_id)

    def test_a_contact_of_another_company_loses_no_mail(self):
        other = self._create_company(name="Altra assistenza")
        self._create_partner(name="Suo", email="suo@x.example", company_id=other.id)
        ticket = self._receive_one(self._mail(sender="suo@x.example"))
        self.assertFalse(ticket.partner_id)
        self.assertIn("suo@x.example", ticket.partner_email)

    def test_a_stranger_s_ticket_is_on_no_customer_s_page(self):
        self._let_customers_read_their_tickets()
        ticket = self._receive_one(self._mail(sender="Nuovo <nuovo@alfa-test.example>"))
        with self.assertRaises(AccessError):
            ticket.with_user(self.user_portal).read(["name"])
        with self.assertRaises(AccessError):
            ticket.with_user(self.user_portal).action_accept_suggestion()
        ticket.with_user(self.user_agent).action_accept_suggestion()
        self.assertRecordValues(
            ticket.partner_id,
            [{"name": "Nuovo", "email": "nuovo@alfa-test.example", "parent_id": self.alfa.id}],
        )
        self.assertFalse(ticket.suggested_partner_id)
        self.assertEqual(ticket.with_user(self.user_portal).name, "Caldaia ferma")

    def test_a_proposal_may_be_refused(self):
        ticket = self._receive_one(self._mail(sender="nuovo@alfa-test.example"))
        ticket.with_user(self.user_agent).action_reject_suggestion()
        self.assertFalse(ticket.suggested_partner_id or ticket.partner_id)

    # === COST === #

    def test_two_hundred_recipients_cost_no_query_each(self):
        def cost(count):
            mail = self._mail(
                Cc=", ".join(f"persona{i}@gente{count}.example" for i in range(count))
            )
            with self._queries() as found:
                self.env["mail.thread"].message_process(None, mail.as_bytes())
            return len(found)

        cost(1)
        self.assertEqual(cost(2), cost(200))


@tagged("post_install", "-at_install", "mail_gateway")
class TestInternalFiles(IntakeCommon, HttpCase):
    """Files of internal notes stay in the house, whichever way they got there."""

    def test_a_customer_gets_no_file_of_a_note(self):
        self._let_customers_read_their_tickets()
        ticket = self._receive_one(self._mail(Message_ID="<prima@alfa>"))
        with self.mock_mail_gateway():
            note = ticket.with_user(self.user_agent).message_post(
                body="Riservato",
                attachments=[("margini.txt", b"Segreto")],
                partner_ids=self.user_manager.partner_id.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_note",
            )
        reply = self._mail(
            "Re: nota", self.user_manager.email, "Anche questo", In_Reply_To=note.message_id
        )
        reply.add_attachment(b"Segreto due", maintype="text", subtype="plain", filename="altro.txt")
        self._receive(reply)
        answer = ticket.message_ids[0]
        self.assertEqual(answer.subtype_id, self.env.ref("mail.mt_note"))
        files = note.attachment_ids + answer.attachment_ids
        self.assertEqual(set(files.mapped("name")), {"margini.txt", "altro.txt"})
        self.authenticate("hd_portal", "hd_portal")
        for file in files:
            with self.subTest(file=file.name):
                with self.assertRaises(AccessError):
                    file.with_user(self.user_portal).read(["datas"])
                self.assertFalse(
                    self.env["ir.attachment"].with_user(self.user_portal).has_access("read")
                )
                for url in (
                    f"/web/content/{file.id}",
                    f"/web/content/{file.id}?download=true",
                    f"/web/content/ir.attachment/{file.id}/datas",
                    f"/web/image/{file.id}",
                    f"/web/content/{file.id}?access_token=x",
                ):
                    self.assertNotIn("Segreto", self.url_open(url).text)
                posted = ticket.with_user(self.user_portal).message_post(
                    body="Prova", attachment_ids=file.ids
                )
                self.assertFalse(posted.sudo().attachment_ids)
        visible = self.env["mail.message"].with_user(self.user_portal)
        self.assertFalse(visible.search([("id", "in", (note + answer).ids)]))
