import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    situation_grace_days = fields.Integer(
        string="Days of grace",
        default=0,
        help="An invoice counts as overdue this many days after its due date.",
    )
    situation_block_days = fields.Integer(
        string="Blocked when overdue by",
        default=0,
        help="A customer with an invoice overdue by more days is shown as blocked. Zero: never.",
    )

    def _reset_ticket_policies(self):
        """Have the service level of open tickets decided anew."""
        self.env["helpdesk.ticket"].sudo().search(
            [("company_id", "in", self.ids), ("closed", "=", False)]
        )._reset_policies()

    # === TIME ZONE === #

    def _get_service_timezone(self, calendar=None):
        """Zone in which hours of the day count: that of the company's working hours.

        Those are in UTC where nobody has chosen their zone: the company's own contact says it
        better, or its country, if that has a single zone.

        :param recordset calendar: working hours that hold instead of the company's
        """
        self.ensure_one()
        # Working hours and the seat of a company are no secret, but not everybody reads them.
        company_sudo = self.sudo()
        zone = (calendar or company_sudo.resource_calendar_id).tz or "UTC"
        if zone != "UTC":
            return zone
        partner_sudo = company_sudo.partner_id
        zones = pytz.country_timezones.get(partner_sudo.country_id.code or "", [])
        return partner_sudo.tz or (zones[0] if len(zones) == 1 else zone)

    def _get_reader_timezone(self):
        """Zone in which whoever looks at a time reads it: their own, else the company's."""
        return self.env.context.get("tz") or self.env.user.tz or self._get_service_timezone()
