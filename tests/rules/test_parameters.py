"""A parameter is declared once, and says of any value whether it may be used."""

from math import inf, nan

import pytest

from sim.rules.declared import PARAMETERS
from sim.rules.errors import (
    CheckError,
    DataError,
    InputError,
    ResourceError,
    SamtaleError,
)
from sim.rules.levers import with_changes
from sim.rules.parameters import Parameter, as_regime, find, judge
from sim.rules.slug import slug

SHARE = Parameter("x.share", "share of people", "share", low=0, high=1)
COUNT = Parameter("x.count", "number of people", "people", "integer", low=1)
DECAY = Parameter("x.tau_days", "decay time", "days", low=0, above=True, infinite=True)


def test_each_parameter_is_declared_once_for_each_kind() -> None:
    seen = [(p.name, kind) for p in PARAMETERS for kind in p.of or ("",)]
    assert len(seen) == len(set(seen))


def test_each_parameter_has_a_meaning_and_numbers_have_bounds() -> None:
    for p in PARAMETERS:
        assert p.meaning, p.name
        assert not p.meaning.endswith("."), p.name
        if p.kind in ("number", "integer"):
            assert p.low is not None, p.name
        if p.kind == "choice" and not p.name.endswith("[].kind"):
            assert p.words, p.name


@pytest.mark.parametrize(
    ("parameter", "value", "becomes"),
    [
        (SHARE, 0, 0.0),
        (SHARE, 1, 1.0),
        (COUNT, 1000.0, 1000),
        (COUNT, 2**200, 2**200),
        (DECAY, inf, inf),
        (DECAY, 56, 56.0),
    ],
)
def test_a_good_number_comes_back_in_one_type(
    parameter: Parameter, value: object, becomes: object
) -> None:
    verdict = judge(parameter, value)
    assert not verdict.problem
    assert verdict.value == becomes
    assert type(verdict.value) is type(becomes)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (SHARE, nan), (SHARE, inf), (SHARE, -inf), (SHARE, -0.1), (SHARE, 1.1), (SHARE, "0.5"),
        (SHARE, True), (SHARE, None), (SHARE, [0.5]), (SHARE, {}), (SHARE, ""), (SHARE, 10**400),
        (COUNT, 1.5), (COUNT, True), (COUNT, 0), (COUNT, inf), (COUNT, nan), (COUNT, "1"),
        (DECAY, 0), (DECAY, -1), (DECAY, -inf), (DECAY, nan),
    ],
)  # fmt: skip
def test_a_bad_number_is_refused(parameter: Parameter, value: object) -> None:
    assert judge(parameter, value).problem


def test_what_is_allowed_is_said_in_words() -> None:
    assert SHARE.allowed == "a finite number ≥ 0 and ≤ 1"
    assert COUNT.allowed == "a whole number ≥ 1"
    assert DECAY.allowed == "a number > 0, or .inf"


def test_an_arms_lever_is_declared_where_the_regimes_is() -> None:
    assert as_regime(("arms", "a", "levers", "quality")) == ("regimes", "a", "quality")
    own = find(PARAMETERS, "arms.mine.levers.minutes.physical")
    assert own is not None
    assert own is find(PARAMETERS, "regimes.standard.minutes.physical")
    assert find(PARAMETERS, "population.groups.nobody.reach") is None


def test_an_arms_changes_leave_the_regime_as_it_was() -> None:
    regime = {"form": {"default": {"physical": 1.0, "group": 0.0}}, "caseworkers": "auto"}
    changed = with_changes(regime, {"form": {"default": {"group": 0.5}}, "caseworkers": 3})
    assert changed == {"form": {"default": {"physical": 1.0, "group": 0.5}}, "caseworkers": 3}
    assert regime == {"form": {"default": {"physical": 1.0, "group": 0.0}}, "caseworkers": "auto"}


def test_each_refusal_has_its_exit_code_and_keeps_all_problems() -> None:
    codes = {InputError: 2, DataError: 3, ResourceError: 4, CheckError: 5}
    for kind, code in codes.items():
        error = kind(["one", "two"])
        assert isinstance(error, SamtaleError)
        assert error.exit_code == code
        assert error.problems == ("one", "two")


NAMES = [
    "../../x", "/abs", "a\0b", "CON", "con.yaml", "NUL", "COM1", "x" * 300, "🙂", "", ".", "..", " ",
    "<script>alert(1)</script>", "=cmd()", "Århus Ø", "a/b", "a\\b", "-x", "a b", "a_b ",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_fault_35_any_name_becomes_a_harmless_file_name(name: str) -> None:
    made = slug(name)
    assert made.isascii()
    assert made.replace("-", "").replace("_", "").isalnum()
    assert 0 < len(made) <= 70
    assert made.upper() not in {"CON", "NUL", "COM1"}
    assert not made.startswith("-")


def test_fault_35_different_names_have_different_files_and_plain_ones_stay() -> None:
    assert len({slug(name) for name in NAMES}) == len(NAMES)
    assert slug("four_regimes") == "four_regimes"
    assert slug("a-2") == "a-2"
