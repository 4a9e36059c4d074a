"""Bad input in configurations: each row of the list of faults, by its number."""

from pathlib import Path

import pytest

from sim.config import Configuration, load
from sim.config.catalogue import data_root
from sim.config.overrides import understand
from sim.config.strict_yaml import LARGEST_BYTES
from sim.rules.declared import PARAMETERS
from sim.rules.errors import InputError

RATE = "hazard.ui.job.rate_per_week"
SCHEDULE = "regimes.standard.schedule.ui"


def refused(*words: str, folder: Path | None = None) -> list[str]:
    """The problems with which these words are refused."""
    with pytest.raises(InputError) as caught:
        load(words, folder=folder or data_root())
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


def accepted(*words: str, folder: Path | None = None) -> Configuration:
    return load(words, folder=folder or data_root())


def only(problems: list[str]) -> str:
    assert len(problems) == 1, problems
    return problems[0]


def file_refused(tmp_path: Path, text: str | bytes) -> list[str]:
    """The problems of a scenario file with this text."""
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "mine.yaml").write_bytes(data)
    problems = refused("scenarios=mine.yaml", folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
    return problems


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("effect.alhpa=0.1", "unknown key effect.alhpa – did you mean effect.alpha?"),
        ("populaton.scale=2", "unknown key populaton.scale – did you mean population.scale?"),
        ("replications=9", "unknown key replications – did you mean design.replications?"),
        ("tau_days=9", "unknown key tau_days – did you mean effect.tau_days?"),
        ("quality=2", "unknown key quality – did you mean arms.<arm>.levers.quality?"),
        ("arms.standard.lever.quality=2", "did you mean arms.standard.levers.quality?"),
    ],
)
def test_fault_01_a_mistyped_key_is_refused_with_a_suggestion(word: str, said: str) -> None:
    problem = only(refused(word))
    assert said in problem
    assert "It is set on the command line." in problem


@pytest.mark.parametrize("word", ["+effect.alhpa=1", "++effect.alhpa=1", "+new.key=1"])
def test_fault_02_a_plus_does_not_make_a_key_known(word: str) -> None:
    assert only(refused(word)).startswith("unknown key ")


def test_fault_02_a_plus_before_a_known_key_sets_it() -> None:
    assert accepted("+effect.alpha=0.1", "++effect.rho=1").values["effect"]["alpha"] == 0.1


@pytest.mark.parametrize("text", ["nan", ".nan", "-.inf", ".inf", "inf", "NaN"])
def test_fault_03_a_rate_must_be_a_finite_number(text: str) -> None:
    assert "must be a finite number ≥ 0" in only(refused(f"{RATE}={text}"))


def test_fault_04_ranges_are_shown_for_all_at_once() -> None:
    problems = refused(
        f"{RATE}=-1", "effect.boost=-1.5", "effect.tau_days=0", "effect.alpha=-9",
        "population.reentry_days=-1",
    )  # fmt: skip
    assert len(problems) == 5
    text = "\n".join(problems)
    assert f"{RATE} is -1; the exit rate must be a finite number ≥ 0 (per week)." in text
    assert "effect.boost is -1.5; " in text
    assert "must be a number > 0, or .inf (days)" in text
    assert "effect.alpha is -9; the log effect of one meeting" in text
    assert "must be a finite number ≥ -3 and ≤ 3 (no unit)" in text


def test_fault_04_a_negative_decay_time_is_refused() -> None:
    assert "effect.tau_days is -1;" in only(refused("effect.tau_days=-1"))


def test_fault_05_a_number_that_overflows_is_refused(tmp_path: Path) -> None:
    for word in (f"{RATE}=1e400", "effect.tau_days=1e400", f"{RATE}={'9' * 500}"):
        assert "too large" in only(refused(word))
    assert "line 1: 1e400" in only(file_refused(tmp_path, "effect: {cap: 1e400}"))


