from odoo import api, models
from odoo.fields import Domain

# Conditions on the records that a field leads to.
OF_CORECORDS = frozenset({"any", "not any", "any!", "not any!"})
# Nobody outside reads them, but may ask about themselves: how Odoo searches them refuses all else.
JUDGED_BY_ODOO = frozenset({"message_partner_ids"})
# Conditions that name records.
NAMING = frozenset({"=", "!=", "in", "not in"})


class Base(models.AbstractModel):
    """What people outside cannot read, they cannot ask about either.

    Odoo judges a field where its column is compared. Fields that are looked up by a method of their
    own, like what a customer owes, and relations by which records are grouped, come past that: one
    guess after the other would tell what they hold.
    """

    _inherit = "base"

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su and self.env.user.share:
            self._check_asked_fields(Domain(domain), judged=JUDGED_BY_ODOO)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        if not self.env.su and self.env.user.share:
            self._check_asked_path(groupby_spec.partition(":")[0])
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def _check_asked_fields(self, domain, judged=frozenset()):
        """Refuse a domain that names a field which the user may not read.

        :param judged: names of fields that are judged elsewhere; not where a path of fields leads
            to them: Odoo may follow it as the superuser, whom it refuses nothing
        :raise AccessError: Odoo's own, which names the field
        """
        for condition in domain.iter_conditions():
            if condition.field_expr in judged and condition.operator in NAMING:
                continue
            corecords = self._check_asked_path(condition.field_expr)
            asked = condition.value
            if condition.operator in OF_CORECORDS and isinstance(asked, Domain | list | tuple):
                corecords._check_asked_fields(Domain(asked))

    @api.model
    def _check_asked_path(self, path):
        """Judge each field of a path of names; a name that isn't there is Odoo's to refuse.

        :return: an empty recordset of the model that the path leads to
        """
        records = self
        for name in path.split("."):
            field = records._fields.get(name)
            if field is None:
                break
            records._check_field_access(field, "read")
            if not field.relational:
                break  # what follows is a part of its value
            records = records.env[field.comodel_name]
        return records
