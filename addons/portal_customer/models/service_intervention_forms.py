from odoo import api, models


class ServiceIntervention(models.Model):
    """Forms on the page of an outside technician, who reads none by right."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _portal_forms(self):
        """Forms to fill in and those filled in; the caller has checked that it is theirs."""
        self.ensure_one()
        documents_sudo = self._portal_form_documents()
        return {
            "to_fill": [
                {
                    "id": form.id,
                    "name": form.name,
                    "kind": form.kind,
                    "is_needed": self.sudo().type_id in form.type_ids,
                    "is_filled": form in documents_sudo.form_id,
                    "questions": [
                        {
                            "name": f"answer_{line.id}",
                            "question": line._get_question(),
                            "kind": line.kind,
                            "options": line._get_options(),
                            "required": line.required,
                        }
                        for line in form.line_ids
                        if line.source == "asked"
                    ],
                }
                for form in self._get_forms()
            ],
            "filled": [
                {
                    "name": document.form_id.name,
                    "number": document.number,
                    "url": f"/my/interventions/{self.id}/forms/{document.id}",
                }
                for document in documents_sudo
            ],
        }

    def _portal_form_documents(self):
        """Filled forms that tell no amounts, in sudo; the caller has checked whose they are."""
        return self.sudo().form_document_ids.filtered(lambda document: not document.has_prices)

    @api.model
    def _portal_closing(self, typed):
        """What one of Campo's own forms is closed with, as ``fill_form`` wants it."""
        closing = {key: typed.get(key) or "" for key in ("result", "remark", "name", "role")}
        return {**closing, "image": (typed.get("signature") or "").rpartition(",")[2]}

    @api.model
    def _portal_answers(self, typed):
        """What was typed on a form, as ``fill_form`` wants it."""
        return [
            {"line_id": int(name.removeprefix("answer_")), "value": value}
            for name, value in typed.items()
            if name.startswith("answer_") and name.removeprefix("answer_").isdecimal()
        ]

    def _portal_form_pdf(self, document_id):
        """The PDF of a form filled in here; empty for any other."""
        self.ensure_one()
        # The caller has checked that the user works here; the paper belongs to that work.
        documents_sudo = self._portal_form_documents()
        document = documents_sudo.filtered(lambda document: document.id == document_id)
        return document.attachment_id.raw or b""
