from odoo import api, models

# Of people everybody in the house is shown a public record; their own is for few.
SHOWN_TO_ALL = frozenset({"hr.employee"})


class DialogMixin(models.AbstractModel):
    """A dialog about records is only for those who may read them.

    Odoo works out the values of a dialog beside the rights of its user: the name of what it is
    about, whatever it takes over from there. Who could open it on any number would read there
    what is hidden everywhere else.
    """

    _name = "dialog.mixin"
    _description = "Dialog"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs._check_subjects()
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        self._check_subjects()
        return result

    def onchange(self, values, field_names, fields_spec):
        """Override of `web`: before the dialog is saved it is judged by what was typed."""
        self._check_ids(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields):
        """Override to judge what the address or a program presets."""
        values = super().default_get(fields)
        self._check_ids(values)
        return values

    # === CHECKS === #

    def _get_subject_names(self):
        """Names of the fields by which a dialog is about something."""
        return [
            name
            for name, field in self._fields.items()
            if field.relational
            and field.store
            and not field.related
            and field.comodel_name not in SHOWN_TO_ALL
            and not self.env[field.comodel_name]._transient
        ]

    def _check_subjects(self):
        """:raise AccessError: for a dialog about something that the user may not read"""
        if not self.env.su:
            for name in self._get_subject_names():
                self[name].check_access("read")

    @api.model
    def _check_ids(self, values):
        """:raise AccessError: for numbers of records that the user may not read"""
        if self.env.su:
            return
        names = [name for name in self._get_subject_names() if name in values]
        # What is sent in whatever form is read as Odoo reads it.
        about = self.new({name: values[name] for name in names})
        for name in names:
            about[name]._origin.check_access("read")
