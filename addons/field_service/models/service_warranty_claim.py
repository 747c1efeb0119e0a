from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.knowledge_base.locking import lock_rows

from .service_work_line import KEPT_FIELDS

KEPT_FIELDS.add("claim_id")


class ServiceWarrantyClaim(models.Model):
    """What a manufacturer is to pay back of work in warranty that we have paid for.

    Each cost is claimed once. It is a figure of costs: what is invoiced to the manufacturer, or
    credited by them, goes through Odoo's own documents.
    """

    _name = "service.warranty.claim"
    _description = "Claim against a Manufacturer"
    _inherit = ["mail.thread", "service.state.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reference"
    _check_company_auto = True

    reference = fields.Char(string="Their number", tracking=True, help="What they call this case.")
    date = fields.Date(required=True, default=fields.Date.context_today)
    company_id = fields.Many2one(
        related="intervention_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="restrict", readonly=True
    )
    equipment_id = fields.Many2one("service.equipment", index="btree_not_null", readonly=True)
    serial_number = fields.Char(related="equipment_id.serial_number")
    manufacturer_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict", tracking=True
    )
    work_line_ids = fields.One2many("service.work.line", "claim_id", string="Work", readonly=True)
    amount_cost = fields.Monetary(string="Cost", readonly=True)
    amount = fields.Monetary(string="Claimed", tracking=True)
    recovered_amount = fields.Monetary(string="Recovered", tracking=True)
    state = fields.Selection(
        selection=[
            ("to_claim", "To be claimed"),
            ("claimed", "Claimed"),
            ("recovered", "Recovered"),
            ("refused", "Refused"),
        ],
        required=True,
        default="to_claim",
        readonly=True,
        tracking=True,
        index=True,
    )
    note = fields.Text()

    _amounts_valid = models.Constraint(
        "CHECK (amount >= 0 AND recovered_amount >= 0)",
        "What is claimed or recovered cannot be negative.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_claimed(self):
        if any(claim.state != "to_claim" for claim in self):
            raise UserError(self.env._("A claim that was sent stays. Mark it as refused."))

    # === ACTIONS === #

    def action_claim(self):
        """These claims have been sent."""
        self._move("to_claim", "claimed")

    def action_recover(self):
        """The manufacturer has paid: all that was claimed, unless another amount is written."""
        self.check_access("write")
        for claim in self.filtered(lambda claim: not claim.recovered_amount):
            claim.recovered_amount = claim.amount
        self._move("claimed", "recovered")

    def action_refuse(self):
        """The manufacturer pays nothing."""
        self.check_access("write")
        self.recovered_amount = 0.0
        self._move("claimed", "refused")

    def action_reset(self):
        """Look at these claims again from the beginning."""
        self.check_access("write")
        self._change_state({"state": "to_claim", "recovered_amount": 0.0})

    def _move(self, before, after):
        self.check_access("write")
        if any(claim.state != before for claim in self):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._("Only what is “%(state)s” can be changed.", state=labels[before])
            )
        self._change_state({"state": after})


class ServiceWorkLine(models.Model):
    """Costs that a manufacturer is to pay back."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    claim_id = fields.Many2one(
        "service.warranty.claim",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="field_service.field_service_group_cost",
    )
    blocked_kind = fields.Selection(
        selection_add=[("claimed", "Claimed from the manufacturer")],
        ondelete={"claimed": "set null"},
    )

    @api.depends("claim_id.state")
    def _compute_billing_state(self):
        return super()._compute_billing_state()

    @api.depends("blocked_kind")
    def _compute_blocked_reason(self):
        result = super()._compute_blocked_reason()
        for line in self:
            if line.blocked_kind == "claimed":
                line.blocked_reason = self.env._(
                    "The manufacturer is asked for its cost: it would be paid twice. Mark the "
                    "claim as refused before the customer is invoiced."
                )
        return result

    def _find_block(self):
        """Extension of its own model: what a manufacturer is asked for no customer is billed."""
        # Whether something is claimed decides for everybody, also for who may not see claims.
        claim_sudo = self.sudo().claim_id
        if (
            claim_sudo
            and claim_sudo.state != "refused"
            and (
                self.payer_id.commercial_partner_id
                != claim_sudo.manufacturer_id.commercial_partner_id
            )
        ):
            return "claimed"
        return super()._find_block()

    def claim_from_manufacturer(self, manufacturer_id=None):
        """Claim the cost of work in warranty or at our expense from the manufacturer.

        :param int manufacturer_id: whom, if the equipment's warranty names nobody
        :return: ``{"claim_ids": […]}``, one for each intervention, equipment and manufacturer
        :raise UserError: when there is nothing to claim, or nobody to claim it from
        """
        self.check_access("read")
        claims = self.env["service.warranty.claim"]
        claims.check_access("create")
        given = self.env["res.partner"].browse(manufacturer_id).exists()
        groups = {}
        for line in self._lock_claimable():
            manufacturer = given or line.equipment_id.warranty_term_id.manufacturer_id
            if not manufacturer:
                raise ValidationError(
                    self.env._(
                        "Say which manufacturer “%(line)s” is claimed from: its warranty names "
                        "none.",
                        line=line.name,
                    )
                )
            key = (line.intervention_id, line.equipment_id, manufacturer)
            groups[key] = groups.get(key, self.browse()) | line
        for (intervention, equipment, manufacturer), lines in groups.items():
            cost = sum(lines.mapped("amount_cost"))
            claim = claims.create(
                {
                    "intervention_id": intervention.id,
                    "equipment_id": equipment.id,
                    "manufacturer_id": manufacturer.id,
                    "amount_cost": cost,
                    "amount": cost,
                }
            )
            # Which claim a cost is on is written by Campo alone, see KEPT_FIELDS.
            lines.sudo().claim_id = claim
            claims |= claim
        return {"claim_ids": claims.ids}

    def _lock_claimable(self):
        """The lines that nobody pays us and that are claimed from nobody yet, locked."""
        lock_rows(self)
        lines = self.filtered(
            lambda line: (
                line.coverage in ("warranty", "goodwill")
                and line.billing_state == "covered"
                and not line.claim_id
            )
        )
        if not lines:
            raise UserError(
                self.env._(
                    "There is nothing to claim: only work in warranty or at our expense, once."
                )
            )
        return lines

    def action_claim_from_manufacturer(self):
        """Claim the cost of these lines, and show the claims."""
        created = self.claim_from_manufacturer()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_warranty_claim_action"
        )
        return {**action, "domain": [("id", "in", created["claim_ids"])], "context": {}}
