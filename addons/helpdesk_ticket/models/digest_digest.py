from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class DigestDigest(models.Model):
    """The desk's figures in the digest that Odoo mails, for people of the helpdesk."""

    _inherit = "digest.digest"

    kpi_helpdesk_opened = fields.Boolean(string="Tickets opened")
    kpi_helpdesk_opened_value = fields.Integer(compute="_compute_kpi_helpdesk_opened_value")
    kpi_helpdesk_closed = fields.Boolean(string="Tickets closed")
    kpi_helpdesk_closed_value = fields.Integer(compute="_compute_kpi_helpdesk_closed_value")
    kpi_helpdesk_kept = fields.Boolean(string="Promises kept (%)")
    kpi_helpdesk_kept_value = fields.Integer(compute="_compute_kpi_helpdesk_kept_value")

    def _compute_kpi_helpdesk_opened_value(self):
        self._check_helpdesk_kpi()
        self._calculate_company_based_kpi("helpdesk.ticket", "kpi_helpdesk_opened_value")

    def _compute_kpi_helpdesk_closed_value(self):
        self._check_helpdesk_kpi()
        self._calculate_company_based_kpi(
            "helpdesk.ticket", "kpi_helpdesk_closed_value", date_field="close_date"
        )

    def _compute_kpi_helpdesk_kept_value(self):
        self._check_helpdesk_kpi()
        start, end, companies = self._get_kpi_compute_parameters()
        kept = dict(
            self.env["helpdesk.ticket.report"]._read_group(
                Domain("company_id", "in", companies.ids)
                & Domain("close_date", ">=", start)
                & Domain("close_date", "<", end),
                ["company_id"],
                ["promise_kept:avg"],
            )
        )
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_helpdesk_kept_value = round(kept.get(company) or 0)

    def _check_helpdesk_kpi(self):
        """Digests leave out what raises AccessError."""
        if not self.env.user.has_group("helpdesk_ticket.helpdesk_ticket_group_user"):
            raise AccessError(self.env._("The figures of the helpdesk are for its people."))

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref("helpdesk_ticket.helpdesk_ticket_menu_root").id
        for name in ("opened", "closed", "kept"):
            actions[f"kpi_helpdesk_{name}"] = (
                f"helpdesk_ticket.helpdesk_ticket_report_action_dashboard?menu_id={menu_id}"
            )
        return actions
