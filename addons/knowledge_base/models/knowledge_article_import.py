from odoo import fields, models


class KnowledgeArticle(models.Model):
    """Where an article was imported from: the same source makes nothing twice."""

    _inherit = "knowledge.article"

    import_key = fields.Char(
        string="Imported From",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What its source is known by: the path of a file, the row of a table.",
    )
    import_digest = fields.Char(
        readonly=True, copy=False, help="Fingerprint of what the source said."
    )
    import_revision = fields.Integer(
        readonly=True, copy=False, help="Revision of the texts that the import has left."
    )

    _import_key_uniq = models.UniqueIndex(
        "(import_key, (coalesce(company_id, 0))) WHERE import_key IS NOT NULL",
        "An article has already been imported from this source.",
    )
