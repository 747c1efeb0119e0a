from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _portal_files(self, record):
        """Files of a record that outside people may have: none of internal notes.

        The caller has checked that the user may read the record.

        :return: list of dicts ``id``, ``name``, ``mimetype``, ``is_image``, ``kind``, ``url``
        """
        # Attachments follow their record, which was checked; internal notes are taken out here.
        files_sudo = self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", False),
            ],
            order="id",
        )
        notes_sudo = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("attachment_ids", "in", files_sudo.ids),
                    "|",
                    ("is_internal", "=", True),
                    ("subtype_id.internal", "=", True),
                ]
            )
        )
        return [
            {
                "id": file.id,
                "name": file.name,
                "mimetype": file.mimetype,
                "is_image": (file.mimetype or "").startswith("image/"),
                "kind": file.description or "",
                "url": f"/web/content/{file.id}?download=true",
            }
            for file in files_sudo - notes_sudo.attachment_ids
        ]
