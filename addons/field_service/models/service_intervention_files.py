from odoo import fields, models
from odoo.exceptions import UserError

from ..archive import Entry, unique_names

DEFAULT_MAX_ZIP_MB = 500


class ServiceIntervention(models.Model):
    """Photos and documents of an intervention: the gallery, and all of them in one file."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    photo_ids = fields.Many2many("ir.attachment", string="Photos", compute="_compute_photo_ids")

    def _compute_photo_ids(self):
        # Files follow their record; the order is that in which they were taken in.
        photos = (
            self.env["ir.attachment"]
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("res_field", "=", False),
                    ("mimetype", "=like", "image/%"),
                ],
                order="id",
            )
            .grouped("res_id")
        )
        for intervention in self:
            intervention.photo_ids = photos.get(intervention.id)

    # === ALL FILES AS ONE === #

    def _get_files_to_zip(self):
        """The files that the reader may have, in sudo; an override leaves out more.

        Whoever may read the intervention may have its files.
        """
        self.ensure_one()
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", False),
                    ("type", "=", "binary"),
                ],
                order="id",
            )
        )

    def _get_zip_entries(self):
        """What is packed when all files are downloaded as one.

        :return: list of ``archive.Entry``; their content is read when it is sent
        :raise UserError: when there is nothing, or more than is sent as one file
        """
        self.ensure_one()
        self.check_access("read")
        files_sudo = self._get_files_to_zip()
        if not files_sudo:
            raise UserError(self.env._("There are no photos or documents yet."))
        max_mb = self._get_max_zip_mb()
        total_mb = sum(files_sudo.mapped("file_size")) / 1024 / 1024
        if total_mb > max_mb:
            raise UserError(
                self.env._(
                    "The files are %(size)s MB together; up to %(limit)s MB are sent as one. "
                    "Download them one by one.",
                    size=round(total_mb),
                    limit=max_mb,
                )
            )
        folders = {"before": self.env._("Before"), "after": self.env._("After")}
        names = unique_names(
            "-".join(filter(None, [folders.get(file.description), file.name]))
            for file in files_sudo
        )
        return [
            Entry(
                name,
                file.create_date,
                file._full_path(file.store_fname) if file.store_fname else file.raw or b"",
            )
            for name, file in zip(names, files_sudo, strict=True)
        ]

    def _get_max_zip_mb(self):
        # Configuration parameters are readable by administrators only.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        configured = parameters_sudo.get_param("field_service.max_zip_mb", "")
        return int(configured) if configured.isdecimal() and int(configured) else DEFAULT_MAX_ZIP_MB

    def action_download_files(self):
        """Download all photos and documents as one file."""
        self.ensure_one()
        self._get_zip_entries()
        return {
            "type": "ir.actions.act_url",
            "url": f"/service/intervention/{self.id}/files.zip",
            "target": "download",
        }