def test_fault_06_a_decimal_comma_is_named(tmp_path: Path) -> None:
    assert "decimal comma? write 0.005" in only(refused(f"{RATE}=0,005"))
    problem = only(file_refused(tmp_path, "hazard:\n  ui:\n    job:\n      rate_per_week: 0,005\n"))
    assert "decimal comma? write 0.005" in problem
    assert "mine.yaml, line 4" in problem


@pytest.mark.parametrize(
    "word", ["effect.tau_days=20,40", "effect=literature,none", "design.seed=range(1,5)"]
)
def test_fault_07_several_values_are_refused_by_run(word: str) -> None:
    problem = only(refused(word))
    assert "several values" in problem
    assert "samtale sweep takes several" in problem


@pytest.mark.parametrize("text", ["null", "", "~", "'abc'", "abc", "''", "[0.1]", "{a: 1}", "'1'"])
def test_fault_08_what_is_no_number_is_refused(text: str) -> None:
    assert RATE in only(refused(f"{RATE}={text}"))


def test_fault_09_a_rate_ten_times_too_high_or_low_is_warned_of() -> None:
    high = only(accepted(f"{RATE}=0.35").warnings)
    assert "median spell 14 days" in high
    assert RATE.rsplit(".", 1)[0] in high
    assert "per week" in high
    assert only(accepted(f"{RATE}=0.0037").warnings)
    assert accepted(f"{RATE}=0.045").warnings == []


def test_fault_09_other_shapes_are_judged_by_the_same_measure() -> None:
    shapes = [
        "{kind: weibull, scale_days: 20, shape: 1}",
        "{kind: piecewise, from_days: [0, 91], rate_per_week: [0.4, 0.3]}",
    ]
    for shape in shapes:
        assert "median spell" in only(accepted(f"hazard.ui.job={shape}").warnings)
    fine = "{kind: weibull, scale_days: 190, shape: 0.9}"
    assert accepted(f"hazard.ui.job={fine}").warnings == []


def test_fault_10_a_count_is_a_whole_number() -> None:
    count = accepted("design.replications=1e3").values["design"]["replications"]
    assert count == 1000
    assert type(count) is int
    for text in ("1.5", "true", "1e-3", "1_000", "0x10"):
        assert "design.replications" in only(refused(f"design.replications={text}"))


