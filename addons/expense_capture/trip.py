"""How far a trip is by road. Pure functions, no database, no service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from odoo.addons.field_service.slots import Place, Roads, distance_km

# More than what the coordinates say, by this part, wants a reason.
TOLERANCE = 0.1
SHORT_KM = 5


class Stop(NamedTuple):
    """A place on a trip; without coordinates nothing is known of the way."""

    name: str
    place: Place | None = None


def find_unknown(stops: Sequence[Stop]) -> str:
    """The name of the first place that is not on the map, else nothing.

    >>> find_unknown([Stop("Base", Place(45.4, 11.9)), Stop("Vicenza")])
    'Vicenza'
    """
    return next((stop.name for stop in stops if stop.place is None), "")


def measure(stops: Sequence[Stop], roads: Roads, is_return: bool) -> float | None:
    """Kilometres from the first stop over all others, and back; None if one is not on the map.

    >>> base, site = Stop("Base", Place(45.40, 11.87)), Stop("Site", Place(45.55, 11.54))
    >>> measure([base, site], Roads(1.3, 50), False), measure([base, site], Roads(1.3, 50), True)
    (39.9, 79.7)
    >>> measure([base, Stop("Nowhere")], Roads(1.3, 50), True)
    >>> measure([base], Roads(1.3, 50), True)
    """
    places = [stop.place for stop in stops if stop.place is not None]
    if len(stops) < 2 or len(places) < len(stops):
        return None
    if is_return:
        places.append(places[0])
    straight = sum(map(distance_km, places, places[1:]))
    return round(straight * roads.factor, 1)


def is_longer(distance: float, measured: float | None) -> bool:
    """Whether somebody drove noticeably more than the way is long.

    >>> is_longer(86, 80), is_longer(96, 80), is_longer(7, 3), is_longer(500, None)
    (False, True, False, False)
    """
    return bool(measured) and distance > measured * (1 + TOLERANCE) + SHORT_KM
