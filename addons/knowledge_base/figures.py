"""Figures that say how sure they are; pure functions."""

import math

Z = 1.96  # 95 %


def wilson(successes: int, trials: int) -> tuple[float, float, float]:
    """Share of successes with Wilson's 95 % interval: honest with few trials too.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22 (1927), pp. 209-212; recommended
    for few trials by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion",
    Statistical Science 16 (2001), pp. 101-133.

    >>> [round(number, 2) for number in wilson(5, 10)]
    [0.5, 0.24, 0.76]
    >>> [round(number, 2) for number in wilson(0, 3)]
    [0.0, 0.0, 0.56]
    >>> wilson(0, 0)
    (0.0, 0.0, 1.0)
    """
    if not trials:
        return 0.0, 0.0, 1.0
    share = successes / trials
    centre = share + Z**2 / (2 * trials)
    spread = Z * math.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    below = 1 + Z**2 / trials
    return share, max(0.0, (centre - spread) / below), min(1.0, (centre + spread) / below)