def test_fault_11_no_replication_is_refused_and_one_is_enough() -> None:
    assert "whole number ≥ 1" in only(refused("design.replications=0"))
    assert accepted("design.replications=1").values["design"]["replications"] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1:30", "a time is written as a number in the unit of its key"),
        ("012", "without leading zeros"),
        ("on", "write true or false"),
        ("Yes", "write true or false"),
        ("0x1F", "plain decimal number"),
    ],
)
def test_fault_14_what_yaml_would_turn_into_something_else(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in only(refused(f"effect.threat_days={text}"))
    problem = only(file_refused(tmp_path, f"effect:\n  threat_days: {text}\n"))
    assert said in problem
    assert problem.startswith("mine.yaml, line 2: ")


def test_fault_15_a_key_that_comes_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    problem = only(file_refused(tmp_path, "title: A\neffect: none\ntitle: B\n"))
    assert problem == "mine.yaml, line 3: the key title again (first in line 1)."


@pytest.mark.parametrize("text", ["${effect.rho}", "'${effect.alpha}'", "${", "${a:${b}}"])
def test_fault_16_interpolations_are_refused(tmp_path: Path, text: str) -> None:
    assert "an interpolation" in only(file_refused(tmp_path, f'effect:\n  alpha: "{text}"\n'))
    assert "interpolations are refused" in only(refused(f"effect.alpha={text}"))


def test_fault_17_aliases_and_large_files_are_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "the anchor &a" in only(file_refused(tmp_path, bomb))
    assert "the alias *x" in only(file_refused(tmp_path, "title: *x\n"))
    assert "larger than 1 MB" in only(file_refused(tmp_path, b"#" * (LARGEST_BYTES + 1)))
    assert "levels of nesting" in only(file_refused(tmp_path, "a: " + "[" * 500 + "]" * 500))


@pytest.mark.parametrize(
    "text", ["!!python/object:os.system x", "!!python/name:os.system ''", "!!str 1", "!x {a: 1}"]
)
def test_fault_18_tags_are_refused(tmp_path: Path, text: str) -> None:
    assert "tags are refused" in only(file_refused(tmp_path, f"title: {text}\n"))


@pytest.mark.parametrize(
    "word", ["_target_=os.system", "+_target_=os.system", "effect._target_=os.system", "__a=1"]
)
def test_fault_18_no_configuration_names_code(tmp_path: Path, word: str) -> None:
    assert "underscore" in only(refused(word))
    assert "underscore" in only(file_refused(tmp_path, "effect: {_target_: os.system}\n"))


@pytest.mark.parametrize(
    "word", ["hydra.run.dir=../x", "hydra/launcher=joblib", "+hydra.callbacks.a=b", "a@b=c"]
)
def test_fault_18_the_program_is_not_set_up_by_configurations(tmp_path: Path, word: str) -> None:
    assert word.lstrip("+") in only(refused(word)).replace("+", "")
    assert "hydra" in only(file_refused(tmp_path, "hydra: {run: {dir: x}}\n"))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "arms.standard.regime=intensifed",
            "unknown regime intensifed – did you mean intensified?",
        ),
        ("population.groups.uii.reach=1", "did you mean population.groups.ui.reach?"),
        ("effect=esbjerg", "Choose one of: esbjerg_linear, literature, none"),
        ("scenarios=four_regime", "unknown scenario four_regime – did you mean four_regimes?"),
        ("design=fast", "Choose one of: publication, quick, standard"),
        ("regime=flexible", "arms.NAME.regime=flexible"),
        ("regimes.fortnightly.quality=2", "no arm has this regime"),
    ],
)
def test_fault_19_an_unknown_choice_comes_with_the_list(word: str, said: str) -> None:
    problem = only(refused(word))
    assert said in problem
    assert "command line" in problem


def test_fault_19_with_an_unknown_choice_the_other_words_are_told_too() -> None:
    words = ["design=quik", "effect.alpha=abc", "population.scale=-1", "efect.alpha=1"]
    problems = refused(*words)
    assert len(problems) == 4 and "unknown design quik" in problems[0]
    told = " ".join(problems)
    for part in ("effect.alpha is 'abc'", "population.scale is -1", "unknown key efect.alpha"):
        assert part in told
    # What only the file that is not there could have is no fault.
    assert "unknown effect own" in only(refused("effect=own", "effect.strange=3"))
    assert "unknown scenario own" in only(refused("scenarios=own", "arms.mine.levers.quality=-9"))


def test_fault_19_an_unknown_group_comes_with_all_groups() -> None:
    problem = only(refused("population.groups.nobody.reach=1"))
    assert "ui, cash_job_ready, cash_activity_ready, education_help, sickness" in problem


@pytest.mark.parametrize("days", ["[14, 7]", "[7, 7, 14]", "[-7, 14]", "[]", "[7, nan]"])
def test_fault_20_days_of_a_schedule_increase_from_zero(days: str) -> None:
    assert "days" in only(refused(f"{SCHEDULE}=[{{days: {days}}}]"))


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ("[]", "write [{none: true}]"),
        ("[{meetings: 6}]", "meetings and span_days together"),
        ("[{every_days: 7, days: [7]}]", "exactly one of"),
        ("[{until_day: 7}]", "names no kind of schedule"),
        ("[{every_days: 7}, {days: [7]}]", "never reached"),
        ("[{agreed_days: [28, 14]}]", "the shortest and the longest gap"),
        ("[{agreed_days: [14]}]", "the shortest and the longest gap"),
        ("[{none: false}]", "write {none: true} alone"),
        ("[{days: [7], until_day: 9}]", "until_day"),
        ("[{kind: own}]", "those that a plug-in adds"),
        ("[7]", "it must hold keys"),
        ("{every_days: 7}", "must be a list"),
    ],
)
def test_fault_20_a_phase_says_one_thing(phases: str, said: str) -> None:
    assert said in only(refused(f"{SCHEDULE}={phases}"))


