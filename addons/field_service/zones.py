"""Into which zone of the price list a place falls. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Zone:
    """A zone as the price list knows it.

    :param prefixes: how the postcodes in it begin
    :param states: ids of the provinces in it
    :param km_from: road kilometres from the company at which it begins, None if it isn't a band
    :param km_to: kilometres at which it ends, itself not in it; None: it has no end
    """

    key: int
    prefixes: tuple[str, ...] = ()
    states: frozenset[int] = field(default_factory=frozenset)
    km_from: float | None = None
    km_to: float | None = None


def read_prefixes(text: str | None) -> tuple[str, ...]:
    """Beginnings of postcodes as people write them.

    >>> read_prefixes("36, 350 35013;I-31")
    ('36', '350', '35013', 'I31')
    >>> read_prefixes(None)
    ()
    """
    return tuple(filter(None, (_bare(part) for part in re.split(r"[,;\s]+", text or ""))))


def _bare(code: str | None) -> str:
    return re.sub(r"[^0-9A-Z]", "", (code or "").upper())


def find_zone(
    zones: Sequence[Zone],
    explicit: int | None = None,
    postcode: str | None = None,
    state: int | None = None,
    km: float | None = None,
) -> tuple[int | None, str]:
    """The zone of a place, and which rule decided; of several the first one.

    What somebody has said about the place comes first, then its postcode (the longest beginning),
    its province, and how far it is by road.

    >>> near, far = Zone(1, ("36",), km_from=0, km_to=30), Zone(2, ("3601",), km_from=30)
    >>> find_zone([near, far], postcode="36016")
    (2, 'postcode')
    >>> find_zone([near, far], postcode="36016", explicit=1)
    (1, 'explicit')
    >>> find_zone([near, far], postcode="20100", km=30)
    (2, 'distance')
    >>> find_zone([near, far], postcode="20100")
    (None, 'none')
    """
    if explicit in {zone.key for zone in zones}:
        return explicit, "explicit"
    code = _bare(postcode)
    matching = [
        (-len(prefix), place, zone.key)
        for place, zone in enumerate(zones)
        for prefix in zone.prefixes
        if code.startswith(prefix)
    ]
    if code and matching:
        return min(matching)[2], "postcode"
    for zone in zones:
        if state and state in zone.states:
            return zone.key, "province"
    for zone in zones:
        if km is not None and _holds(zone, km):
            return zone.key, "distance"
    return None, "none"


def _holds(zone: Zone, km: float) -> bool:
    if zone.km_from is None:
        return False
    return zone.km_from <= km and (zone.km_to is None or km < zone.km_to)
