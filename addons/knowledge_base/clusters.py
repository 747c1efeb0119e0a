"""Vectors in lists of near ones, so that a search looks into a few lists only; numpy, no database.

Vectors are rows of length 1; the likeness of two is their product. A list is named by its position
among the centroids.
"""

import math

ROUNDS = 8  # of moving the centroids: more gain nothing that a search would notice
SAMPLE_PER_LIST = 32  # vectors that are enough to place a centroid
MAX_LISTS = 4_096
PROBES = 16  # lists a question looks into


def list_count(vectors: int) -> int:
    """About the square root, so that lists and their contents cost a search the same.

    >>> list_count(60_000), list_count(1_000_000), list_count(10**9)
    (244, 1000, 4096)
    """
    return min(MAX_LISTS, math.isqrt(vectors))


def lengths_of_one(numpy, vectors):
    return vectors / numpy.maximum(numpy.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def centroids(numpy, vectors, count: int):
    """Where the vectors are thickest: ``count`` rows of length 1, the same ones each time."""
    chance = numpy.random.default_rng(0)
    found = vectors[chance.choice(len(vectors), min(count, len(vectors)), replace=False)]
    for _round in range(ROUNDS):
        lists = nearest_list(numpy, found, vectors)
        sums = numpy.zeros_like(found)
        numpy.add.at(sums, lists, vectors)
        empty = numpy.linalg.norm(sums, axis=1) < 1e-6
        sums[empty] = vectors[chance.choice(len(vectors), int(empty.sum()))]
        found = lengths_of_one(numpy, sums)
    return found


def nearest_list(numpy, found, vectors):
    """The list of each vector."""
    return (vectors @ found.T).argmax(axis=1)


def probed_lists(numpy, found, vector) -> list[int]:
    """The lists a question looks into."""
    return numpy.argsort(found @ vector)[::-1][:PROBES].tolist()
