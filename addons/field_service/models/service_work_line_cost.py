from odoo import models

from .service_work_line import TIME_KINDS

# Nobody can send this object from outside: Campo's cost lines are written by Campo alone.
OWN_COST = object()


class ServiceWorkLine(models.Model):
    """One euro, one analytic line: hours make a timesheet, parts and kilometres with a vehicle of
    the firm a cost line; expenses, kilometres with one's own car too, cost where they are posted.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def _as_own_cost(self):
        return {"field_service_own_cost": OWN_COST}

    def _create_costs(self):
        """Write the analytic lines of new work."""
        costs = [line for line in self if line._has_own_cost()]
        if not costs:
            return
        # Technicians and portal users have no rights on analytic lines; the work is checked.
        values = [line.sudo()._prepare_cost_values() for line in costs]
        created = (
            self.env["account.analytic.line"]
            .sudo()
            .with_context(**self._as_own_cost())
            .create(values)
        )
        for line, cost in zip(costs, created, strict=True):
            line.sudo().analytic_line_id = cost

    def _has_own_cost(self):
        """Whether Campo writes the cost of this line itself; with stock, an override says no."""
        self.ensure_one()
        is_own = self.kind in ("part", "mileage")
        return self.kind in TIME_KINDS or (is_own and self._get_cost_sudo() > 0)

    def _get_cost_sudo(self):
        return self.sudo()._get_cost()

    def _get_cost_project(self):
        """The job order, or the project for work without one."""
        self.ensure_one()
        return self.intervention_id.project_id or self.company_id._get_service_project()

    def _prepare_cost_values(self):
        """Values of the analytic line: a timesheet for hours, else a plain cost."""
        self.ensure_one()
        project = self._get_cost_project()
        values = {
            "name": f"{self.intervention_id.number}: {self.name}",
            "date": self.date,
            "company_id": self.company_id.id,
            "unit_amount": self.quantity,
            "partner_id": self.intervention_id.commercial_partner_id.id,
        }
        if self.kind in TIME_KINDS:
            return {**values, "project_id": project.id, "employee_id": self.employee_id.id}
        accounts = {
            fname: project[fname].id
            for fname in self.env["account.analytic.line"]._get_plan_fnames()
            if fname in project._fields
        }
        return {
            **values,
            **accounts,
            # A part is nobody's hours: Odoo would take the user's employee.
            "employee_id": False,
            "amount": -self._get_cost(),
            "product_id": self.product_id.id,
            "product_uom_id": self.uom_id.id,
        }

    def _update_costs(self):
        """Bring the cost lines in step with corrected work."""
        for line in self.sudo().filtered("analytic_line_id"):
            values = line._prepare_cost_values()
            values.pop("company_id")
            line.analytic_line_id.with_context(**self._as_own_cost()).write(values)
