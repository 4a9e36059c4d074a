"""Luck: counter-based draws keyed by seed, replication and purpose (model section 11).

A draw is a raw word of NumPy's Philox with key = hash(seed, replication, purpose) and counter =
(person, draw number, spell, 0); four words a counter. So nobody's luck depends on anybody else's,
on the order of events, on chunks or on workers. A word becomes a double in (0, 1) as
((word >> 11) + 0.5) * 2**-53.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from math import log

import numpy as np
from numpy.random import Philox
from scipy.special import gammaincinv

WORDS = 4
CHUNK = 256
FEW = 8

# Generator of the rank-1 lattice for two to four dimensions: powers of the positive root of
# x**(d+1) = x + 1 (Roberts' R sequence), shifted to the middle of its cells.
LATTICE_ROOTS = {1: 1.618033988749895, 2: 1.324717957244746, 3: 1.2207440846057596}


def key_of(seed: int, replication: int, purpose: str) -> np.ndarray:
    """The Philox key (two words) of a purpose in a replication."""
    text = f"{seed}|{replication}|{purpose}".encode()
    return np.frombuffer(blake2b(text, digest_size=16).digest(), dtype="<u8").astype(np.uint64)


def uniforms(
    key: np.ndarray, first_person: int, people: int, draw: int = 0, spell: int = 0
) -> np.ndarray:
    """Uniform doubles of neighbouring persons: array of shape (people, 4)."""
    counter = np.array([first_person, draw, spell, 0], dtype=np.uint64)
    words = Philox(counter=counter, key=key).random_raw(WORDS * people)
    return (((words >> np.uint64(11)) + 0.5) * 2.0**-53).reshape(people, WORDS)


def exponentials(u: np.ndarray) -> np.ndarray:
    """Unit exponentials from uniforms, by the C library's log (the same on every CPU)."""
    logs = np.fromiter(map(log, u.ravel().data), np.float64, u.size)
    return np.negative(logs, out=logs).reshape(u.shape)


def gamma_frailty(u: np.ndarray, variance: float) -> np.ndarray:
    """Gamma frailty of mean 1: the quantiles of ``u``; all 1 where the variance is 0."""
    if variance <= 0.0:
        return np.ones_like(u)
    return gammaincinv(1.0 / variance, u) * variance


def lattice(people: int, dimensions: int) -> np.ndarray:
    """A rank-1 lattice on (0, 1): array of shape (people, dimensions); row i has (i + .5)/n first.

    The other coordinates are the fractional parts of multiples of irrational numbers that fill
    the cube evenly.
    """
    i = np.arange(people)
    columns = [(i + 0.5) / people]
    if dimensions > 1:
        root = LATTICE_ROOTS[dimensions - 1]
        for d in range(1, dimensions):
            step = np.longdouble(root) ** -d
            fraction = (0.5 + (i + 1) * step) % 1.0
            columns.append(np.clip(fraction.astype(float), 2.0**-53, 1.0 - 2.0**-53))
    return np.stack(columns, axis=1)


class ChunkedLuck:
    """The draws of one purpose, four for each (person, number, spell).

    Made for many neighbouring people at a time: nearly all will need theirs in a first spell, few
    in a later one.
    """

    def __init__(self, seed: int, replication: int, purpose: str) -> None:
        self._philox = Philox(key=key_of(seed, replication, purpose))
        self._state = self._philox.state
        self._chunks: dict[tuple[int, int, int], array[float]] = {}

    def draw(self, person: int, number: int, spell: int) -> tuple[float, float, float, float]:
        """Four uniforms."""
        size = CHUNK if spell == 1 else FEW
        place = (person // size, number, spell)
        chunk = self._chunks.get(place)
        if chunk is None:
            chunk = self._chunks[place] = self._block(place[0] * size, size, number, spell)
        at = WORDS * (person % size)
        one, two, three, four = chunk[at : at + WORDS]
        return one, two, three, four

    def _block(self, first_person: int, people: int, number: int, spell: int) -> array[float]:
        """The same draws as ``uniforms``, without making a generator anew (10 microseconds)."""
        self._state["state"]["counter"][:] = (first_person, number, spell, 0)
        self._state["buffer_pos"] = WORDS
        self._philox.state = self._state
        words = self._philox.random_raw(WORDS * people)
        return array("d", (((words >> np.uint64(11)) + 0.5) * 2.0**-53).tobytes())
