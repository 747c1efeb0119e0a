import doctest
import random
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from .. import zones
from ..charging import Trip, charge_trips, spread
from ..time_bands import HOLIDAY, Band, split
from ..zones import Zone, find_zone

CASES = 10_000
MONDAY = date(2026, 11, 9)
UTC = ZoneInfo("UTC")


def band_of(moment, zone, bands, holidays):
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    day = HOLIDAY if local.date() in holidays else local.weekday()
    minute = local.hour * 60 + local.minute
    names = [b.name for b in bands if day in b.days and b.start <= minute < b.stop]
    return local.date(), names[0] if names else "ordinary"


def zone_by_points(zones_, explicit, postcode, state, km):
    """Each zone gets the points of its best reason; the best zone wins."""
    best = (0, 0, 0, None, "none")
    for place, zone in enumerate(zones_):
        longest = max(
            (len(p) for p in zone.prefixes if postcode and postcode.startswith(p)), default=0
        )
        in_band = (
            km is not None
            and zone.km_from is not None
            and zone.km_from <= km
            and (zone.km_to is None or zone.km_to > km)
        )
        for points, length, holds, rule in (
            (4, 0, zone.key == explicit, "explicit"),
            (3, longest, longest, "postcode"),
            (2, 0, state in zone.states, "province"),
            (1, 0, in_band, "distance"),
        ):
            if holds:
                best = max(best, (points, length, -place, zone.key, rule), key=lambda b: b[:3])
    return best[3:]


@tagged("post_install", "-at_install")
class TestChargingByLot(BaseCase):
    """Ten thousand made-up cases each, against what one would do slowly by hand."""

    def setUp(self):
        super().setUp()
        self.lot = random.Random(20261127)

    def test_the_examples_in_the_documentation_hold(self):
        self.assertEqual(doctest.testmod(zones).failed, 0)

    def test_a_stretch_is_cut_minute_by_minute_and_rounded_once(self):
        lot, rome = self.lot, ZoneInfo("Europe/Rome")
        for _case in range(CASES):
            bands = [
                Band(
                    lot.choice(["overtime", "night", "holiday"]),
                    start := 60 * lot.randrange(24),
                    start + 60 * lot.randint(1, 8),
                    frozenset(day for day in range(HOLIDAY + 1) if lot.random() < 0.7),
                )
                for _band in range(lot.randrange(4))
            ]
            # Days around both changes of the clock, midnights with them.
            start = datetime(
                2026, lot.choice([3, 10]), lot.choice([24, 25, 28, 29]), lot.randrange(24)
            )
            start += timedelta(minutes=lot.randrange(60))
            stop = start + timedelta(minutes=lot.randint(1, 150))
            holidays = {start.date()} if lot.random() < 0.2 else set()
            pieces = split(start, stop, "Europe/Rome", bands, holidays)
            runs = []
            for number in range(round((stop - start).total_seconds() / 60)):
                kind = band_of(start + timedelta(minutes=number), rome, bands, holidays)
                if runs and runs[-1][0] == kind:
                    runs[-1][1] += 1
                else:
                    runs.append([kind, 1])
            self.assertEqual(
                [[(p.day, p.band), round(p.hours * 60)] for p in pieces], runs, (start, stop, bands)
            )
            step, least = lot.choice([0, 15, 30, 60]), lot.choice([0, 0, 60])
            billed = spread([p.hours for p in pieces], step / 60, least / 60)
            total = sum(minutes for _kind, minutes in runs)
            expected = -(-total // step) * step if step else total
            self.assertAlmostEqual(sum(billed), float(Fraction(max(expected, least), 60)), 4)

    def test_the_way_is_billed_once_however_many_went(self):
        lot = self.lot
        for _case in range(CASES):
            trips = [
                Trip(
                    lot.randint(1, 3),
                    MONDAY + timedelta(days=lot.randrange(2)),
                    lot.choice([0, 7, 8]),
                    lot.choice(["travel", "mileage"]),
                    lot.random() < 0.6,
                )
                for _trip in range(lot.randrange(7))
            ]
            away = {
                (person, MONDAY + timedelta(days=day))
                for person in (1, 2, 3)
                for day in (0, 1)
                if lot.random() < 0.25
            }
            charged = charge_trips(trips, away)
            flats = {}
            for trip, how in zip(trips, charged, strict=True):
                is_away = trip.kind == "travel" and (trip.person, trip.day) in away
                self.assertEqual(how == "day_away", is_away)
                self.assertEqual(how is None, not trip.is_flat and not is_away)
                if trip.is_flat and not is_away:
                    flats.setdefault((trip.visit or trip.day, trip.kind), []).append(how)
            for hows in flats.values():
                self.assertEqual(hows, ["flat"] + ["flat_once"] * (len(hows) - 1))

    def test_a_place_falls_into_the_zone_one_would_choose(self):
        lot = self.lot
        for _case in range(CASES):
            made = [
                Zone(
                    key,
                    tuple(
                        "".join(lot.choices("36", k=lot.randint(1, 4)))
                        for _prefix in range(lot.randrange(3))
                    ),
                    frozenset(lot.sample(range(1, 6), lot.randrange(3))),
                    lot.choice([None, 0, 10, 20]),
                    lot.choice([None, 30, 40]),
                )
                for key in range(1, lot.randint(1, 5))
            ]
            place = (
                lot.choice([None, None, 1, 2, 9]),
                lot.choice([None, "".join(lot.choices("360", k=5))]),
                lot.choice([None, *range(1, 8)]),
                lot.choice([None, 0, 9.9, 10, 29.9, 30, 55]),
            )
            self.assertEqual(find_zone(made, *place), zone_by_points(made, *place), (made, place))
