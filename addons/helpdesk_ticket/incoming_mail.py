"""A mail as it arrived: what its headers say, without trusting that they are well-formed.

No database and no policy of Odoo's parser: whatever the bytes are, every method here answers.
"""

from __future__ import annotations

import email
import hashlib
import re
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from odoo.tools import html2plaintext

RECIPIENT_HEADERS = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "To",
    "Cc",
    "Resent-To",
    "Resent-Cc",
)
# More text than anybody reads; the original is attached anyway.
MAX_TEXT = 100_000
# Bytes that PostgreSQL doesn't store, and halves of characters that no encoding writes.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class IncomingMail:
    """The bytes of a mail, and what they tell about who wrote it and whether to answer.

    >>> mail = IncomingMail(
    ...     b"From: Ada <ada@example.com>\\nSubject: =?utf-8?q?Perch=C3=A9?=\\n\\nCiao"
    ... )
    >>> mail.subject, mail.sender, mail.is_automatic, mail.text()
    ('Perché', 'ada@example.com', False, 'Ciao')
    >>> IncomingMail(b"Auto-Submitted: auto-replied\\n\\n").is_automatic
    True
    """

    def __init__(self, raw: bytes):
        self.head = _parse_head(raw)
        self.raw = raw
        self.message_id = storable(self.header("Message-ID")).strip()
        if not self.message_id:
            # The same bytes delivered twice are one mail, also without a name of their own.
            digest = hashlib.sha256(raw).hexdigest()
            self.message_id = f"<{digest}@without-message-id>"
            self.raw = _insert_header(raw, f"Message-ID: {self.message_id}")
        # Set by whoever knows our own addresses.
        self.is_from_ourselves = False
        # Set while it is parsed: something in it is broken or cannot be shown.
        self.is_damaged = False

    # === HEADERS === #

    def headers(self, name: str) -> list[str]:
        return [_decode(value) for value in self.head.get_all(name, [])]

    def header(self, name: str) -> str:
        return next(iter(self.headers(name)), "")

    def addresses(self, *names: str) -> list[str]:
        """Plain lower-case addresses of these headers, in their order."""
        pairs = getaddresses([storable(value) for name in names for value in self.headers(name)])
        found = [address.strip().lower() for _name, address in pairs if "@" in address]
        return list(dict.fromkeys(found))

    @property
    def subject(self) -> str:
        return " ".join(storable(self.header("Subject")).split())

    @property
    def sender(self) -> str:
        return next(iter(self.addresses("From", "Sender", "Reply-To")), "")

    @property
    def recipients(self) -> list[str]:
        return self.addresses(*RECIPIENT_HEADERS)

    @property
    def references(self) -> list[str]:
        text = " ".join(self.headers("In-Reply-To") + self.headers("References"))
        return re.findall(r"<[^<>\s]+>", storable(text))[-32:]

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote it (RFC 3834): it opens nothing again and gets no answer."""
        return (
            self.is_from_ourselves
            or self._first_word("Auto-Submitted") not in {"", "no"}
            or self._first_word("Precedence") in {"auto_reply", "auto-reply"}
            or any(
                self.headers(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse")
            )
            or self.header("Return-Path").strip() == "<>"
            or self.sender.partition("@")[0] in {"mailer-daemon", "postmaster"}
        )

    @property
    def wants_no_answer(self) -> bool:
        """Whether a machine's answer to it would be one too many: lists, bulk, and machines."""
        suppressed = self._first_word("X-Auto-Response-Suppress")
        return (
            self.is_automatic
            or self._first_word("Precedence") in {"bulk", "list", "junk"}
            or suppressed not in {"", "none"}
            or bool(self.headers("List-Id"))
        )

    def _first_word(self, name: str) -> str:
        return re.split(r"[\s;,(]", self.header(name).strip().lower(), maxsplit=1)[0]

    # === CONTENT === #

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands below the headers."""
        return not _split(self.raw)[2].strip()

    def text(self) -> str:
        """The readable text, as good as it can be had."""
        message = email.message_from_bytes(self.raw)
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
        shown = [part for part in parts if not part.get_filename()]
        texts = [_part_text(part).strip() for part in shown or parts]
        text = "\n\n".join(filter(None, texts)) or _split(self.raw)[2].decode("utf-8", "replace")
        return storable(text)[:MAX_TEXT].strip()


def storable(text: str) -> str:
    r"""Leave out what PostgreSQL cannot store.

    >>> storable("a\x00b\udce8")
    'ab'
    """
    return UNSTORABLE.sub("", text)


def has_text(html: str) -> bool:
    """Whether people see anything of it.

    >>> has_text("<p><br/>&nbsp;</p>"), has_text("<img src='x'/>"), has_text("Ciao")
    (False, True, True)
    """
    return "<img" in html or bool(re.sub(r"<[^>]*>|&nbsp;|\s", "", html))


def make_storable(value):
    r"""The same for a structure as mail parsers give it; contents of files stay as they are.

    >>> make_storable({"subject": "a\x00", "attachments": [("n\x00", b"\x00")]})
    {'subject': 'a', 'attachments': [('n', b'\x00')]}
    """
    if isinstance(value, str):
        cleaned = storable(value)
        return type(value)(cleaned) if cleaned != value else value
    if isinstance(value, dict):
        return {key: make_storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [make_storable(item) for item in value]
    if isinstance(value, tuple):
        items = [make_storable(item) for item in value]
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    return value


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    if not found:
        return raw, b"", b""
    return raw[: found.start()], found.group(), raw[found.end() :]


def _parse_head(raw: bytes) -> Message:
    head, separator, _body = _split(raw)
    return email.message_from_bytes(head + (separator or b"\n\n"))


def _insert_header(raw: bytes, line: str) -> bytes:
    """Put a header first, behind the line with which a mailbox file separates mails."""
    separator = b"\n"
    if raw.startswith(b"From "):
        envelope, separator, raw = raw.partition(b"\n")
        return envelope + separator + line.encode() + b"\n" + raw
    return line.encode() + separator + raw


def _decode(value) -> str:
    """A header's value, whatever its encoding claims.

    >>> _decode("=?no-such-charset?q?caff=E8?=")
    'caffè'
    """
    text = ""
    try:
        chunks = decode_header(value)
    except (ValueError, LookupError):  # an encoded word that isn't one
        return str(value)
    for chunk, charset in chunks:
        text += chunk if isinstance(chunk, str) else _to_text(chunk, charset)
    return text


def _to_text(raw: bytes, charset: str | None) -> str:
    for candidate in (charset, "utf-8"):
        try:
            return raw.decode(candidate or "ascii")
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _part_text(part: Message) -> str:
    try:
        raw = part.get_payload(decode=True) or b""
        text = _to_text(raw, part.get_content_charset())
    except (ValueError, LookupError, TypeError):  # parameters that nobody can decode
        text = str(part.get_payload())
    return html2plaintext(text) if part.get_content_subtype() == "html" else text
