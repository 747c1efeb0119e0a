from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, format_datetime

# Kinds of question that somebody outside can answer; the others are about the firm's own records.
ASKED_TYPES = frozenset(
    {"char", "text", "boolean", "integer", "float", "date", "datetime", "selection", "tags"}
)
MAX_CHARACTERS = 2000
# Counts and measures; what is larger was a slip, and wouldn't fit where numbers are counted.
MAX_NUMBER = 10**12
# How an answer is read, by the type of its question.
READERS = {
    "char": "_read_text",
    "text": "_read_text",
    "boolean": "_read_boolean",
    "integer": "_read_whole_number",
    "float": "_read_number",
    "date": "_read_date",
    "datetime": "_read_moment",
}


class HelpdeskTicket(models.Model):
    """The questions of a category, and what the customer has answered to them."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # === BUSINESS METHODS: ASKING === #

    @api.model
    def _portal_questions(self, categories):
        """What each category asks, as a form renders it.

        :return: ``[{"category_id", "key", "label", "type", "options", "suffix", "default"}]``
        """
        return [
            {
                "category_id": category.id,
                "key": f"q_{category.id}_{question['name']}",
                "label": question.get("string") or "",
                "type": question["type"],
                "options": _get_options(question),
                "suffix": question.get("suffix") or "",
                "default": question.get("default") or "",
            }
            for category in categories
            for question in _get_questions(category)
        ]

    def _portal_answers(self):
        """The answers on a ticket (in sudo): ``label`` and ``value``, both texts."""
        self.ensure_one()
        answers = []
        for question in self.read(["ticket_properties"])[0]["ticket_properties"]:
            value = question.get("value")
            if question["type"] in ASKED_TYPES and value not in (None, False, "", []):
                answers.append(
                    {
                        "label": question.get("string") or "",
                        "value": self._portal_format_answer(question, value),
                    }
                )
        return answers

    def _portal_format_answer(self, question, value):
        kind = question["type"]
        if kind == "boolean":
            return self.env._("Yes")
        if kind in ("selection", "tags"):
            labels = dict(_get_options(question))
            keys = value if kind == "tags" else [value]
            return ", ".join(labels[key] for key in keys if key in labels)
        if kind == "date":
            return format_date(self.env, value)
        if kind == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        if kind in ("integer", "float"):
            suffix = question.get("suffix") or ""
            number = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
            text = f"{value:g}" if kind == "float" else str(value)
            return f"{text.replace('.', number.decimal_point or '.')} {suffix}".strip()
        return str(value)

    # === BUSINESS METHODS: OPENING === #

    @api.model
    def _open_ticket_allowed_fields(self):
        """Override of `helpdesk_ticket`: the category's own questions may be answered."""
        return super()._open_ticket_allowed_fields() | {"ticket_properties"}

    @api.model
    def _prepare_open_ticket_values(self, values):
        """Override of `helpdesk_ticket`: answers become what their questions ask for.

        ``ticket_properties`` is a dict of the property's name and the answer; texts are read as
        people type them.
        """
        values = super()._prepare_open_ticket_values(values)
        answers = values.pop("ticket_properties", None)
        if answers is None:
            return values
        if not isinstance(answers, dict):
            raise ValidationError(
                self.env._("A ticket cannot be opened with: %(names)s.", names="ticket_properties")
            )
        # Only questions of a category that the user may choose; the category is judged later.
        category = self.env["helpdesk.category"].search(
            [("id", "=", values.get("category_id") or 0)]
        )
        questions = {question["name"]: question for question in _get_questions(category)}
        if unknown := answers.keys() - questions.keys():
            raise ValidationError(
                self.env._(
                    "A ticket cannot be opened with: %(names)s.", names=", ".join(sorted(unknown))
                )
            )
        values["ticket_properties"] = {
            name: self._read_answer(questions[name], answer)
            for name, answer in answers.items()
            if answer not in (None, "", [])
        }
        return values

    @api.model
    def _read_answer(self, question, answer):
        """An answer in the form its question wants.

        :raise ValidationError: saying which question it is
        """
        kind = question["type"]
        try:
            if kind == "tags":
                answer = [answer] if isinstance(answer, str) else list(answer)
                return _of_options(question, answer)
            if kind == "selection":
                return _of_options(question, [answer])[0]
            return getattr(self, READERS[kind])(answer)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValidationError(
                self.env._(
                    "“%(question)s”: this answer doesn't fit the question.",
                    question=question.get("string") or "",
                )
            ) from error

    @api.model
    def _read_number(self, answer):
        if isinstance(answer, str):
            answer = self.env["service.intervention"]._portal_number(answer)
        number = float(answer)
        # Not a number is never within limits.
        if not -MAX_NUMBER <= number <= MAX_NUMBER:
            raise ValueError(answer)
        return number

    @api.model
    def _read_whole_number(self, answer):
        number = self._read_number(answer)
        if not number.is_integer():
            raise ValueError(answer)
        return int(number)

    @api.model
    def _read_text(self, answer):
        if not isinstance(answer, str) or len(answer) > MAX_CHARACTERS:
            raise ValueError(answer)
        return answer.strip()

    @api.model
    def _read_boolean(self, answer):
        return answer in (True, 1, "1", "true", "on")

    @api.model
    def _read_date(self, answer):
        return fields.Date.to_string(fields.Date.to_date(self._read_text(answer)))

    @api.model
    def _read_moment(self, answer):
        utc = self.env["service.intervention"]._portal_to_utc(self._read_text(answer))
        return fields.Datetime.to_string(fields.Datetime.to_datetime(utc))


def _get_questions(category):
    """The questions of a category, or of none, that somebody outside can answer."""
    return [
        question
        for question in category.ticket_properties_definition or []
        if question["type"] in ASKED_TYPES
    ]


def _get_options(question):
    """What may be chosen: a list of key and label."""
    options = question.get("selection") or question.get("tags") or []
    return [(option[0], option[1]) for option in options]


def _of_options(question, keys):
    offered = dict(_get_options(question))
    for key in keys:
        if key not in offered:
            raise ValueError(key)
    return keys
