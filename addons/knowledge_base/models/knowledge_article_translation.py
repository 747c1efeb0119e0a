from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class KnowledgeArticle(models.Model):
    """The same article in several languages: one is the original, one per language follows it."""

    _inherit = "knowledge.article"

    original_id = fields.Many2one(
        "knowledge.article",
        string="Translation of",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        domain="[('original_id', '=', False), ('lang', '!=', lang), ('id', '!=', id)]",
        help="The article that this one says in another language.",
    )
    translation_ids = fields.One2many(
        "knowledge.article", "original_id", string="Translations", copy=False
    )
    text_revision = fields.Integer(
        default=1, readonly=True, copy=False, help="How many times its texts were changed."
    )
    translated_revision = fields.Integer(
        readonly=True, copy=False, help="The revision of the original that it says."
    )
    is_outdated = fields.Boolean(
        string="Outdated Translation",
        compute="_compute_is_outdated",
        store=True,
        help="The original has been changed since this was translated.",
    )
    language_count = fields.Integer(string="Languages", compute="_compute_languages")
    missing_languages = fields.Char(
        compute="_compute_languages",
        help="Languages in use in which there is no such article, once there is a translation.",
    )

    _original_lang_uniq = models.UniqueIndex(
        "(original_id, lang) WHERE original_id IS NOT NULL",
        "There is already a translation into this language.",
    )

    @api.depends("translated_revision", "original_id.text_revision")
    def _compute_is_outdated(self):
        for article in self:
            article.is_outdated = article.original_id.text_revision > article.translated_revision

    @api.depends("original_id", "lang", "translation_ids.lang")
    @api.depends_context("lang")
    def _compute_languages(self):
        names = dict(self.env["res.lang"].get_installed())
        versions = self._versions()
        for article in self:
            own = versions.get(article._original_id(), article)
            article.language_count = len(own)
            missing = names.keys() - set(own.mapped("lang")) if len(own) > 1 else ()
            article.missing_languages = ", ".join(sorted(names[code] for code in missing))

    @api.constrains("original_id", "lang")
    def _check_original(self):
        for article in self:
            original = article.original_id
            if original.original_id or (original and article.translation_ids):
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is a translation or has translations itself: choose the"
                        " original of all of them.",
                        name=(original if original.original_id else article).name,
                    )
                )
            # sudo: also translations that the editor may not read take a language
            taken_sudo = article.sudo().translation_ids
            if original.lang == article.lang or article.lang in taken_sudo.mapped("lang"):
                raise ValidationError(
                    self.env._("A translation is in another language than its original.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        articles = super().create(vals_list)
        articles.filtered("original_id")._mark_translated()
        return articles

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(["name", *self._get_versioned_fields()]):
            for article in self:
                article.text_revision += 1
        if vals.get("original_id"):
            self._mark_translated()
        return result

    def unlink(self):
        # sudo: what is left of a group has an original again, whoever's it is
        for article_sudo in self.sudo():
            if left_sudo := (article_sudo.translation_ids - self.sudo()).sorted("id"):
                heir_sudo = left_sudo[0]
                heir_sudo.original_id = False
                (left_sudo - heir_sudo).original_id = heir_sudo
        return super().unlink()

    # === ACTIONS === #

    def action_translate(self):
        """Ask into which language, and begin the translation with the texts of the original."""
        self.ensure_one()
        self.check_access("read")
        self.browse().check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Translate"),
            "res_model": "knowledge.article.translate",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_article_id": self.id},
        }

    def action_view_languages(self):
        """Show the versions of the article that the user may read."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "knowledge_base.knowledge_article_action"
        )
        root = self._original_id()
        return {
            **action,
            "name": self.env._("Languages"),
            "views": [
                (self.env.ref("knowledge_base.knowledge_article_view_list_languages").id, "list"),
                (False, "form"),
            ],
            "domain": ["|", ("id", "=", root), ("original_id", "=", root)],
        }

    def action_translation_holds(self):
        """Say that the translations say what their originals say now."""
        self.check_access("write")
        self._mark_translated()

    # === BUSINESS METHODS === #

    def _translate(self, lang):
        """Begin a translation as a draft.

        :param str lang: code of a language in use
        :return: the draft
        """
        self.ensure_one()
        original = self.original_id or self
        versions = original._versions()[original.id]
        if lang in versions.mapped("lang"):
            raise UserError(self.env._("There is already an article in this language."))
        return self.copy({"lang": lang, "original_id": original.id})

    def _mark_translated(self):
        for article in self:
            article.translated_revision = article.original_id.text_revision

    def _original_id(self):
        return self.original_id._origin.id or self._origin.id

    def _versions(self) -> dict:
        """Map ids of originals to all versions of these articles that the user may read."""
        roots = {article._original_id() for article in self} - {False}
        found = self.search(Domain("id", "in", roots) | Domain("original_id", "in", roots))
        return found.grouped(lambda article: article._original_id())

    @api.model
    def _reader_language_domain(self) -> Domain:
        """One version of each article: in the reader's language, else the original."""
        mine = Domain("lang", "=", self.env.lang)
        there_is_mine = (
            Domain("original_id", "any", mine)
            | Domain("translation_ids", "any", mine)
            | Domain("original_id", "any", Domain("translation_ids", "any", mine))
        )
        has_original = Domain("original_id", "any", Domain("original_id", "=", False))
        return mine | ~(there_is_mine | has_original)

    # === KNOWLEDGE SOURCE === #

    def _prepare_knowledge_entry_values(self, solution):
        return {
            **super()._prepare_knowledge_entry_values(solution),
            "translation_group": self._original_id(),
        }

    @api.model
    def _knowledge_trigger_fields(self):
        return super()._knowledge_trigger_fields() | {"original_id"}