def test_fault_21_a_meeting_every_0_days_is_refused() -> None:
    problem = only(refused(f"{SCHEDULE}=[{{every_days: 0}}]"))
    assert "every_days is 0; the time between meetings must be a number > 0" in problem
    assert "> 0" in only(refused(f"{SCHEDULE}=[{{random_every_days: 0}}]"))
    assert "> 0" in only(refused("office.rebook_days=0"))


def test_fault_22_no_caseworker_is_an_office() -> None:
    values = accepted("arms.standard.levers.caseworkers=0").values
    assert values["arms"]["standard"]["levers"]["caseworkers"] == 0


@pytest.mark.parametrize("text", ["-1", "2.5", "many", "true", "[]", "[{from: 2020-01-01}]"])
def test_fault_23_caseworkers_are_a_whole_number(text: str) -> None:
    assert "arms.standard.levers.caseworkers" in only(
        refused(f"arms.standard.levers.caseworkers={text}")
    )


def test_fault_24_a_meeting_may_take_no_time_but_no_more_than_a_day() -> None:
    values = accepted("regimes.standard.minutes.physical=0").values
    assert values["regimes"]["standard"]["minutes"]["physical"] == 0
    assert "about 194 a day" in only(refused("regimes.standard.minutes.physical=200"))
    assert "150" in only(refused("regimes.standard.minutes={kind: uniform, physical: 150}"))
    assert accepted("regimes.standard.minutes.physical=200", "office.calendar=continuous")


def test_fault_25_a_run_has_some_length_and_a_short_one_is_warned_of() -> None:
    assert "design.observation_days is 0;" in only(refused("design.observation_days=0"))
    short = accepted("design.observation_days=3", "design.follow_up_days=1").warnings
    assert len(short) == 4
    assert "before the first meeting of arm standard" in short[0]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("regimes.standard.form.default={physical: .5, distance: .49, group: 0}",),
         "regimes.standard.form.default"),
        (("arms.standard.levers.form.default={physical: .5, distance: .49, group: 0}",),
         "arms.standard.levers.form.default"),
        (("population.inflow.kind=cohort", "population.groups.ui.share=0.317"),
         "population.groups"),
    ],
)  # fmt: skip
def test_fault_26_shares_add_up_to_one_and_are_never_scaled(
    words: tuple[str, ...], name: str
) -> None:
    problem = only(refused(*words))
    assert problem.startswith(f"{name} is ")
    assert "add up to 0.99 and must add up to 1" in problem


def test_fault_26_three_thirds_are_one() -> None:
    third = 1 / 3
    form = f"{{physical: {third}, distance: {third}, group: {third}}}"
    levers = accepted(f"regimes.standard.form.default={form}").values["regimes"]["standard"]
    assert levers["form"]["default"]["group"] == third


def test_fault_27_frailty_has_a_variance() -> None:
    name = "population.frailty_variance"
    assert "finite number ≥ 0" in only(refused(f"{name}=-0.1"))
    assert name in only(accepted(f"{name}=1e6").warnings)
    assert accepted(f"{name}=0").warnings == []


def test_fault_28_a_missing_seed_is_drawn_and_recorded() -> None:
    first, second = accepted("design.seed=null"), accepted("design.seed=")
    seeds = [one.values["design"]["seed"] for one in (first, second)]
    assert all(type(seed) is int and seed >= 0 for seed in seeds)
    assert seeds[0] != seeds[1]
    assert f"seed: {seeds[0]}\n" in first.to_yaml()
    assert first.sources["design.seed"] == "drawn"


