from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import ValidationError

# More photos than anybody takes of one machine within an hour.
FILES_PER_HOUR = 200


class AttachmentIntakeMixin(models.AbstractModel):
    """How many files one person outside may send."""

    _inherit = "attachment.intake.mixin"

    def _intake_files(self, files):
        """Override of `helpdesk_ticket`: of one person outside, so many files an hour on a record.

        Counted by the record, where the index on attachments is.
        """
        if self.env.user.share:
            # Portal users read no attachments; only how many are theirs is asked.
            recent = (
                self.env["ir.attachment"]
                .sudo()
                .search_count(
                    [
                        ("res_model", "=", self._name),
                        ("res_id", "=", self.id),
                        ("res_field", "=", False),
                        ("create_uid", "=", self.env.uid),
                        ("create_date", ">", fields.Datetime.now() - timedelta(hours=1)),
                    ],
                    limit=FILES_PER_HOUR,
                )
            )
            if recent >= FILES_PER_HOUR:
                raise ValidationError(
                    self.env._(
                        "You have sent %(count)s files within an hour. "
                        "Wait a little and send these again.",
                        count=FILES_PER_HOUR,
                    )
                )
        return super()._intake_files(files)
