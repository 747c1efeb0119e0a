from odoo import api, fields, models
from odoo.fields import Domain

from ..slots import road
from ..zones import Zone, find_zone, read_prefixes


class ServiceZone(models.Model):
    """A part of the country for which travelling has a price of its own (*zona*)."""

    _name = "service.zone"
    _description = "Zone"
    _order = "sequence, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    zip_prefixes = fields.Char(
        string="Postcodes beginning with", help="E.g. 36, 350: the longest beginning decides."
    )
    state_ids = fields.Many2many("res.country.state", string="Provinces")
    is_band = fields.Boolean(
        string="By distance", help="Places which no postcode and no province decides."
    )
    km_from = fields.Float(string="From (km)", help="Road kilometres from the company.")
    km_to = fields.Float(string="To (km)", help="It ends before. Zero: it has no end.")

    _kilometres_in_order = models.Constraint(
        "CHECK (km_from >= 0 AND (km_to = 0 OR km_to > km_from))",
        "A zone cannot end before it begins.",
    )

    @api.model
    def _get_zones(self, company):
        """The zones of a company: a short list, looked up once and chosen from in memory."""
        return self.search(Domain("company_id", "=", company.id))

    def _find_for(self, place, company):
        """The zone of this set that a place falls into, and the rule that decided.

        :param recordset place: the address of a job
        :return: zone (perhaps none), and ``explicit``, ``postcode``, ``province``, ``distance`` or
            ``none``
        """
        way = road(
            company.partner_id._get_coordinates(), place._get_coordinates(), company._get_roads()
        )
        key, rule = find_zone(
            [zone._as_zone() for zone in self],
            place.with_company(company).service_zone_id.id,
            place.zip,
            place.state_id.id,
            way[0] if way else None,
        )
        return self.browse(key), rule

    def _as_zone(self):
        self.ensure_one()
        return Zone(
            self.id,
            read_prefixes(self.zip_prefixes),
            frozenset(self.state_ids.ids),
            self.km_from if self.is_band else None,
            self.km_to or None,
        )
