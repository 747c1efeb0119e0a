from odoo import api, models
from odoo.exceptions import AccessError

# Records whose files their readers outside may have.
FILE_MODELS = frozenset(
    {"helpdesk.ticket", "service.intervention", "service.equipment", "knowledge.article"}
)
# Pictures that are nothing but pictures: a drawing (SVG) is a document that may hold scripts.
SHOWN_TYPES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})


class IrAttachment(models.Model):
    """Files for people outside: they go with their record, but not those of internal notes."""

    _inherit = "ir.attachment"

    @api.model
    def _portal_files(self, record):
        """Files of a record that outside people may have: none of internal notes.

        The caller has checked that the user may read the record.

        :return: list of dicts ``id``, ``name``, ``is_image``, ``kind``, ``url``
        """
        # Portal users have no right on attachments: they follow their record, which was checked.
        files_sudo = self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", False),
            ],
            order="id",
        )
        return [
            {
                "id": file.id,
                "name": file.name,
                "is_image": file.mimetype in SHOWN_TYPES,
                "kind": self._get_kind_label(file.description),
                "url": f"/my/files/{file.id}",
            }
            for file in files_sudo - files_sudo._hidden_outside()
        ]

    def _hidden_outside(self):
        """Those that hang on what we write to ourselves: notes, all the talk about an article."""
        of_articles = self.filtered(lambda file: file.res_model == "knowledge.article")
        articles = self.env["knowledge.article"].browse(of_articles.mapped("res_id"))
        hidden = self._of_internal_notes()
        return hidden | (of_articles - articles._files()) if of_articles else hidden

    @api.model
    def _get_kind_label(self, kind):
        """What a photo shows, in the reader's language; other descriptions are the office's own."""
        return {"before": self.env._("Before"), "after": self.env._("After")}.get(kind, "")

    def _check_portal_access(self):
        """Judge whether the user may have this file, by its record.

        :return: the file, in sudo
        :raise AccessError: the same for a foreign file and for one that doesn't exist
        """
        # Portal users have no right on attachments; what follows decides.
        file_sudo = self.sudo().exists()
        if (
            not file_sudo
            or file_sudo.res_model not in FILE_MODELS
            or file_sudo.res_field
            or not self.env[file_sudo.res_model].browse(file_sudo.res_id).has_access("read")
            or file_sudo._hidden_outside()
        ):
            raise AccessError(self.env._("This file is not there."))
        return file_sudo
