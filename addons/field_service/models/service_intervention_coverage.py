from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..coverage import Cause, PartWarranty, Rework, Work, decide

# What a change of these decides anew: who pays for the work already recorded.
DECIDING_FIELDS = {"cause_id", "rework_of_id", "project_id", "contract_id"}


class ServiceIntervention(models.Model):
    """Who pays: what the coverage rules are asked, and asked again when something changes."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    rework_of_id = fields.Many2one(
        "service.intervention",
        string="Repeats the repair of",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
        check_company=True,
        domain="[('partner_id', '=', partner_id), ('state', '=', 'done')]",
        help="The same fault was repaired by us shortly before: its repair is at our expense.",
    )
    rework_refused = fields.Boolean(
        string="Another fault than before", copy=False, export_string_translation=False
    )
    rework_candidate_id = fields.Many2one(
        "service.intervention", compute="_compute_rework_candidate_id"
    )

    # === COMPUTE METHODS === #

    @api.depends("equipment_ids", "rework_of_id", "rework_refused", "state")
    def _compute_rework_candidate_id(self):
        """The last repair of the same equipment, so recent that it may be the same fault."""
        asked = self.filtered(
            lambda record: (
                record.state not in ("done", "cancelled")
                and not record.rework_of_id
                and not record.rework_refused
            )
        )
        (self - asked).rework_candidate_id = False
        recent = asked._find_recent_repairs()
        for intervention in asked:
            intervention.rework_candidate_id = recent.get(intervention, self.browse())[:1]

    @api.constrains("rework_of_id")
    def _check_rework_of_id(self):
        for intervention in self.filtered("rework_of_id"):
            before = intervention.rework_of_id
            if before == intervention or before.commercial_partner_id != (
                intervention.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._("Choose an earlier intervention at the same customer's.")
                )

    # === CRUD METHODS === #

    def write(self, vals):
        deciding = not DECIDING_FIELDS.isdisjoint(vals)
        before = {record: record._get_deciding_values() for record in self} if deciding else {}
        result = super().write(vals)
        if "cause_id" in vals:
            self._recognise_rework()
        changed = self.filtered(
            lambda record: record in before and before[record] != record._get_deciding_values()
        )
        changed._charge_again()
        return result

    def _get_deciding_values(self):
        self.ensure_one()
        return [self.mapped(name) for name in sorted(DECIDING_FIELDS)]

    # === REWORK === #

    def _find_recent_repairs(self):
        """Repairs of the same equipment that were finished within the company's days of rework.

        :return: interventions by intervention, the last one first; one query for any number
        """
        equipment = self.equipment_ids._origin
        today = fields.Datetime.now()
        limits = {
            company: today - relativedelta(days=company.service_rework_days)
            for company in self.company_id
            if company.service_rework_days
        }
        if not equipment or not limits:
            return {}
        # Who repaired it before may have been another crew, which a technician doesn't see.
        repairs_sudo = self.sudo().search(
            [
                ("equipment_ids", "in", equipment.ids),
                ("company_id", "in", [company.id for company in limits]),
                ("state", "=", "done"),
                ("close_date", ">=", min(limits.values())),
                ("type_id.needs_solution", "=", True),
            ],
            order="close_date desc, id desc",
        )
        return {
            intervention: repairs_sudo.filtered(
                lambda repair, record=intervention: (
                    repair.equipment_ids & record.equipment_ids._origin
                    and repair.company_id == record.company_id
                    and repair.close_date >= limits[record.company_id]
                    and repair != record._origin
                    and repair.create_date <= (record.create_date or today)
                )
            )
            for intervention in self
            if intervention.company_id in limits
        }

    def _recognise_rework(self):
        """The same cause on the same equipment within the days of rework is the same fault."""
        open_ones = self.filtered(
            lambda record: record.cause_id and not record.rework_of_id and not record.rework_refused
        )
        for intervention, repairs in open_ones._find_recent_repairs().items():
            same = repairs.filtered(
                lambda repair, cause=intervention.cause_id: repair.cause_id == cause
            )
            if same:
                intervention.rework_of_id = same[:1].id

    def action_confirm_rework(self):
        """It is the same fault as the recent repair: this work is at our expense."""
        self.ensure_one()
        self.check_access("write")
        if not self.rework_candidate_id:
            raise UserError(self.env._("There is no recent repair of this equipment any more."))
        self.rework_of_id = self.rework_candidate_id.id

    def action_refuse_rework(self):
        """It is another fault: don't ask again."""
        self.check_access("write")
        self.rework_refused = True

    # === DECIDING === #

    def _decide(self, kind, day, quantity, equipment, part_warranty=None, visit=None):
        """Ask the coverage rules who pays for a piece of work.

        Of several pieces of equipment none is meant: somebody has to say which one.

        :param PartWarranty part_warranty: see ``_get_part_warranties``
        :param recordset visit: the ``calendar.event`` on which it was done
        """
        self.ensure_one()
        warranty_of = equipment or self.equipment_ids.filtered("warranty_term_id")[:1]
        cause = self.cause_id
        before_sudo = self.sudo().rework_of_id
        return decide(
            Work(kind, day, quantity, self._is_wasted_call(visit)),
            rework=Rework(before_sudo.number) if before_sudo else None,
            job_order=self._as_job_order(),
            part_warranty=part_warranty,
            warranty=warranty_of._as_warranty() if warranty_of else None,
            cause=Cause(cause.name, cause.excludes_warranty) if cause else None,
            contract=self.contract_id._as_contract(visit) if self.contract_id else None,
        )

    def _get_part_warranties(self, wanted):
        """Look up the parts that we installed before on the same equipment, in one query.

        :param set wanted: pairs of ids of equipment and product
        :return: ``coverage.PartWarranty`` by pair; of several the last one that was charged
        """
        self.ensure_one()
        # Portal users record parts without reading products.
        parts_sudo = self.env["product.product"].sudo().browse(part for _equipment, part in wanted)
        months = {part.id: part.service_warranty_months for part in parts_sudo if part.id}
        wanted = {pair for pair in wanted if pair[0] and months.get(pair[1])}
        if not wanted:
            return {}
        # Another crew may have installed it.
        lines_sudo = (
            self.env["service.work.line"]
            .sudo()
            .search(
                [
                    ("equipment_id", "in", [equipment_id for equipment_id, _part in wanted]),
                    ("product_id", "in", [product_id for _equipment, product_id in wanted]),
                    ("kind", "=", "part"),
                    ("intervention_id", "!=", self.id),
                    # What replaced a part for free has no warranty of its own.
                    ("coverage_rule", "!=", "part_warranty"),
                ],
                order="date, id",
            )
        )
        return {
            (line.equipment_id.id, line.product_id.id): PartWarranty(
                line.report_id.number or line.intervention_id.number,
                line.date + relativedelta(months=months[line.product_id.id]),
            )
            for line in lines_sudo
            if (line.equipment_id.id, line.product_id.id) in wanted
        }

    def _prepare_coverage_values(self, decision):
        """What a decision of ``coverage.decide`` means for a line."""
        by_contract = decision.rule.startswith("contract_")
        return {
            "coverage": decision.coverage,
            "coverage_rule": decision.rule,
            "coverage_params": dict(decision.params),
            "contract_id": self.contract_id.id if by_contract else False,
            "discount": decision.discount,
        }

    def _get_line_equipment(self, line):
        """The equipment the work was done on; the intervention's own when it has just one."""
        if line["equipment_id"]:
            equipment = self.equipment_ids.filtered(lambda item: item.id == line["equipment_id"])
            if not equipment:
                raise ValidationError(
                    self.env._("This equipment is not part of the intervention. Add it first.")
                )
            return equipment
        return self.equipment_ids if len(self.equipment_ids) == 1 else self.equipment_ids[:0]

    # === DECIDING AGAIN === #

    def _charge_again(self):
        """Decide anew who pays for work already recorded.

        What somebody has decided by hand stays, and so does what is invoiced. What the customer has
        signed is not changed behind their back: the office verifies it.
        """
        for intervention in self.filtered(lambda record: record.work_line_ids or record.event_ids):
            # Whoever writes the cause needn't have the right to charge.
            intervention_sudo = intervention._lock_for_work()
            intervention_sudo._count_visits(
                intervention_sudo.with_context(active_test=False).event_ids
            )
            intervention_sudo._charge_lines_again(intervention_sudo.work_line_ids)

    def _charge_lines_again(self, lines):
        """Decide anew who pays for some of the work recorded here; in sudo, after a lock."""
        self.ensure_one()
        lines = lines.filtered(
            lambda line: line.coverage_rule and not line.coverage_note and not line.invoice_line_id
        )
        part_warranties = self._get_part_warranties(
            {(line.equipment_id.id, line.product_id.id) for line in lines}
        )
        for line in lines:
            values = line._prepare_new_coverage(
                part_warranties.get((line.equipment_id.id, line.product_id.id))
            )
            if values and values["coverage_rule"] != line.coverage_rule:
                line._change_coverage(values)
