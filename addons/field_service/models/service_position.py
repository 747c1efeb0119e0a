from datetime import timedelta

from odoo import api, fields, models

from ..presence import round_position


class ServicePosition(models.Model):
    """Where somebody was when they set off, arrived or left, to about 100 metres.

    Kept only while the company says so, for as long as it says. The person and the service managers
    read it; customers and colleagues never.
    """

    _name = "service.position"
    _description = "Position at Work"
    _order = "id desc"
    _rec_name = "intervention_id"

    user_id = fields.Many2one(
        "res.users", string="Person", required=True, index=True, ondelete="cascade", readonly=True
    )
    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="intervention_id.company_id", store=True, precompute=True)
    act = fields.Selection(
        selection=[("travel", "Set off"), ("check_in", "Arrived"), ("check_out", "Left")],
        required=True,
        readonly=True,
    )
    moment = fields.Datetime(required=True, readonly=True)
    latitude = fields.Float(digits=(7, 3), required=True, readonly=True, aggregator=None)
    longitude = fields.Float(digits=(7, 3), required=True, readonly=True, aggregator=None)

    # What is to be deleted is found without reading the rest.
    _moment_idx = models.Index("(company_id, moment)")

    def action_open_map(self):
        """Show the place on a map."""
        self.ensure_one()
        self.check_access("read")
        place = f"mlat={self.latitude:.3f}&mlon={self.longitude:.3f}"
        return {
            "type": "ir.actions.act_url",
            "url": f"https://www.openstreetmap.org/?{place}#map=14/{self.latitude}/{self.longitude}",
            "target": "new",
        }

    @api.autovacuum
    def _gc_positions(self):
        """Delete what has been kept for as long as the company says."""
        gone = self.browse()
        now = fields.Datetime.now()
        for (company,) in self._read_group([], ["company_id"]):
            limit = now - timedelta(days=company.service_positions_days)
            gone |= self.search([("company_id", "=", company.id), ("moment", "<", limit)])
        gone.unlink()


class ServiceIntervention(models.Model):
    """Keeping a position with a tap, and saying plainly what is kept."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    position_notice = fields.Char(
        compute="_compute_position_notice", export_string_translation=False
    )

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_position_notice(self):
        for intervention in self:
            intervention.position_notice = intervention.company_id._get_position_notice()

    def _keep_position(self, act, position):
        """Keep where the user is, if the company records it and the browser gave it; in sudo.

        What is no position is left out: it must never stand in the way of a tap.
        """
        place = self.company_id.service_positions and round_position(position)
        if place:
            self.env["service.position"].create(
                {
                    "user_id": self.env.uid,
                    "intervention_id": self.id,
                    "act": act,
                    "moment": fields.Datetime.now(),
                    "latitude": place[0],
                    "longitude": place[1],
                }
            )
