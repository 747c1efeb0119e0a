from odoo import api, fields, models


class HelpdeskSlaPolicy(models.Model):
    """A service level may be what a contract promises."""

    _inherit = "helpdesk.sla.policy"

    by_contract = fields.Boolean(
        string="Only by contract",
        help="The policy holds for tickets that one of its contracts covers, for no others.",
    )
    contract_ids = fields.Many2many(
        "service.contract",
        relation="service_contract_sla_policy_rel",
        string="Contracts",
        check_company=True,
    )

    def _holds_for(self, ticket):
        """Override of `helpdesk_ticket` to ask for the contract, only where one is named."""
        return super()._holds_for(ticket) and (
            not self.by_contract or ticket.contract_id in self.contract_ids
        )

    @api.model
    def _condition_fields(self):
        return super()._condition_fields() | {"by_contract", "contract_ids"}
