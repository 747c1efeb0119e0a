from odoo import SUPERUSER_ID, api, fields, models

from ..encoder import has_words
from ..text_search import readable

MAX_QUESTION = 200  # characters that are kept


class KnowledgeUnanswered(models.Model):
    """A question the search had no answer to: what an article is missing for.

    The question is kept as it was typed, without who typed it.
    """

    _name = "knowledge.unanswered"
    _description = "Question Without an Answer"
    _order = "count desc, last_date desc, id desc"
    _rec_name = "question"

    question = fields.Char(required=True, readonly=True)
    count = fields.Integer(string="Times", default=1, readonly=True)
    last_date = fields.Date(
        string="Last Time", default=fields.Date.context_today, required=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", readonly=True
    )

    _question_uniq = models.UniqueIndex("(company_id, question)")

    @api.model
    def record(self, text):
        """Note a question that the search leaves unanswered.

        :param str text: the question as it was asked
        :return: whether it was noted: not if there is an answer, nothing is asked, or a customer
            asks: what they look for is in their requests
        """
        entries = self.env["knowledge.entry"]
        entries.check_access("read")
        if self.env.user.share:
            return False
        question = " ".join(readable(text).lower().split())[:MAX_QUESTION]
        if len(question) < 4 or not has_words(question):
            return False
        if entries._search_similar(question, limit=1):
            return False
        # As the system, so that not even create_uid says who asked; nobody writes the list
        # directly, and that there is no answer was checked above.
        questions_sudo = self.with_user(SUPERUSER_ID)
        company = self.env.company
        known = questions_sudo.search(
            [("company_id", "=", company.id), ("question", "=", question)]
        )
        if known:
            known.write({"count": known.count + 1, "last_date": fields.Date.context_today(self)})
        else:
            questions_sudo.create({"question": question, "company_id": company.id})
        return True

    def action_make_article(self):
        """Begin an article about the question."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "knowledge.article",
            "views": [(False, "form")],
            "context": {"default_name": self.question.capitalize()},
        }
