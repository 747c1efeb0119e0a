from odoo import fields, models


class KnowledgeTag(models.Model):
    """A word to find articles by: what people call the thing, where the text does not say it."""

    _name = "knowledge.tag"
    _description = "Knowledge Tag"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.Constraint("unique(name)", "There is already a tag with this name.")