def test_fault_28_a_seed_is_any_whole_number_from_0() -> None:
    assert accepted(f"design.seed={2**200}").values["design"]["seed"] == 2**200
    for text in ("abc", "-1", "1.5", "true"):
        assert "design.seed" in only(refused(f"design.seed={text}"))


@pytest.mark.parametrize("text", ["null", "-1", "", "abc"])
def test_fault_32_a_price_is_there_and_not_negative(text: str) -> None:
    assert "DKK per day" in only(refused(f"costs.benefit_dkk_per_day.ui={text}"))


def test_fault_32_prices_are_in_one_currency_and_year(tmp_path: Path) -> None:
    problem = only(
        file_refused(
            tmp_path, "costs: {caseworker_dkk_per_year: {value: 80000, unit: EUR per year}}\n"
        )
    )
    assert "is given in 'EUR per year'; it must be in 'DKK per year'" in problem
    problem = only(
        file_refused(tmp_path, "costs: {overhead_dkk_per_meeting: {value: 9, price_year: 2024}}\n")
    )
    assert "prices of 2024" in problem


TEXTS = [
    "<script>alert(1)</script>", "=cmd()", "../../x", "/abs", "CON", "x" * 300, "🙂 æøå",
    "a=b", "a, b", "[1", "{x", "'", '"', "#", "a: b", "- a", "on", "012", "null",
]  # fmt: skip


def test_fault_33_to_35_titles_may_be_any_text(tmp_path: Path) -> None:
    words = [f"arms.a{i}={{regime: standard}}" for i in range(len(TEXTS))]
    titles = [f"arms.a{i}.title={text}" for i, text in enumerate(TEXTS)]
    configuration = accepted(*words, *titles, folder=tmp_path)
    arms = configuration.values["arms"]
    assert [arms[f"a{i}"]["title"] for i in range(len(TEXTS))] == TEXTS
    (tmp_path / "scenario.yaml").write_text(configuration.to_yaml(), encoding="utf-8")
    assert accepted("scenarios=scenario.yaml", folder=tmp_path).values == configuration.values


@pytest.mark.parametrize("text", ["<script>", "=cmd()", "../../x", "CON", "🙂", "x" * 300])
def test_fault_33_to_35_names_may_be_any_text(tmp_path: Path, text: str) -> None:
    configuration = accepted(f"name={text}", folder=tmp_path)
    assert configuration.scenario == text
    assert configuration.out is None
    assert list(tmp_path.iterdir()) == []


def test_fault_33_to_35_arms_may_have_any_name(tmp_path: Path) -> None:
    text = "arms:\n  '<b>=1 \"ø\"': {regime: standard}\n  'a.b': {regime: intensified}\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    arms = accepted("scenarios=mine.yaml", folder=tmp_path).values["arms"]
    assert list(arms) == ['<b>=1 "ø"', "a.b"]


@pytest.mark.parametrize("text", ["a\0b", "a\x1b[31m", "a\rb"])
def test_fault_35_control_characters_are_refused(text: str) -> None:
    assert "control character" in only(refused(f"title={text}"))


def test_fault_36_the_environment_is_never_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    for text in ("title: ${oc.env:SECRET}\n", "title: '${oc.env:SECRET}'\n",
                 "'${oc.env:SECRET}': 1\n", "arms: {a: {regime: '${oc.env:SECRET}'}}\n"):  # fmt: skip
        problems = "\n".join(file_refused(tmp_path, text))
        assert "an interpolation" in problems
        assert "hunter2" not in problems
    assert "hunter2" not in only(refused("title=${oc.env:SECRET}"))


