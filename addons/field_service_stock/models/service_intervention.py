from odoo import api, models
from odoo.exceptions import ValidationError


class ServiceIntervention(models.Model):
    """The catalogue tells what is on the van, and asks for serial numbers and lots."""

    _inherit = "service.intervention"

    @api.readonly
    def find_parts(self, search="", equipment_id=None):
        """Extension: ``on_hand``, the pieces on the van, of parts that are kept in stock."""
        result = super().find_parts(search=search, equipment_id=equipment_id)
        on_hand = self._count_on_hand([part["id"] for part in result["parts"]])
        for part in result["parts"]:
            part["on_hand"] = on_hand.get(part["id"]) if part["is_storable"] else None
        return result

    @api.model
    def _prepare_part(self, product_sudo):
        """Override of `field_service`: whether stock and serial numbers are kept of it."""
        return {
            **super()._prepare_part(product_sudo),
            "tracking": product_sudo.tracking if product_sudo.is_storable else "none",
            "is_storable": product_sudo.is_storable,
        }

    def _count_on_hand(self, product_ids):
        """Pieces by product's id in the user's van, in one query; those without any are zero."""
        own = self.sudo().technician_ids.filtered(lambda who: who.user_id == self.env.user)
        location = (own or self.env.user.sudo().employee_id)[:1]._get_part_location_sudo(
            self.sudo().company_id
        )
        # Technicians don't read the stock; of their own van they are told the parts offered.
        counted = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [("product_id", "in", product_ids), ("location_id", "child_of", location.ids)],
                ["product_id"],
                ["quantity:sum"],
            )
        )
        return {**dict.fromkeys(product_ids, 0.0), **{p.id: total for p, total in counted}}

    def _check_line(self, given):
        """Override of `field_service`: what has a serial number is recorded with it."""
        line = super()._check_line(given)
        if line["kind"] != "part":
            return line
        product_sudo = self.env["product.product"].sudo().browse(line["product_id"])
        if not product_sudo.is_storable or product_sudo.tracking == "none":
            return line
        if not line["serial_number"]:
            raise ValidationError(
                self.env._("Write the serial number or lot of “%(part)s”.", part=product_sudo.name)
            )
        if product_sudo.tracking == "serial" and line["quantity"] != 1:
            raise ValidationError(
                self.env._(
                    "One serial number is one piece: record each of “%(part)s” by itself.",
                    part=product_sudo.name,
                )
            )
        return line

    def _record_lines(self, lines, user):
        """Extension: a machine that was built in has the serial number that was recorded."""
        created = super()._record_lines(lines, user)
        for line in created.filtered(lambda line: line.kind == "part" and line.serial_number):
            machine = line.equipment_id
            if machine.product_id == line.product_id and not machine.serial_number:
                machine.serial_number = line.serial_number
        return created
