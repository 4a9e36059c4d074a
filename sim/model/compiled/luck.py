"""The same luck as ``sim.model.streams``, drawn one counter at a time."""

from __future__ import annotations

import numpy as np

from sim.model.compiled.layout import WHOLE
from sim.model.compiled.pointers import high_word
from sim.rules.regimes import NO_LUCK

M0, M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
W0, W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
ROUNDS = 10
ELEVEN = np.uint64(11)
STEP = 2.0**-53
FIRST_DRAW = WHOLE(0)


def four_uniforms(key0, key1, person, number, spell):
    """Four uniforms: Philox 4x64 of (person, number, spell, 0), as ``streams.uniforms`` has them.

    NumPy counts one on before it draws, hence the person plus one. The constants are those of
    Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
    """
    a, b = np.uint64(person + 1), np.uint64(number)
    c, d = np.uint64(spell), np.uint64(0)
    k0, k1 = key0, key1
    for _ in range(ROUNDS):
        high0, low0 = high_word(M0, a), M0 * a
        high1, low1 = high_word(M1, c), M1 * c
        a, b, c, d = high1 ^ b ^ k0, low1, high0 ^ d ^ k1, low0
        k0, k1 = k0 + W0, k1 + W1
    return uniform(a), uniform(b), uniform(c), uniform(d)


def uniform(word):
    """A word as a number in (0, 1)."""
    return (np.float64(word >> ELEVEN) + 0.5) * STEP


def plan_luck(g, p, w):
    """See ``sim.model.luck.Luck.plan``."""
    if w.plan_luck or p.absent:
        return four_uniforms(g.plan_0, g.plan_1, WHOLE(p.person), WHOLE(p.number), WHOLE(p.spell))
    return NO_LUCK


def meeting_luck(g, p, w):
    """See ``sim.model.luck.Luck.meeting``."""
    if w.meeting_luck:
        return four_uniforms(
            g.meeting_0, g.meeting_1, WHOLE(p.person), WHOLE(p.number), WHOLE(p.spell)
        )
    return NO_LUCK


def work_luck(g, p):
    """See ``sim.model.luck.Luck.work``."""
    return four_uniforms(g.return_0, g.return_1, WHOLE(p.person), FIRST_DRAW, WHOLE(p.spell))[0]


def threshold_luck(g, p):
    """The luck of the thresholds of the person's next spell."""
    return four_uniforms(
        g.threshold_0, g.threshold_1, WHOLE(p.person), FIRST_DRAW, WHOLE(p.spell) + 1
    )