def test_everything_wrong_is_told_at_once_and_where(tmp_path: Path) -> None:
    problems = file_refused(
        tmp_path,
        "effect:\n  alpha: 9\n  rho: on\n  tau: 5\nmarket:\n  pool_share: 2\narms: {}\n",
    )
    text = "\n".join(problems)
    assert len(problems) == 5
    for said in (
        "It is set in mine.yaml, line 2.", "mine.yaml, line 3: on;",
        "unknown key effect.tau – did you mean effect.tau_days?", "mine.yaml, line 6",
        "arms is empty",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [1\n", "not YAML"),
        ("- a\n", "must hold keys with values"),
        ("title: A\n---\ntitle: B\n", "a second document"),
        ("title: A\n\ttab: 1\n", "not YAML"),
        (b"title: \xff\n", "not UTF-8"),
        ("title: a\x07\n", "not YAML"),
        ("? [a, b]\n: 1\n", "a key that is not plain text"),
        ("<<: {title: A}\n", "merging is refused"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in "\n".join(file_refused(tmp_path, text))


@pytest.mark.parametrize("word", ["quick", "", "=1", "a..b=1", "~effect.alpha", "~arms.nobody",
                                  "out=", "effect={kind: none}", "design="])  # fmt: skip
def test_words_that_make_no_sense_are_refused(word: str) -> None:
    assert only(refused(word))


def test_the_last_of_two_words_about_a_key_holds() -> None:
    words = ("effect=none", "effect.alpha=0.1", "effect=literature", "effect.alpha=0.2")
    effect = accepted(*words).values["effect"]
    assert (effect["kind"], effect["alpha"]) == ("concave", 0.2)


def test_an_arm_can_be_removed_but_not_the_last() -> None:
    arms = ("standard", "intensified", "flexible", "lockdown_voluntary")
    assert "arms is empty" in only(refused(*(f"~arms.{arm}" for arm in arms)))


def test_a_key_below_another_adds_to_it_if_that_is_a_mapping() -> None:
    words = ["arms.a.title=x", "arms.a={regime: standard}"]
    for order in (words, words[::-1]):
        asked = understand(order, PARAMETERS)
        assert asked.tree() == {"arms": {"a": {"regime": "standard", "title": "x"}}}
        assert not asked.problems
    wrong = understand(["arms.a=1", "arms.a.title=x"], PARAMETERS)
    wrong.tree()
    assert "both set" in only(wrong.problems)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("start_date=2020-02-30", "a date written like 2020-03-12"),
        ("start_date=12/3/2020", "a date written like 2020-03-12"),
        ("market.cycle=[{from: 2020-03-12, to: 2020-03-12, factor: 1}]", "end after it begins"),
        ("market.cycle=[{from: 2020-01-01, to: 2020-03-12, factor: 1},"
         + " {from: 2020-03-01, to: 2020-04-01, factor: 1}]", "overlap"),
        ("population.inflow_factors=[{from: 2020-01-01, to: 2020-03-12}]", "factor is not given"),
        ("arms.standard.levers.caseworkers=[{from: 2020-02-01, number: 3}]", "from the start"),
        ("hazard.ui.job={kind: piecewise, from_days: [0, 9], rate_per_week: [.04]}", "one rate"),
        ("hazard.ui.job={kind: piecewise, from_days: [9], rate_per_week: [.04]}", "must be 0"),
        ("hazard.ui.job.scale_days=9", "no parameter of kind constant, which takes rate_per_week"),
        ("costs.refund.until_weeks=[4, 26, 52]", "the last entry must be .inf"),
        ("costs.refund.state_share=[1]", "one share each"),
        ("arms.standard.regime=null", "unknown regime null"),
        ("population.groups=[1]", "population.groups must be a mapping"),
        ("market.cycle={from: 2020-03-12}", "market.cycle must be a list"),
        ("costs.refund.until_weeks={a: 1}", "costs.refund.until_weeks must be a list"),
        ("population.groups=5", "population.groups is 5; it must hold keys of its own"),
        ("arms.new={}", "arms.new.regime is not given"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(word: str, said: str) -> None:
    assert said in "\n".join(refused(word))
