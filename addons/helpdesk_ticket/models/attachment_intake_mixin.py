import base64
import binascii
import hashlib
import re

from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ..tools.photos import MAX_PIXELS, PhotoError, clean_photo

DEFAULT_MAX_MB = 25
MAX_FILES = 30

# What a browser or a computer would execute; judged by content, never by the name.
FORBIDDEN_MIMETYPES = {
    "application/javascript",
    "application/vnd.microsoft.portable-executable",
    "application/x-dosexec",
    "application/x-executable",
    "application/x-mach-binary",
    "application/x-msdos-program",
    "application/x-msdownload",
    "application/x-pie-executable",
    "application/x-sh",
    "application/x-sharedlib",
    "application/xhtml+xml",
    "image/svg+xml",
    "text/html",
    "text/javascript",
    "text/x-shellscript",
}
# Programs for Linux, macOS and Java: not every library that guesses types knows them.
FORBIDDEN_STARTS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"\xca\xfe\xba\xbe")
FORBIDDEN_EXTENSIONS = re.compile(
    r"\.(svgz?|x?html?|shtml|mhtml?|js|mjs|exe|dll|com|bat|cmd|msi|scr|ps1|vbs|jar|sh)$", re.I
)


class AttachmentIntakeMixin(models.AbstractModel):
    """Files that people outside the office send to a record.

    Whatever the page let through, size and type are judged here, by content. The caller has checked
    that the user may add files to the record; the attachments are created with the record's own
    rights, because who may send a file needn't be able to write on the record.
    """

    _name = "attachment.intake.mixin"
    _description = "Intake of Files"

    def _intake_files(self, files):
        """Attach files to the record; those it already has are not added a second time.

        :param list[dict] files: ``name``, ``data`` (base64) and possibly ``kind``, a word on what
            the file shows
        :return: the attachments, in the order of the files
        :raise ValidationError: saying which file is wrong and why; nothing is attached then
        """
        return self._attach(self._check_files(files))

    def _intake_each(self, files):
        """Attach those of several files that can be used; the others are told with a reason.

        :return: the attachments, and a list of dicts ``name``, ``reason``
        :raise ValidationError: when none can be used, with all reasons
        """
        self._check_shape(files)
        contents, refused = [], []
        for file in files:
            try:
                contents.append(self._check_file(file))
            except ValidationError as error:
                refused.append({"name": str(file.get("name") or ""), "reason": str(error)})
        if refused and not contents:
            raise ValidationError("\n".join(item["reason"] for item in refused))
        return self._attach(contents), refused

    def _attach(self, contents):
        """Attach what was judged to be good, each content once."""
        self.ensure_one()
        # Portal users and technicians have no write access: the caller has judged what they may
        # do. A photo is kept as it is: made smaller it would lose when it was taken, and be
        # another one when it is sent again.
        attachments_sudo = self.env["ir.attachment"].sudo().with_context(image_no_postprocess=True)
        present = {
            attachment.checksum: attachment
            for attachment in attachments_sudo.search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("checksum", "in", [content["checksum"] for content in contents]),
                ]
            )
        }
        new = {
            content["checksum"]: content
            for content in contents
            if content["checksum"] not in present
        }
        created = attachments_sudo.create(
            [self._prepare_attachment_values(content) for content in new.values()]
        )
        present.update(zip(new, created, strict=True))
        ids = dict.fromkeys(present[content["checksum"]].id for content in contents)
        return self.env["ir.attachment"].browse(ids)

    def _prepare_attachment_values(self, content):
        return {
            "name": content["name"],
            "raw": content["raw"],
            "description": content["kind"],
            "res_model": self._name,
            "res_id": self.id,
        }

    def _check_files(self, files):
        """Judge files before anything is stored.

        :return: list of dicts ``name``, ``raw``, ``checksum``, ``kind``
        """
        self._check_shape(files)
        return [self._check_file(file) for file in files]

    def _check_shape(self, files):
        if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
            raise ValidationError(
                self.env._("Send the files as a list of names and contents, and try again.")
            )
        if len(files) > MAX_FILES:
            raise ValidationError(
                self.env._("Send at most %(number)s files at a time.", number=MAX_FILES)
            )

    def _check_file(self, file):
        name = _clean_name(file.get("name")) or self.env._("Unnamed file")
        max_mb = self._get_max_file_mb()
        data = file.get("data") or ""
        if not isinstance(data, str | bytes):
            raise self._file_damaged(name)
        # Base64 is a third longer than its content: don't decode what is too big anyway.
        if len(data) > (max_mb * 4 / 3 + 1) * 1024 * 1024:
            raise self._file_too_big(name, max_mb)
        try:
            raw = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise self._file_damaged(name) from error
        if not raw:
            raise ValidationError(
                self.env._("The file %(name)s is empty. Please choose another one.", name=name)
            )
        self._judge_file(name, raw)
        raw = self._clean_photo(name, raw)
        return {
            "name": name,
            "raw": raw,
            # The same fingerprint as ir.attachment.checksum.
            "checksum": hashlib.sha1(raw, usedforsecurity=False).hexdigest(),
            "kind": str(file.get("kind") or "") or False,
        }

    def _judge_file(self, name, raw):
        """Refuse a file that is too big, or that a computer would execute."""
        max_mb = self._get_max_file_mb()
        if len(raw) > max_mb * 1024 * 1024:
            raise self._file_too_big(name, max_mb)
        if (
            raw.startswith(FORBIDDEN_STARTS)
            or guess_mimetype(raw) in FORBIDDEN_MIMETYPES
            or FORBIDDEN_EXTENSIONS.search(name)
        ):
            raise ValidationError(
                self.env._(
                    "The file %(name)s is of a kind that is not accepted here. "
                    "Please send photos, PDF documents or office files.",
                    name=name,
                )
            )

    def _clean_photo(self, name, raw):
        """A photo without the place where it was taken; other files as they are.

        :raise ValidationError: for a photo that is none, damaged, or too large to be shown
        """
        try:
            return clean_photo(name, raw)
        except PhotoError as error:
            if error.reason == "damaged":
                raise self._file_damaged(name) from error
            if error.reason == "too_large":
                raise ValidationError(
                    self.env._(
                        "The photo %(name)s has too many pixels: the limit is %(limit)s "
                        "megapixels. Please send a smaller one.",
                        name=name,
                        limit=MAX_PIXELS // 1_000_000,
                    )
                ) from error
            raise ValidationError(
                self.env._(
                    "The file %(name)s is no photo, whatever its name says. "
                    "Please choose another one.",
                    name=name,
                )
            ) from error

    def _file_damaged(self, name):
        return ValidationError(
            self.env._("The file %(name)s arrived damaged. Please send it again.", name=name)
        )

    def _file_too_big(self, name, max_mb):
        return ValidationError(
            self.env._(
                "The file %(name)s is too big: the limit is %(limit)s MB. "
                "Please send a smaller one.",
                name=name,
                limit=max_mb,
            )
        )

    def _get_max_file_mb(self):
        # Configuration parameters are readable by administrators only.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        configured = parameters_sudo.get_param("helpdesk_ticket.max_file_mb", "")
        return int(configured) if configured.isdecimal() and int(configured) else DEFAULT_MAX_MB


def _clean_name(name):
    """Only the last part of a path, without control characters, of a bearable length.

    >>> _clean_name("C:\\\\photos\\\\boiler.jpg")
    'boiler.jpg'
    """
    base = re.split(r"[\\/]", str(name or ""))[-1]
    return re.sub(r"[\x00-\x1f\x7f]", "", base).strip()[-120:]
