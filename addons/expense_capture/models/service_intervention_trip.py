from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.field_service.checking import is_id

from ..trip import Stop, find_unknown, measure

MAX_STOPS = 20
MAX_ODOMETER = 2_000_000


class ServiceIntervention(models.Model):
    """How far it is to an intervention, over other places and back."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @api.readonly
    def propose_distance(self, stops=None, return_trip=True):
        """How far the user drives to this intervention, by coordinates times the road factor.

        :param list[dict] stops: places on the way: ``intervention_id``, ``partner_id`` or ``name``
        :return: ``{"distance_km": number or None, "route": text, "unknown": name of the place
            that is not on the map, or ""}``
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        checked = self._check_stops(stops)
        # Who may work here may know how far it is; addresses are not shown.
        intervention_sudo = self.sudo()
        employee = intervention_sudo._get_employee(
            {"employee_id": False, "kind": "mileage"}, self.env.user
        )
        trip = intervention_sudo._get_trip(employee, checked)
        roads = intervention_sudo.company_id._get_roads()
        return {
            "distance_km": measure(trip, roads, return_trip is True),
            "route": " – ".join(stop.name for stop in trip),
            "unknown": find_unknown(trip),
        }

    def _get_trip(self, employee, stops):
        """The places of a trip: where the day begins, the stops, the site; in sudo.

        :param stops: pairs of name and ``res.partner``
        :return: list of ``Stop``
        """
        self.ensure_one()
        site = self.site_id or self.partner_id
        base = employee.address_id or self.company_id.partner_id
        start = employee._get_base() if employee else base._get_coordinates()
        return [
            Stop(base.city or base.name or "", start),
            *(
                Stop(name, partner._get_coordinates() if partner else None)
                for name, partner in stops
            ),
            Stop(site.city or site.name or "", site._get_coordinates()),
        ]

    def _check_stops(self, stops):
        """Judge the places on the way; what the user cannot read they cannot name.

        :return: list of pairs of name and ``res.partner``
        """
        if not stops:
            return []
        if not isinstance(stops, list) or not all(isinstance(stop, dict) for stop in stops):
            raise ValidationError(self.env._("Send the stops of a trip as a list of places."))
        if len(stops) > MAX_STOPS:
            raise ValidationError(
                self.env._("A trip has at most %(number)s stops.", number=MAX_STOPS)
            )
        return [self._check_stop(stop) for stop in stops]

    def _check_stop(self, stop):
        partner = self.env["res.partner"]
        if is_id(stop.get("intervention_id")):
            other = self.browse(stop["intervention_id"])
            other.check_access("read")
            partner = other.sudo().site_id or other.sudo().partner_id
        elif is_id(stop.get("partner_id")):
            partner = partner.browse(stop["partner_id"])
            partner.check_access("read")
        name = str(stop.get("name") or "").strip()[:100]
        partner_sudo = partner.sudo()
        name = name or partner_sudo.city or partner_sudo.display_name
        if not name:
            raise ValidationError(self.env._("Say where you stopped."))
        return name, partner_sudo

    def _check_trip(self, values):
        """What was given of a trip with one's own car, before anything is stored."""
        start, stop = (
            self._to_number(values.get(name)) for name in ("odometer_start", "odometer_stop")
        )
        given = {
            "odometer_start": start,
            "odometer_stop": stop,
            "is_return": values.get("return_trip") is not False,
            "distance_reason": str(values.get("distance_reason") or "").strip()[:200],
            "stops": self._check_stops(values.get("stops")),
            "vehicle_id": self._check_vehicle(values.get("vehicle_id")),
            "distance_km": 0,
        }
        if start or stop:
            if not 0 <= start < stop <= MAX_ODOMETER:
                raise ValidationError(
                    self.env._(
                        "The odometer shows more at the end of a trip than at its start: write "
                        "both."
                    )
                )
            given["distance_km"] = self._check_distance(stop - start)
            typed = self._to_number(values.get("distance_km"))
            if typed and abs(typed - given["distance_km"]) > 1:
                raise ValidationError(
                    self.env._(
                        "By the odometer it is %(odometer)s km, you wrote %(given)s km. Correct "
                        "one of them.",
                        odometer=round(stop - start, 1),
                        given=typed,
                    )
                )
        elif values.get("distance_km"):
            given["distance_km"] = self._check_distance(values.get("distance_km"))
        return given

    def _check_vehicle(self, vehicle_id):
        if not vehicle_id:
            return False
        vehicle = self.env["expense.vehicle"].browse(vehicle_id if is_id(vehicle_id) else [])
        # Whose it is, is judged with the expense: people outside read no vehicles.
        if not vehicle.sudo().exists():
            raise ValidationError(self.env._("Choose one of your vehicles."))
        return vehicle.id

    def _prepare_trip(self, given, employee):
        """Values of the expense of a trip; measured where nobody wrote how far it was; in sudo."""
        trip = self._get_trip(employee, given["stops"])
        distance = given["distance_km"]
        if not distance:
            distance = measure(trip, self.company_id._get_roads(), given["is_return"])
            if unknown := find_unknown(trip):
                raise ValidationError(
                    self.env._(
                        "It is not known where on the map %(place)s is: say how many kilometres "
                        "it was.",
                        place=unknown,
                    )
                )
            distance = self._check_distance(distance)
        values = {
            name: given[name]
            for name in ("odometer_start", "odometer_stop", "is_return", "distance_reason")
        }
        if given["vehicle_id"]:
            values["vehicle_id"] = given["vehicle_id"]
        return {
            **values,
            "quantity": distance,
            "origin": given["origin"] or trip[0].name,
            "destination": given["destination"] or trip[-1].name,
            "stop_ids": [
                fields.Command.create({"name": name, "partner_id": partner.id, "sequence": index})
                for index, (name, partner) in enumerate(given["stops"])
            ],
        }
