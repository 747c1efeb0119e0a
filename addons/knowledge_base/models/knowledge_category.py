from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KnowledgeCategory(models.Model):
    _name = "knowledge.category"
    _description = "Knowledge Category"
    _order = "parent_path, id"
    _parent_store = True

    name = fields.Char(required=True, translate=True)
    display_name = fields.Char(recursive=True)
    parent_id = fields.Many2one(
        "knowledge.category",
        string="Parent Category",
        index=True,
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("knowledge.category", "parent_id", string="Subcategories")
    article_count = fields.Integer(string="Articles", compute="_compute_article_count")

    def _compute_article_count(self):
        counts = dict(
            self.env["knowledge.article"]._read_group(
                [("category_id", "in", self.ids)], ["category_id"], ["__count"]
            )
        )
        for category in self:
            category.article_count = counts.get(category, 0)

    @api.depends("name", "parent_id.display_name")
    def _compute_display_name(self):
        for category in self:
            names = filter(None, (category.parent_id.display_name, category.name))
            category.display_name = " / ".join(names)

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot be inside one of its own parts."))

    def action_view_articles(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "knowledge_base.knowledge_article_action"
        )
        return {**action, "domain": [("category_id", "child_of", self.id)]}
