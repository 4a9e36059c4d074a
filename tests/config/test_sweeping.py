"""The words of a sweep: lists, ranges and globs become a grid; what is doubtful is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config.sweeping import Sweep, understand_sweep
from sim.rules.errors import InputError


def sweep(*words: str) -> Sweep:
    return understand_sweep(list(words), [])


def refused(*words: str) -> str:
    with pytest.raises(InputError) as refusal:
        sweep(*words)
    return "\n".join(refusal.value.problems)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,3", ("1", "2", "3")),
        ("range(1,5)", ("1", "2", "3", "4")),
        ("range(0.1,0.45,0.1)", ("0.1", "0.2", "0.3", "0.4")),
        ("choice(2,auto)", ("2", "auto")),
        ("sort(3,1,2)", ("1", "2", "3")),
        ("[7,21],[7,35]", ("[7,21]", "[7,35]")),
    ],
)
def test_hydras_own_grammar_gives_the_values(text: str, values: tuple[str, ...]) -> None:
    (axis,) = sweep(f"effect.alpha={text}").axes
    assert axis.values == values


def test_the_grid_has_every_pair_and_keeps_the_other_words() -> None:
    found = sweep("a.x=1,2", "design=quick", "b=range(3)", "title=one, two", "out=a,b")
    assert [axis.key for axis in found.axes] == ["a.x", "b"]
    assert found.fixed == ("design=quick", "title=one, two", "out=a,b")
    points = list(found.points())
    assert found.count == len(points) == 6
    assert points[:4] == [
        {"a.x": "1", "b": "0"},
        {"a.x": "1", "b": "1"},
        {"a.x": "1", "b": "2"},
        {"a.x": "2", "b": "0"},
    ]
    assert found.words(points[3])[-2:] == ["a.x=2", "b=0"]


def test_scenarios_are_chosen_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("mine_a", "mine_b", "other"):
        (tmp_path / "scenarios" / f"{name}.yaml").write_text("title: x\n")
    found = understand_sweep(["scenarios=glob(mine_*)"], [], tmp_path)
    assert found.axes[0].values == ("mine_a", "mine_b")
    assert "has no value" in refused("scenarios=glob(nothing_like_it*)")
    assert "glob is for files of a group" in refused("effect.alpha=glob(*)")


def test_of_two_words_for_a_key_the_last_one_holds() -> None:
    found = sweep("a=1,2", "b=1", "b=3,4", "a=5")
    assert [(axis.key, axis.values) for axis in found.axes] == [("b", ("3", "4"))]
    assert found.fixed == ("a=5",)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("0,005", "decimal comma? write 0.005"),
        ("0,005,0,01", "decimal comma? write 0.005"),
        ("1,05", "decimal comma? write 1.05"),
        ("0,1,0,2", "more than once – decimal comma?"),
    ],
)
def test_fault_07_a_decimal_comma_is_not_two_points(text: str, hint: str) -> None:
    assert hint in refused(f"effect.alpha={text}")


def test_what_is_no_grid_is_refused() -> None:
    assert "needs a key with several values" in refused("design=quick")
    assert "not understood" in refused("a=interval(0,1)")
    assert "not understood" in refused("a=range(1,5")
    assert "shuffle is refused" in refused("a=shuffle(1,2)")


def test_every_wrong_word_is_told_at_once() -> None:
    told = refused("a=0,005", "b=interval(0,1)")
    assert "a is '0,005'" in told and "b is 'interval(0,1)'" in told
