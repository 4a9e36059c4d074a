"""The command verify: both figures in every line, and FAIL where a copy is off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.experiment import verify
from sim.experiment.limits.cases import Case, Estimate, read_cases
from sim.experiment.limits.verdict import Finding, judge, wanted_error

from ..closed_form import ORACLE, base


def few(**changed: float) -> list[Case]:
    """Three quick cases of those that are shipped, the first figure of some put wrong."""
    chosen = []
    for case in read_cases(verify.EXACT):
        if case.case_id in ("A03", "C16", "U02"):
            off = changed.get(case.case_id, 1.0)
            first = next(iter(case.exact))
            chosen.append(replace(case, exact={**case.exact, first: off * case.exact[first]}))
    return chosen


def lines_of(monkeypatch: pytest.MonkeyPatch, chosen: list[Case]) -> tuple[bool, list[str]]:
    monkeypatch.setattr(verify, "read_cases", lambda _: chosen)
    monkeypatch.setattr(verify, "PEOPLE", 4_000)
    said: list[str] = []
    return verify.run(base(), said.append), said


def test_a_sound_copy_passes_and_says_both_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, said = lines_of(monkeypatch, few())
    assert passed
    assert "PASS  A03 RMST  162.177935 (exact 162.177935)" in said
    assert "PASS  the same seed gives the same rows" in said
    assert all(line.startswith("PASS") for line in said[:-1])
    assert said[-1] == f"{len(said) - 1} of {len(said) - 1} checks passed."


@pytest.mark.parametrize(("case_id", "off"), [("A03", 1.00001), ("U02", 1.00001), ("C16", 1.3)])
def test_a_copy_that_is_off_fails(
    monkeypatch: pytest.MonkeyPatch, case_id: str, off: float
) -> None:
    passed, said = lines_of(monkeypatch, few(**{case_id: off}))
    assert not passed
    failed = [line for line in said if line.startswith("FAIL")]
    assert len(failed) == 1
    assert case_id in failed[0]


def test_the_shipped_answers_are_those_of_the_full_table() -> None:
    full = {(c.case_id, q): v for c in read_cases(ORACLE) for q, v in c.exact.items()}
    shipped = {(c.case_id, q): v for c in read_cases(verify.EXACT) for q, v in c.exact.items()}
    assert shipped.items() <= full.items()
    assert {case_id[0] for case_id, _ in shipped} == set("ABCDGU")


def test_figures_with_luck_are_judged_together() -> None:
    """Holm at 1e-3: of ten, one at 4 errors fails (10 * 6.3e-5), at 3.8 passes (10 * 1.4e-4)."""
    quiet = [Finding("C", "x", Estimate(1.0 + 0.001 * z, 0.001), 1.0) for z in range(-1, 2)] * 3
    near, far = (Finding("C", "y", Estimate(1.0 + 0.001 * z, 0.001), 1.0) for z in (3.8, 4.0))
    assert judge([*quiet, near]) == [True] * 10
    assert judge([*quiet, far]) == [True] * 9 + [False]
    assert judge([far]) == [False]


def test_a_precise_figure_is_known_to_half_a_percent_or_two_thousandths_of_a_probability() -> None:
    assert wanted_error(200.0) == pytest.approx(1.0)
    assert wanted_error(0.2) == pytest.approx(0.002)
    assert wanted_error(0.0) == pytest.approx(0.002)
