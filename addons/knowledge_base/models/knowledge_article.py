from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import is_html_empty


class KnowledgeArticle(models.Model):
    """A known error: how it shows, why it happens, what helps now, what solves it.

    Editors write drafts and hand them in for review; a manager publishes them. Only published
    articles are found. What is published is changed by a manager, or taken back to draft first.
    """

    _name = "knowledge.article"
    _description = "Knowledge Article"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "html.field.history.mixin",
        "hidden.name.mixin",
        "knowledge.source.mixin",
    ]
    _order = "write_date desc, id desc"

    name = fields.Char(string="Title", required=True, index="trigram", tracking=True)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one("knowledge.category", index=True, ondelete="restrict")
    tag_ids = fields.Many2many(
        "knowledge.tag",
        string="Tags",
        help="Words to find the article by, also where its text does not say them.",
    )
    product = fields.Char(
        string="Product or Model",
        help="Make and model it is about, as people call it.",
    )
    error_codes = fields.Char(
        help="As the display shows them, separated by commas, e.g. E05, F.28.",
    )

    symptom = fields.Html(help="What the customer sees or says.")
    cause = fields.Html(help="Why it happens.")
    workaround = fields.Html(help="What helps until somebody can solve it.")
    solution = fields.Html(help="What solves it, step by step.")

    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        default=lambda self: self.env.user,
        index=True,
        ondelete="set null",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Leave empty to share the article among all companies.",
    )
    lang = fields.Selection(
        selection="_selection_lang",
        string="Language",
        default=lambda self: self.env.lang or "en_US",
        required=True,
    )
    audience = fields.Selection(
        selection=[
            ("internal", "Office"),
            ("technician", "Technicians"),
            ("customer", "Customers"),
            ("public", "Everybody"),
        ],
        default="technician",
        required=True,
        tracking=True,
        help="Who may find it. The office finds everything, technicians also what customers find.",
    )

    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("review", "In Review"),
            ("published", "Published"),
        ],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    published_date = fields.Date(readonly=True, copy=False)
    review_date = fields.Date(
        string="Next Review",
        copy=False,
        index="btree_not_null",
        help="When somebody should check whether it still holds.",
    )

    # What was taken out of an article is for those who write it.
    html_field_history = fields.Json(groups="knowledge_base.knowledge_base_group_editor")
    html_field_history_metadata = fields.Json(groups="knowledge_base.knowledge_base_group_editor")
    may_edit = fields.Boolean(
        string="The User May Edit It", compute="_compute_may_edit", compute_sudo=False
    )

    @api.depends("state", "company_id")
    @api.depends_context("uid")
    def _compute_may_edit(self):
        editable = self._filtered_access("write")
        for article in self:
            article.may_edit = article in editable

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state") == "published" for vals in vals_list):
            self._check_may_publish()
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("state") == "published":
            self._check_may_publish()
        return super().write(vals)

    # === ACTIONS === #

    def action_submit(self):
        """Hand drafts in for review."""
        self._check_state("draft")
        self.write({"state": "review"})

    def action_publish(self):
        """Make articles findable for their audience, and plan the next look at them."""
        self._check_state("draft", "review", "published")
        self._check_complete()
        today = fields.Date.context_today(self)
        self.write({"state": "published", "published_date": today})
        self.filtered(lambda article: (article.review_date or today) <= today).write(
            {"review_date": today + relativedelta(years=1)}
        )

    def action_draft(self):
        """Take articles back: nobody finds them until they are published again."""
        self._check_state("review", "published")
        self.write({"state": "draft"})

    @api.model
    def _remind_of_reviews(self, limit=500):
        """Give the owner of each article that is due for review, has expired, or is a translation
        that its original has outrun, a task, once.
        """
        reminder = self.env.ref("mail.mail_activity_data_todo")
        today = fields.Date.context_today(self)
        due = self.search(
            [
                ("state", "=", "published"),
                "|",
                "|",
                ("review_date", "<=", today),
                ("valid_until", "<", today),
                ("is_outdated", "=", True),
                ("user_id.active", "=", True),
                ("activity_ids", "not any", [("activity_type_id", "=", reminder.id)]),
            ],
            limit=limit,
        )
        for lang, articles in due.grouped(lambda article: article.user_id.lang).items():
            text = articles.with_context(lang=lang).env._("Check whether this still holds.")
            for owner, owned in articles.grouped("user_id").items():
                owned.activity_schedule(
                    activity_type_id=reminder.id, summary=text, user_id=owner.id
                )

    # === BUSINESS METHODS === #

    @api.model
    def _check_may_publish(self):
        if not (
            self.env.su or self.env.user.has_group("knowledge_base.knowledge_base_group_manager")
        ):
            raise AccessError(
                self.env._(
                    "Only a knowledge manager publishes articles. Hand the article in for review."
                )
            )

    def _check_state(self, *states):
        """Raise unless all articles are in one of the states."""
        if wrong := self.filtered(lambda article: article.state not in states)[:1]:
            status = dict(self._fields["state"]._description_selection(self.env))[wrong.state]
            raise UserError(
                self.env._(
                    "Article “%(name)s” is in status “%(status)s”: this step is not possible now.",
                    name=wrong.name,
                    status=status,
                )
            )

    def _check_complete(self):
        """An article that says nothing would only be in the way of the others."""
        for article in self:
            if not article._knowledge_problem_text() or not article._knowledge_solution_text():
                raise UserError(
                    self.env._(
                        "Describe the symptom, and a workaround or a solution, of article"
                        " “%(name)s” before you publish it.",
                        name=article.name,
                    )
                )

    def _get_versioned_fields(self):
        """Override of `html_editor` to keep the revisions of the texts."""
        return ["symptom", "cause", "workaround", "solution"]

    # === KNOWLEDGE SOURCE === #

    def _knowledge_title(self):
        return self.name

    def _knowledge_problem_text(self):
        product = Markup("<p>%s</p>") % self.product if self.product else Markup()
        return self._filled(self.symptom) and product + self._filled(self.symptom)

    def _knowledge_solution_text(self):
        remedy = self._filled(self.workaround) + self._filled(self.solution)
        return remedy and self._filled(self.cause) + remedy

    def _knowledge_kind(self):
        return self.env._("Article")

    def _knowledge_cause_text(self):
        return self._filled(self.cause)

    def _knowledge_remedy_text(self):
        return self._filled(self.workaround) + self._filled(self.solution)

    @api.model
    def _knowledge_filter_fields(self):
        return {
            "category": "category_id",
            "product": "product",
            "date": "published_date",
            "solver": "user_id",
        }

    @api.model
    def _knowledge_mirrored_fields(self):
        """What is published is what is in the index."""
        return super()._knowledge_mirrored_fields() | {"state"}

    @api.model
    def _filled(self, content) -> Markup:
        """The HTML, or nothing when the editor left only empty paragraphs."""
        return Markup() if is_html_empty(content) else Markup(content)

    def _knowledge_codes(self):
        return self.error_codes or ""

    def _knowledge_product(self):
        return self.product or ""

    def _knowledge_tags(self):
        tags = self.tag_ids.with_context(lang=self.lang).mapped("name")
        return ", ".join(filter(None, [self.product, *tags]))

    def _knowledge_is_solved(self):
        return self.state == "published"

    def _knowledge_audience(self):
        return self.audience

    def _knowledge_lang(self):
        return self.lang

    @api.model
    def _knowledge_trigger_fields(self):
        return {
            "name",
            "product",
            "tag_ids",
            "error_codes",
            "symptom",
            "cause",
            "workaround",
            "solution",
            "company_id",
            "lang",
            "audience",
            "state",
        }
