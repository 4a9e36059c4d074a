"""What a study will take, printed before it starts: arms, offered load, caseworkers, cost, time."""

from dataclasses import dataclass
from math import inf, isinf
from typing import TYPE_CHECKING

from sim.cli import console

if TYPE_CHECKING:
    from sim.model.settings import Study

FULL_LOAD = 1.0
OTHERS = " Those who come before and after use the same caseworkers and are not counted."


@dataclass(frozen=True)
class Expected:
    """Seconds that a run is expected to take: its first replications, all that it may have, one."""

    first: float
    most: float
    of_one: float


def expected_seconds(study: "Study", workers: int) -> Expected:
    """How long a run will take, and how long at most where a precision decides that."""
    from sim.experiment.duration import SECONDS_TO_START_AND_DRAW, estimate_seconds
    from sim.experiment.precision import precision_of

    first = estimate_seconds(study, workers)
    rounds = -(-study.replications // workers)
    of_one = max(first - SECONDS_TO_START_AND_DRAW, 0.0) / rounds
    asked = precision_of(study)
    if asked is None:
        return Expected(first, first, of_one)
    more = -(-(asked.most - study.replications) // workers)
    return Expected(first, first + more * of_one, of_one)


def print_plan(study: "Study", expected: Expected, where: str) -> None:
    """Prints the plan of a study and where it runs, and warns of every arm that asks for more time than there is."""
    console.say(str(study.values["title"]))
    console.say(
        f"From {study.start_date}: {people_expected(study):,.0f} people become unemployed in "
        f"{study.observation_days:g} days and are followed for {study.follow_up_days:g} days."
        + (OTHERS if study.values["population"]["inflow"]["kind"] == "poisson" else "")
    )
    price = float(study.values["costs"]["caseworker_dkk_per_year"])
    rows = []
    for arm in study.arms:
        number = mean_caseworkers(study, arm)
        cost = "–" if isinf(number) else f"{number * price / 1e6:,.1f}"
        load = study.offered_load[arm]
        shown = "no caseworkers" if load == inf else f"{load:.2f}"
        rows.append((title_of(study, arm), staff(study, arm), cost, shown))
    for world in study.kept_worlds[len(study.arms) :]:
        shown = f"{study.offered_load[world]:.2f}"
        rows.append(("the trial itself", trial_staff(study, world), "", shown))
    columns = ("arm", "caseworkers", "m DKK a year", "offered load")
    console.table(columns, rows, right=columns[1:])
    for arm in study.arms:
        if (load := study.offered_load[arm]) > FULL_LOAD:
            console.note(f"samtale: warning: {title_of(study, arm)}: {overload(load)}")
    for sentence in hours_sentences(study):
        console.say(sentence)
    print_same_meetings(study)
    if bound := load_is_bound(study):
        console.say(bound)
    console.say(_replications(study, expected, where))


def _replications(study: "Study", expected: Expected, where: str) -> str:
    """How many replications there will be, and how long that takes."""
    from sim.experiment.precision import precision_of
    from sim.report.precision import plan

    asked = precision_of(study)
    if asked is not None:
        times = console.duration(expected.first), console.duration(expected.most)
        told = plan(asked.kind, asked.metric, asked.half_width, asked.first, asked.most, *times)
        return f"{told} ({where})"
    luck = ", each with luck of its own" if study.replications > 1 else ""
    word = "replication" if study.replications == 1 else "replications"
    return f"{study.replications} {word}{luck}, about {console.duration(expected.first)} ({where})."


def hours_sentences(study: "Study") -> list[str]:
    """Whose caseworkers all arms have, where the study asks for the same hours."""
    from sim.experiment import hours
    from sim.report.hours import plan_sentences

    titles = {arm: title_of(study, arm).partition(":")[0] for arm in study.arms}
    return plan_sentences(hours.facts(study), titles)


def print_same_meetings(study: "Study") -> None:
    """Prints by how much arms keep the planned meetings of the first, where a scenario asks."""
    from sim.experiment import same_meetings as same

    found = same.lines(study)
    if not found:
        return
    first, tolerance = title_of(study, study.arms[0]), found[0].tolerance
    binds = any(line.role == same.BINDING for line in found)
    held = "in all" if binds else "not asked for with office.hours, but told: in all"
    console.say(
        f"Planned meetings a person-year of unemployment, against {first} "
        f"({held} within {tolerance:.1%}{', else nothing is run' if binds else ''}):"
    )
    rows = []
    for arm in study.arms[1:]:
        of_arm = {line.group: line for line in found if line.arm == arm}
        total = of_arm[same.ALL]
        others = [
            f"{group} {line.ratio - 1.0:+.1%}{'*' if line.role == same.EXCEPTION else ''}"
            for group, line in of_arm.items()
            if group != same.ALL and not line.is_kept
        ]
        rows.append((
            title_of(study, arm), f"{total.planned_per_year:.2f}", f"{total.ratio - 1.0:+.2%}",
            ", ".join(others) or "every group within it",
        ))  # fmt: skip
    console.table(("arm", "planned", "in all", "groups outside"), rows, right=("planned", "in all"))
    if any(line.role == same.EXCEPTION for line in found):
        console.say("* a stated exception")


def overload(load: float) -> str:
    """What an offered load above 1 means."""
    if load == inf:
        return "meetings are planned and there is no caseworker, so none will be held"
    return (
        f"the meetings ask for {load:.2f} times the time that the caseworkers have; people will "
        "wait ever longer, and many will leave before their meeting"
    )


def load_is_bound(study: "Study") -> str:
    """What the offered load is where people do not keep coming; empty where they do."""
    inflow = study.values["population"]["inflow"]
    if inflow["kind"] == "poisson":
        return ""
    when = "on the first day" if inflow["kind"] == "cohort" else f"in {inflow['days']:g} days"
    return (
        "The offered load is an upper bound for the run as a whole "
        f"(population.inflow.kind={inflow['kind']}): everybody comes {when}, the office is busiest "
        "then, and whoever leaves while waiting asks for less."
    )


def title_of(study: "Study", arm: str) -> str:
    """What an arm is called."""
    return str(study.values["arms"][arm].get("title", arm))


def people_expected(study: "Study") -> float:
    """People whose unemployment is counted in one replication, as expected."""
    from sim.model.inflow import expected_entrants
    from sim.model.settings import settings_of

    inflow = study.values["population"]["inflow"]
    if inflow["kind"] != "poisson":
        return float(inflow["people"])
    return expected_entrants(settings_of(study), study.observation_days)


def mean_caseworkers(study: "Study", arm: str) -> float:
    """Caseworkers of an arm on average over the run; inf where they are unlimited."""
    steps = study.caseworkers[arm]
    if any(isinf(number) for _, number in steps):
        return inf
    ends = [day for day, _ in steps[1:]] + [study.horizon_days]
    spans = [min(e, study.horizon_days) - d for (d, _), e in zip(steps, ends, strict=True)]
    total = sum(max(span, 0.0) * n for span, (_, n) in zip(spans, steps, strict=True))
    return total / study.horizon_days


def trial_staff(study: "Study", world: str) -> str:
    """The caseworkers of a trial in words: `13, shared`, or by arm `8 + 2 + 1`."""
    if not study.teams:
        return f"{staff(study, world)}, shared"
    return " + ".join("unlimited" if isinf(n) else f"{n:g}" for n in study.teams[0][1])


def staff(study: "Study", arm: str) -> str:
    """The caseworkers of an arm in words: a number, `12 to 15` by date, or unlimited."""
    numbers = [number for _, number in study.caseworkers[arm]]
    if any(isinf(number) for number in numbers):
        return "unlimited"
    low, high = min(numbers), max(numbers)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
