from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# As many as somebody scrolls through with a thumb; the rest is found by searching.
MAX_PARTS = 40
SUGGESTED_PARTS = 8
LIKE_MACHINES = 50
LONGEST_CODE = 100


class ServiceIntervention(models.Model):
    """Parts by catalogue: offered, found by their code, and counted up and down with one tap.

    Nothing in it tells a price: technicians see none.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === PUBLIC METHODS === #

    @api.readonly
    def find_parts(self, search="", equipment_id=None):
        """Offer parts: what was used here, on machines like this one, by oneself; then the others.

        :param str search: words of the name, a reference or a barcode; empty: what is likely
        :param int equipment_id: of several pieces of equipment the one that is worked on
        :return: ``{"parts": [{"id", "name", "code", "unit", "quantity", "why", "tracking"}, …],
            "equipment": [{"id", "name"}, …]}``; ``quantity`` is what one has recorded on this
            visit, ``why`` is ``here``, ``equipment``, ``recent`` or empty
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self.sudo()
        equipment_sudo = intervention_sudo._get_line_equipment({"equipment_id": equipment_id})
        quantities = intervention_sudo._get_part_quantities(equipment_sudo, self.env.user)
        term = search.strip()[:LONGEST_CODE] if isinstance(search, str) else ""
        reasons = {}
        if not term:
            reasons = intervention_sudo._suggest_parts(equipment_sudo, self.env.user, quantities)
        products_sudo = intervention_sudo._search_parts(term, list(reasons))
        return {
            "parts": [
                {
                    **self._prepare_part(product),
                    "quantity": quantities.get(product.id, 0.0),
                    "why": reasons.get(product.id, ""),
                }
                for product in products_sudo
            ],
            "equipment": [
                {"id": item.id, "name": item.display_name}
                for item in intervention_sudo.equipment_ids
            ],
        }

    @api.readonly
    def find_part_by_code(self, code, equipment_id=None):
        """The part with this barcode or reference, as read by a camera or typed.

        :return: one of ``find_parts``
        :raise UserError: when no part of the catalogue has it
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self.sudo()
        term = code.strip()[:LONGEST_CODE] if isinstance(code, str) else ""
        found = self.env["product.product"].sudo()
        if term:
            domain = intervention_sudo._get_part_domain()
            found = found.search(domain & Domain("barcode", "=", term), limit=1) or found.search(
                domain & Domain("default_code", "=ilike", term), limit=1
            )
        if not found:
            raise UserError(
                self.env._(
                    "No part in the catalogue has the code “%(code)s”. Look for it by name, or ask "
                    "the office to add it.",
                    code=term,
                )
            )
        equipment_sudo = intervention_sudo._get_line_equipment({"equipment_id": equipment_id})
        quantities = intervention_sudo._get_part_quantities(equipment_sudo, self.env.user)
        return {
            **self._prepare_part(found),
            "quantity": quantities.get(found.id, 0.0),
            "why": "",
        }

    @idempotent
    def set_part(
        self, product_id, quantity, equipment_id=None, serial_number=None, request_uuid=None
    ):
        """Say how many pieces of a part one has used on this visit; none takes it back.

        It changes the line that is there, as long as its report is a draft, and records a new one
        otherwise, see ``record_work``.

        :param float quantity: pieces in all, not more or fewer
        :param int equipment_id: of several pieces of equipment the one it was used on
        :param str serial_number: count the pieces of this serial number or lot only
        :return: ``{"id", "quantity", "lines": […]}``; ``quantity`` is in all
        """
        self.ensure_one()
        self._check_may_work()
        given = {
            "kind": "part",
            "product_id": self._check_product("part", product_id),
            "quantity": self._check_number(quantity),
            "equipment_id": equipment_id,
            "serial_number": self._check_serial_number(serial_number),
        }
        intervention_sudo = self._lock_for_work()
        equipment_sudo = intervention_sudo._get_line_equipment(given)
        lines_sudo = intervention_sudo._get_open_part_lines(equipment_sudo, self.env.user).filtered(
            lambda line: (
                line.product_id.id == given["product_id"]
                and given["serial_number"] in (False, line.serial_number)
            )
        )
        missing = self._change_pieces(lines_sudo, given["quantity"])
        if missing > 0:
            given["quantity"] = missing
            recorded = self.record_work(
                lines=[{name: value for name, value in given.items() if value}]
            )
            lines_sudo |= lines_sudo.browse([line["id"] for line in recorded["lines"]])
        quantities = intervention_sudo._get_part_quantities(equipment_sudo, self.env.user)
        return {
            "id": given["product_id"],
            "quantity": quantities.get(given["product_id"], 0.0),
            "lines": [
                line.sudo(False)._to_dict()
                for line in lines_sudo.exists()
                if line.product_id.id == given["product_id"]
            ],
        }

    # === THE CATALOGUE === #

    def _get_part_domain(self):
        """What can be used up on a job: goods that are sold; an override narrows it."""
        return Domain(
            [
                ("sale_ok", "=", True),
                ("type", "=", "consu"),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )

    def _search_parts(self, term, first_ids):
        """Products to show, those of ``first_ids`` before the others; in sudo.

        Technicians in the portal read no products: they are told names and codes only.
        """
        products_sudo = self.env["product.product"].sudo()
        domain = self._get_part_domain()
        if term:
            domain &= Domain.OR(
                [
                    Domain("barcode", "=", term),
                    Domain("default_code", "ilike", term),
                    *[Domain.AND(Domain("name", "ilike", word) for word in term.split())],
                ]
            )
            return products_sudo.search(domain, limit=MAX_PARTS, order="name, id")
        first_sudo = products_sudo.search(domain & Domain("id", "in", first_ids))
        places = {product_id: place for place, product_id in enumerate(first_ids)}
        others_sudo = products_sudo.search(
            domain & Domain("id", "not in", first_ids),
            limit=MAX_PARTS - len(first_sudo),
            order="name, id",
        )
        return first_sudo.sorted(lambda product: places[product.id]) + others_sudo

    def _suggest_parts(self, equipment, user, quantities):
        """Why a part is likely, by its id, the likeliest first.

        :param dict quantities: what is recorded already, see ``_get_part_quantities``
        """
        used_here = dict.fromkeys(quantities, "here")
        used_on_like = dict.fromkeys(self._get_parts_of_machines(equipment), "equipment")
        recent = dict.fromkeys(self._get_recent_parts(user), "recent")
        likely = {}
        for reasons in (used_here, used_on_like, recent):
            for product_id, reason in reasons.items():
                likely.setdefault(product_id, reason)
        return likely

    def _get_parts_of_machines(self, equipment):
        """Ids of the parts that were used most on the equipment and on others of its model."""
        machines = equipment or self.equipment_ids
        if machines.product_id:
            machines |= machines.search(
                [
                    ("product_id", "in", machines.product_id.ids),
                    ("company_id", "=", self.company_id.id),
                ],
                limit=LIKE_MACHINES,
                order="id desc",
            )
        if not machines:
            return []
        counted = self.env["service.work.line"]._read_group(
            [("kind", "=", "part"), ("equipment_id", "in", machines.ids)],
            ["product_id"],
            order="__count desc",
            limit=SUGGESTED_PARTS,
        )
        return [product.id for (product,) in counted]

    def _get_recent_parts(self, user):
        """Ids of the parts that somebody has used last."""
        lines = self.env["service.work.line"].search_fetch(
            [("kind", "=", "part"), ("employee_id", "in", user.sudo().employee_ids.ids)],
            ["product_id"],
            limit=SUGGESTED_PARTS * 3,
            order="id desc",
        )
        return lines.product_id.ids[:SUGGESTED_PARTS]

    @api.model
    def _prepare_part(self, product_sudo):
        """What a catalogue tells of a product: no price. An override adds to it."""
        product_sudo = product_sudo.with_context(display_default_code=False)
        return {
            "id": product_sudo.id,
            "name": product_sudo.display_name,
            "code": product_sudo.default_code or "",
            "unit": product_sudo.uom_id.name,
            "tracking": "none",
        }

    # === WHAT IS RECORDED === #

    def _get_open_part_lines(self, equipment, user):
        """The parts that somebody has recorded on their visit and may still change, newest first.

        It is the visit and the person that ``record_work`` takes for what is recorded now.
        """
        given = {
            "kind": "part",
            "employee_id": None,
            "event_id": None,
            "start": None,
            "date": fields.Date.context_today(self),
        }
        employee = self._get_employee(given, user)
        visit = self._get_visit(given, employee, user)
        return self.work_line_ids.filtered(
            lambda line: (
                line.kind == "part"
                and line.employee_id == employee
                and line.event_id == visit
                and line.equipment_id == equipment
                and not line._is_closed()
            )
        ).sorted("id", reverse=True)

    def _get_part_quantities(self, equipment, user):
        """Pieces that somebody has recorded on their visit, by the part's id."""
        quantities = {}
        for line in self._get_open_part_lines(equipment, user):
            part_id = line.product_id.id
            quantities[part_id] = round(quantities.get(part_id, 0.0) + line.quantity, 4)
        return quantities

    @api.model
    def _change_pieces(self, lines, quantity):
        """Bring lines, the newest first, to so many pieces; a line without any goes.

        :return: the pieces that no line was there for
        """
        difference = round(quantity - sum(lines.mapped("quantity")), 4)
        for line in lines:
            pieces = max(round(line.quantity + difference, 4), 0.0)
            difference = round(difference - (pieces - line.quantity), 4)
            if pieces:
                line._set_pieces(pieces)
            else:
                line.unlink()
        return difference

    # === ACTIONS === #

    def action_open_parts(self):
        """Open the catalogue of parts."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "field_service.service_intervention_parts_action"
        )
        action["context"] = {"active_id": self.id}
        return action
