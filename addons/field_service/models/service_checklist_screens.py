from odoo import fields, models

from ..printing import format_moment, shrink_photo


class ServiceChecklistAnswer(models.Model):
    """What a screen needs to ask a question, and a form to print what was answered."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.checklist.answer"

    choices = fields.Text(related="item_id.choices")

    def _get_form_answers(self, photos=False):
        """What is printed of each answer; in sudo, after a check.

        :param bool photos: with the photos of each answer, small enough for paper
        """
        return [
            {
                "question": answer.item_id.name,
                "answer": answer.value_label or "",
                "limits": answer.item_id._get_limits_label(),
                "is_within_limits": answer.is_within_limits,
                "who": answer.answered_by_id.name or "",
                "when": format_moment(
                    self.env,
                    answer.answered_on,
                    answer.intervention_id.company_id._get_service_timezone(),
                ),
                "photos": answer._get_form_photos() if photos else [],
            }
            for answer in self
        ]

    def _get_form_photos(self):
        uris = (shrink_photo(photo.raw) for photo in self.attachment_ids.sorted("id"))
        return [uri for uri in uris if uri]
