import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rate_table import TableError, read_table


class ExpenseMileageRateImport(models.TransientModel):
    """Loads a table of costs per kilometre; rates that it follows end the day before."""

    _name = "expense.mileage.rate.import"
    _description = "Load Mileage Rates"
    _inherit = ["dialog.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary(string="Table (CSV)", required=True, attachment=False)
    file_name = fields.Char()

    def action_import(self):
        """Add the rates of the table, all of them or none."""
        self.ensure_one()
        self.env["expense.mileage.rate"].check_access("create")
        try:
            rows = read_table(base64.b64decode(self.file))
        except TableError as error:
            raise UserError(self._get_sentence(error)) from error
        classes = self._get_classes(rows)
        rates = self.env["expense.mileage.rate"]
        known = rates.search([("company_id", "=", self.company_id.id), ("employee_id", "=", False)])
        present = {(rate.name.lower(), rate.class_id, rate.date_from, rate.price) for rate in known}
        new = [
            {
                "name": row.vehicle,
                "class_id": classes.get(row.vehicle_class.lower(), rates.class_id).id,
                "price": row.price,
                "date_from": row.date_from,
                "date_to": row.date_to,
                "company_id": self.company_id.id,
            }
            for row in rows
            if (
                row.vehicle.lower(),
                classes.get(row.vehicle_class.lower(), rates.class_id),
                row.date_from,
                row.price,
            )
            not in present
        ]
        self._end_before(known, new)
        created = rates.create(new)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Rates added: %(new)s. Known already: %(known)s.",
                    new=len(created),
                    known=len(rows) - len(new),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _get_classes(self, rows):
        """Classes by their name in small letters; new ones are made."""
        classes = self.env["expense.vehicle.class"]
        found = {known.name.lower(): known for known in classes.search([])}
        missing = {
            row.vehicle_class.lower(): row.vehicle_class
            for row in rows
            if row.vehicle_class and row.vehicle_class.lower() not in found
        }
        created = classes.create([{"name": name} for name in missing.values()])
        return found | {made.name.lower(): made for made in created}

    @api.model
    def _end_before(self, known, new):
        """A rate without end that a new one of the same vehicle follows ends the day before."""
        starts = {}
        for values in new:
            key = (values["name"].lower(), values["class_id"])
            starts[key] = min(values["date_from"], starts.get(key, values["date_from"]))
        ending = {}
        for rate in known:
            start = starts.get((rate.name.lower(), rate.class_id.id))
            if start and not rate.date_to and rate.date_from < start:
                ending.setdefault(start, known.browse())
                ending[start] |= rate
        for start, rates in ending.items():
            rates.date_to = start - timedelta(days=1)

    def _get_sentence(self, error):
        _ = self.env._
        sentences = {
            "not_text": _("This is no table: save it as CSV, and choose it again."),
            "empty": _("There are no rates in this table."),
            "too_long": _("This table is too long. Load a part of it."),
            "heading": _(
                "A column is missing: %(column)s. The first line names the columns: vehicle, "
                "class, per km, valid from, valid until.",
                column=error.text,
            ),
            "value": _(
                "Line %(line)s cannot be read: %(text)s. It needs a vehicle, an amount per "
                "kilometre and a day.",
                line=error.line,
                text=error.text,
            ),
        }
        return sentences[error.reason]
