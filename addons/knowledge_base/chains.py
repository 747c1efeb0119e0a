"""What leads to what, step by step: a pure function, no database."""


def end_of(start, following):
    """Where one arrives from ``start``; of a round that never ends, at its smallest member.

    :param following: mapping of each member to the next one; what has none leads no further

    >>> end_of(1, {1: 2, 2: 3})
    3
    >>> end_of(1, {1: 5, 5: 2, 2: 5})
    2
    """
    passed = []
    while start not in passed:
        passed.append(start)
        if not (following_one := following.get(start)):
            return start
        start = following_one
    return min(passed[passed.index(start) :])
