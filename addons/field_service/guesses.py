"""How many wrong links one address may try: enough for people, too few for a program.

A signed link can't be guessed; this spares the server whoever tries all the same. It is kept in
memory, for each process by itself, so that reading a page writes nothing.
"""

import ipaddress
import threading
import time
from collections import OrderedDict, deque

WRONG = 100
SECONDS = 600
ADDRESSES = 10_000  # as many are remembered; the oldest goes first
LINE_BITS = 64  # of an IPv6 address, that are the same for all of one line


def who_is(address):
    """Who counts as one visitor: an IPv4 address, or the network that a line with IPv6 is given.

    Each line has so many addresses that a program would use every one of them once.

    >>> who_is("192.0.2.7"), who_is("::ffff:192.0.2.7")
    ('192.0.2.7', '192.0.2.7')
    >>> who_is("2001:db8:0:7::1") == who_is("2001:db8::7:ffff:0:0:2") == "2001:db8:0:7::/64"
    True
    >>> who_is("2001:db8:0:8::1")
    '2001:db8:0:8::/64'
    >>> who_is("unknown")
    'unknown'
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), LINE_BITS), strict=False))


class Guesses:
    """Wrong links by address.

    >>> now = [0.0]
    >>> guesses = Guesses(wrong=2, seconds=60, clock=lambda: now[0])
    >>> guesses.note("a"); guesses.is_too_many("a")
    False
    >>> guesses.note("a"); guesses.is_too_many("a"), guesses.is_too_many("b")
    (True, False)
    >>> now[0] = 61.0; guesses.is_too_many("a")
    False
    """

    def __init__(self, wrong=WRONG, seconds=SECONDS, clock=time.monotonic):
        self._wrong, self._seconds, self._clock = wrong, seconds, clock
        self._by_address = OrderedDict()
        self._lock = threading.Lock()

    def note(self, address):
        """A wrong link came from this address."""
        with self._lock:
            moments = self._by_address.setdefault(address, deque(maxlen=self._wrong))
            self._by_address.move_to_end(address)
            moments.append(self._clock())
            if len(self._by_address) > ADDRESSES:
                self._by_address.popitem(last=False)

    def is_too_many(self, address):
        """Whether so many wrong links came from this address that it has to wait."""
        with self._lock:
            moments = self._by_address.get(address)
            return (
                moments is not None
                and len(moments) >= self._wrong
                and self._clock() - moments[0] < self._seconds
            )

    def forget(self):
        """Nobody has tried anything."""
        with self._lock:
            self._by_address.clear()


GUESSES = Guesses()
