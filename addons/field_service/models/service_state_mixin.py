from odoo import api, models
from odoo.exceptions import AccessError

# Nobody can send this object from outside: only methods change a state.
CHANGING = object()
MANAGER = "field_service.field_service_group_manager"


class ServiceStateMixin(models.AbstractModel):
    """A state that follows from what was done: methods change it, nobody writes it by hand.

    Whoever may write a record could otherwise skip everything that a method judges and does.
    """

    _name = "service.state.mixin"
    _description = "State Changed by Methods"

    @api.model
    def _get_state_fields(self):
        """Names of the fields; an override adds those of its model."""
        return {"state"}

    @api.model_create_multi
    def create(self, vals_list):
        # Service managers take over what another program has closed.
        if not self.env.su and not self.env.user.has_group(MANAGER):
            for vals in vals_list:
                self._check_new_state(vals)
        return super().create(vals_list)

    def write(self, vals):
        if (
            not self.env.su
            and self.env.context.get("service_state_changing") is not CHANGING
            and not self._get_state_fields().isdisjoint(vals)
        ):
            self._refuse_state()
        return super().write(vals)

    def _change_state(self, values):
        """Write a state that a method has judged."""
        self.with_context(service_state_changing=CHANGING).write(values)

    def _check_new_state(self, vals):
        """What begins is at its beginning, whatever is given or preset."""
        names = self._get_state_fields()
        first = self.with_env(self.env(context={})).default_get(list(names))
        for name in names:
            given = vals.get(name, self.env.context.get(f"default_{name}"))
            if given and given != first.get(name):
                self._refuse_state()

    def _refuse_state(self):
        raise AccessError(
            self.env._("A state follows from what is done. Use the button that does it.")
        )
