"""From the taps of a technician's day to the work that they are likely to record."""

from datetime import timedelta

# Nobody is on the way or on site longer at a stretch: the end of such a stay was forgotten.
LONGEST = timedelta(hours=12)


def left_to_record(start, stop, taken):
    """What is left of a stretch of time after the work that was recorded in it.

    :param taken: list of (start, stop) of recorded work
    :return: (start, stop), or None when nothing is left or the stretch is too long to be true

    >>> from datetime import datetime
    >>> eight, nine, ten = (datetime(2026, 11, 9, hour) for hour in (8, 9, 10))
    >>> left_to_record(eight, ten, []) == (eight, ten)
    True
    >>> left_to_record(eight, ten, [(eight, nine)]) == (nine, ten)
    True
    >>> left_to_record(eight, nine, [(nine, ten)]) == (eight, nine)
    True
    >>> left_to_record(eight, ten, [(eight, ten)])
    >>> left_to_record(eight, eight + timedelta(hours=13), [])
    """
    start, stop = _by_minute(start), _by_minute(stop)
    if stop - start > LONGEST:
        return None
    since = max([start, *(end for begin, end in taken if begin < stop and end > start)])
    return (since, stop) if since < stop else None


def is_touched(start, stop, taken):
    """Whether some work was recorded in a stretch of time.

    >>> from datetime import datetime
    >>> eight, nine, ten = (datetime(2026, 11, 9, hour) for hour in (8, 9, 10))
    >>> is_touched(eight, ten, [(nine, ten)]), is_touched(eight, nine, [(nine, ten)])
    (True, False)
    """
    return any(begin < stop and end > start for begin, end in taken)


def _by_minute(moment):
    """As people write times."""
    return moment.replace(second=0, microsecond=0)


def round_position(position):
    """A position that a browser gave, to three decimals (about 100 metres); None for anything else.

    :param dict position: ``latitude`` and ``longitude`` in degrees
    :return: (latitude, longitude)

    >>> round_position({"latitude": 45.40777, "longitude": 11.87345})
    (45.408, 11.873)
    >>> [round_position(none) for none in (None, "here", {"latitude": 91, "longitude": 0}, {})]
    [None, None, None, None]
    >>> round_position({"latitude": float("nan"), "longitude": True})
    """
    if not isinstance(position, dict):
        return None
    places = []
    for name, limit in (("latitude", 90), ("longitude", 180)):
        degrees = position.get(name)
        # What is not a number is within no limits either.
        is_number = isinstance(degrees, int | float) and not isinstance(degrees, bool)
        if not is_number or not -limit <= degrees <= limit:
            return None
        places.append(round(float(degrees), 3))
    return tuple(places)
