from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class ServiceWorkLine(models.Model):
    """A part that is kept in stock leaves the van when it is recorded, and comes back with it.

    The move carries the cost; Campo writes none of its own.
    """

    _inherit = "service.work.line"

    stock_move_ids = fields.One2many(
        "stock.move", "service_work_line_id", string="Stock moves", readonly=True
    )

    # === COSTS === #

    def _has_own_cost(self):
        """Override of `field_service`: a move costs already."""
        return super()._has_own_cost() and not self._get_source_sudo()

    def _get_cost(self):
        """Override of `field_service`: what the moves took out, less what they brought back."""
        moves = self.stock_move_ids
        if not moves:
            return super()._get_cost()
        return sum(move.value if move.is_out else -move.value for move in moves)

    @api.depends("stock_move_ids.value")
    def _compute_amount_cost(self):
        return super()._compute_amount_cost()

    # === MOVING === #

    def _create_costs(self):
        """Override of `field_service`: parts from stock are moved instead."""
        result = super()._create_costs()
        self._move_pieces({line: line.quantity for line in self})
        return result

    def _update_costs(self):
        """Override of `field_service`: more leave the van, or some come back."""
        result = super()._update_costs()
        # A part with a cost line was recorded before stock was kept of it: it costs there.
        moved = self.filtered(lambda line: not line.sudo().analytic_line_id)
        moved._move_pieces({line: line.quantity - line._get_moved() for line in moved})
        return result

    def unlink(self):
        # They come back before the line is forgotten.
        self._move_pieces({line: -line._get_moved() for line in self})
        return super().unlink()

    def _get_source_sudo(self):
        """Where the part lies; empty for what isn't kept in stock."""
        self.ensure_one()
        if self.kind != "part" or not self.sudo().product_id.is_storable:
            return self.env["stock.location"].sudo()
        return self.employee_id._get_part_location_sudo(self.company_id)

    def _get_moved(self):
        """Pieces that have left the van for this line, in its unit."""
        self.ensure_one()
        return sum(
            move.quantity if move.is_out else -move.quantity for move in self.sudo().stock_move_ids
        )

    def _move_pieces(self, pieces):
        """Move pieces by line to the customer, negative ones back to where they came from.

        The work was checked by who records it; technicians have no rights on the stock.

        :param dict pieces: quantity by line, in the line's unit
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        values = [
            line.sudo()._prepare_move_values(share, before)
            for line, quantity in pieces.items()
            if float_compare(quantity, 0, precision_digits=digits) and line._can_move(quantity)
            for before, share in line.sudo()._share_moves(quantity)
        ]
        moves_sudo = self.env["stock.move"].sudo().create(values)
        moves_sudo._action_confirm(merge=False)
        for move in moves_sudo:
            line = move.service_work_line_id
            move.move_line_ids.unlink()
            move.move_line_ids = [fields.Command.create(line._prepare_move_line_values(move))]
        moves_sudo.picked = True
        moves_sudo._action_done()

    def _can_move(self, quantity):
        return bool(quantity < 0 or self._get_source_sudo())

    def _share_moves(self, quantity):
        """Pieces to move, those that come back by the move they left with: each for what it cost.

        :return: list of (earlier move out, quantity); what left last comes back first
        """
        self.ensure_one()
        out = self.stock_move_ids.filtered("is_out")
        if quantity > 0:
            return [(out[-1:], quantity)]
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        back = (self.stock_move_ids - out).grouped("origin_returned_move_id")
        shares = []
        for move in reversed(out):
            still_out = move.quantity - sum(back.get(move, out[:0]).mapped("quantity"))
            share = min(-quantity, still_out)
            if float_compare(share, 0, precision_digits=digits) > 0:
                shares.append((move, -share))
                quantity += share
        return shares

    def _prepare_move_values(self, quantity, before):
        """Values of a move out (positive) or back (negative).

        :param before: the move out that it comes back from, or that went the same way; or empty
        """
        self.ensure_one()
        source = before.location_id or self._get_source_sudo()
        place = self.intervention_id.site_id or self.intervention_id.partner_id
        target = before.location_dest_id or (
            place.with_company(self.company_id).property_stock_customer
        )
        way = {"location_id": source.id, "location_dest_id": target.id}
        if quantity < 0:
            way = {
                "location_id": target.id,
                "location_dest_id": source.id,
                # It comes back for what it cost.
                "origin_returned_move_id": before.id,
            }
        return {
            **way,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "product_uom": self.uom_id.id,
            "product_uom_qty": abs(quantity),
            "origin": self.intervention_id.number,
            "partner_id": place.id,
            "service_work_line_id": self.id,
            "service_project_id": self._get_cost_project().id,
        }

    def _prepare_move_line_values(self, move):
        return {
            "company_id": move.company_id.id,
            "product_id": move.product_id.id,
            "product_uom_id": move.product_uom.id,
            "quantity": move.product_uom_qty,
            "location_id": move.location_id.id,
            "location_dest_id": move.location_dest_id.id,
            "lot_id": self._get_lot().id,
        }

    def _get_lot(self):
        """The lot or serial number that was written down, known from now on if it wasn't."""
        lots = self.env["stock.lot"]
        if self.product_id.tracking == "none" or not self.serial_number:
            return lots
        found = lots.search(
            [
                ("name", "=", self.serial_number),
                ("product_id", "=", self.product_id.id),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            limit=1,
        )
        return found or lots.create(
            {
                "name": self.serial_number,
                "product_id": self.product_id.id,
                "company_id": self.company_id.id,
            }
        )

    # === WHAT PEOPLE ARE TOLD === #

    def _set_pieces(self, pieces):
        """Override of `field_service`: there is one of each serial number."""
        if pieces > 1 and self.sudo().product_id.tracking == "serial":
            raise UserError(
                self.env._(
                    "One serial number is one piece: record each of “%(part)s” by itself.",
                    part=self.sudo().product_id.name,
                )
            )
        return super()._set_pieces(pieces)

    def _to_dict(self):
        """Override of `field_service`: the van may not have had so many."""
        return {**super()._to_dict(), "warning": self._get_stock_warning()}

    def _get_stock_warning(self):
        """Sentence for whoever took more than the stock knows of; None when all is well.

        It is recorded all the same: the part is in the machine, whatever was counted.
        """
        moves_sudo = self.sudo().stock_move_ids.filtered("is_out")
        location = moves_sudo[-1:].location_id
        if not location:
            return None
        lot = self.sudo()._get_lot()
        left = (
            self.env["stock.quant"]
            .sudo()
            ._get_available_quantity(
                self.sudo().product_id, location, lot_id=lot, strict=True, allow_negative=True
            )
        )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(left, 0, precision_digits=digits) >= 0:
            return None
        return self.env._(
            "According to the stock, %(location)s had too few of “%(part)s”: tell the office.",
            location=location.display_name,
            part=self.sudo().product_id.name,
        )
