"""Every parameter of a study but the levers of its regimes, each declared once."""

from __future__ import annotations

from sim.rules.costs import ACCOUNTS
from sim.rules.levers import LEVERS
from sim.rules.parameters import Parameter as P
from sim.rules.people import GROUPS

_TEXTS = (
    P("name", "short name of the scenario, which names its results", kind="text"),
    P("title", "title of the study", kind="text"),
    P("question", "question that the study asks", kind="text"),
    P("note", "what a reader of the figures should know", kind="text", optional=True),
    P("start_date", "date of day 0", kind="date"),
    P("engine", "program that moves time", kind="choice", words=("auto", "simpy", "compiled")),
    P("arms.<arm>.regime", "regime of this arm", kind="text"),
    P("arms.<arm>.title", "title of this arm", kind="text", optional=True),
)

_E = "arms.<arm>.enrolment"
_TRIAL = (
    P("trial.groups", "target groups from which people are enrolled", kind="choice", words=GROUPS,
      many=True, optional=True),
    P("trial.caseworkers", "caseworkers of the arms", kind="choice", words=("shared", "own"),
      optional=True),
    P("trial.extra_caseworkers", "caseworkers beside those of the first arm (shared)",
      "caseworkers", "integer", low=0, high=1_000_000, optional=True),
    P("trial.look_dates", "dates on which the evaluator looks", kind="date", many=True,
      optional=True),
    P(f"{_E}.people", "number of people enrolled in this arm", "people", "integer", low=1,
      high=150_000, optional=True),
    P(f"{_E}.share", "share of those who enter that is enrolled in this arm", "share", low=0,
      above=True, high=1, optional=True),
    P(f"{_E}.from", "first day on which people are enrolled in this arm", kind="date",
      optional=True),
    P(f"{_E}.to", "day after the last on which they are", kind="date", optional=True),
    P(f"{_E}.caseworkers", "number of caseworkers of this arm's own team", "caseworkers",
      "integer", low=0, high=1_000_000, words=("auto", "unlimited"), optional=True),
)  # fmt: skip

_G = "population.groups.<group>"
_POPULATION = (
    P("population.inflow.kind", "way in which people enter", kind="choice",
      words=("poisson", "even", "cohort")),
    P("population.inflow.people", "number of people who enter (even, cohort)", "people", "integer",
      low=1, optional=True),
    P("population.inflow.days", "days over which they enter (even)", "days", low=0, above=True,
      optional=True),
    P("population.scale", "factor on every inflow", low=0, above=True),
    P("population.inflow_factors.[].from", "first day of these dates", kind="date"),
    P("population.inflow_factors.[].to", "day after the last of these dates", kind="date"),
    P("population.inflow_factors.[].factor", "factor on the inflow in these dates", low=0),
    P("population.inflow_factors.[].groups", "group that the factor is for (without it: all)",
      kind="choice", words=GROUPS, many=True, optional=True),
    P("population.warm_start", "choice to begin with a loaded office", kind="boolean"),
    P("population.frailty_variance", "variance of the gamma frailty (mean 1)", low=0),
    P("population.reentry_rate_per_week", "rate of return after a job", "per week", low=0),
    P("population.reentry_days", "time in which people can return", "days", low=0),
    P(f"{_G}.inflow_per_week", "number of people who enter", "people per week", low=0),
    P(f"{_G}.share", "share of those who enter (even, cohort)", "share", low=0, high=1),
    P(f"{_G}.responsiveness", "factor on the effect of meetings", low=-5, high=5),
    P(f"{_G}.no_show.<form>", "probability of not coming to a meeting", "probability", low=0,
      high=1),
    P(f"{_G}.sanction_risk_per_no_show", "probability of a sanction after a no-show",
      "probability", low=0, high=1),
    P(f"{_G}.reach", "share that a voluntary offer reaches", "share", low=0, high=1),
    P(f"{_G}.acceptance", "share of the reached that accept", "share", low=0, high=1),
    P(f"{_G}.benefit_limit_days", "benefit days until the right ends", "days", low=0, above=True,
      infinite=True),
    P(f"{_G}.refund_weeks_at_entry", "weeks on benefit that count at entry", "weeks", low=0),
    P(f"{_G}.episode.share", "share with an episode (treatment, a small job)", "share", low=0,
      high=1),
    P(f"{_G}.episode.start_days", "latest spell day on which an episode begins", "days", low=0),
    P(f"{_G}.episode.length_days", "length of an episode", "days", low=0),
    P(f"{_G}.episode.no_show_factor", "factor on no-shows face to face in an episode", low=0,
      high=10),
)  # fmt: skip

_H = "hazard.<group>.<exit>"
HAZARD_KINDS = ("none", "constant", "piecewise", "weibull")
_HAZARD = (
    P(f"{_H}.kind", "shape of the exit rate over the spell", kind="choice", words=HAZARD_KINDS),
    P(f"{_H}.rate_per_week", "exit rate", "per week", low=0, of=("constant",)),
    P(f"{_H}.from_days", "spell days from which each rate holds", "days", low=0, many=True,
      of=("piecewise",)),
    P(f"{_H}.rate_per_week", "exit rates", "per week", low=0, many=True, of=("piecewise",)),
    P(f"{_H}.scale_days", "spell day by which the cumulative rate is 1", "days", low=0, above=True,
      of=("weibull",)),
    P(f"{_H}.shape", "Weibull shape (1: constant)", low=0, above=True, high=20, of=("weibull",)),
)  # fmt: skip

EFFECT_KINDS = ("none", "additive", "concave")
_EFFECT = (
    P("effect.kind", "form of the effect of meetings", kind="choice", words=EFFECT_KINDS),
    P("effect.boost", "relative effect of one meeting on the job rate (additive)", low=-1),
    P("effect.alpha", "log effect of one meeting on the job rate (concave)", low=-3, high=3),
    P("effect.rho", "power of the stock of meetings (concave)", low=0, above=True, high=2),
    P("effect.cap", "largest log effect (concave)", low=0, infinite=True),
    P("effect.tau_days", "decay time of a meeting's effect", "days", low=0, above=True,
      infinite=True),
    P("effect.frailty_power", "power of frailty in the responsiveness", low=-3, high=3),
    P("effect.other_exit_response", "share of the effect that other exits have", "share", low=0,
      high=1),
    P("effect.threat", "relative rise of the job rate before a mandatory meeting", low=-1),
    P("effect.threat_days", "days before a meeting in which it is a threat", "days", low=0),
    P("effect.sanction_factor", "factor on the job rate after a sanction", low=0),
    P("effect.sanction_days", "time for which a sanction works", "days", low=0),
)  # fmt: skip

_OFFICE = (
    P("office.calendar", "calendar of the office", kind="choice",
      words=("working", "continuous")),
    P("office.minutes_per_caseworker_year", "minutes a year that a caseworker gives to meetings",
      "minutes per year", low=0, above=True, high=527040),
    P("office.opens_at_hour", "hour at which the office opens", "hours", low=0, high=24,
      below=True),
    P("office.pools", "sharing of caseworkers", kind="choice",
      words=("shared", "group", "area")),
    P("office.area_count", "areas made by the rule of rank and size (area); 0: they are listed",
      kind="integer", low=0, high=1000),
    P("office.area_exponent", "power by which the size of an area falls with its rank (area)",
      low=0, high=3),
    P("office.areas.[].name", "name of an area with a jobcentre of its own (area)", kind="text"),
    P("office.areas.[].share", "share of the people who live there", "share", low=0, above=True,
      high=1),
    P("office.queue_order", "order of the queue", kind="choice",
      words=("fifo", "longest_unemployed", "newest", "highest_risk", "deadline")),
    P("office.deadline_days.<group>", "wait after which a meeting is late", "days", low=0,
      infinite=True),
    P("office.own_caseworker", "choice to give each person a caseworker of their own",
      kind="boolean"),
    P("office.caseworker_quality", "spread of quality over caseworkers", kind="choice",
      words=("equal", "halves", "lognormal")),
    P("office.caseworker_quality_sd", "standard deviation of log quality (lognormal)", low=0,
      high=3),
    P("office.exit_breaks_meeting", "choice to break off the meeting of a person who leaves",
      kind="boolean"),
    P("office.hours", "caseworker hours that the arms have", kind="choice",
      words=("as_configured", "as_first_arm", "as_first_arm_paced")),
    P("office.target_load", "offered load to which 'caseworkers: auto' staffs", "share", low=0,
      above=True, high=2),
    P("office.load_elasticity", "elasticity of the job rate to spells per caseworker", low=0,
      high=3),
    P("office.reference_spells_per_caseworker", "open spells per caseworker without load effect",
      "spells", low=0, above=True, words=("auto",)),
    P("office.no_show_minutes", "caseworker time that a no-show takes", "minutes", low=0),
    P("office.rebook_days", "time until a missed meeting is due again", "days", low=0, above=True),
    P("office.risk_score_noise", "noise of the risk score (standard deviation of its log)", low=0),
    P("office.gather_days", "longest wait for a group to gather", "days", low=0),
    P("office.group_size", "most people in a group meeting", "people", "integer", low=1),
)  # fmt: skip

_MARKET = (
    P("market.cycle.[].from", "first day of these dates", kind="date"),
    P("market.cycle.[].to", "day after the last of these dates", kind="date"),
    P("market.cycle.[].factor", "factor on the job rate in these dates", low=0),
    P("market.displacement", "elasticity of the job rate to others' search", low=0, high=5),
    P("market.scope", "one labour market for all areas, or one for each (office.pools area)",
      kind="choice", words=("national", "own")),
    P("market.pool_share", "share of the simulated among those who compete for jobs", "share",
      low=0, high=1),
)  # fmt: skip

_DKK = "DKK"
_COSTS = (
    P("costs.price_year", "year of the prices", "year", "integer", low=1980, high=2100),
    P("costs.benefit_dkk_per_day.<group>", "benefit", "DKK per day", low=0),
    P("costs.refund.until_weeks", "weeks on benefit until which each state share holds", "weeks",
      low=0, above=True, infinite=True, many=True),
    P("costs.refund.state_share", "share of the benefit that the state pays", "share", low=0,
      high=1, many=True),
    P("costs.caseworker_dkk_per_year", "cost of a caseworker, overhead included", "DKK per year",
      low=0),
    P("costs.overhead_dkk_per_meeting", "cost of a meeting besides time", _DKK, low=0),
    P("costs.after_exit_dkk_per_day.<group>.education", "cost of a day after leaving for education",
      "DKK per day", low=0),
    P("costs.after_exit_dkk_per_day.<group>.other", "cost of a day after leaving otherwise",
      "DKK per day", low=0),
    P("costs.benefit_tax_share", "tax on benefits", "share", low=0, high=1),
    P("costs.wage_dkk_per_month", "wage of those who find a job", "DKK per month", low=0),
    P("costs.wage_tax_share", "tax on wages", "share", low=0, high=1),
    P("costs.output_per_wage", "output per krone of wages", low=0),
    P("costs.sanction_days_without_benefit.<group>", "benefit days that a sanction withholds",
      "days", low=0),
    P("costs.discount_rate_per_year", "discount rate", "per year", low=0, high=1),
)  # fmt: skip

_DESIGN = (
    P("design.kind", "kind of comparison", kind="choice", words=("worlds", "trial")),
    P("design.replications", "number of replications", "", "integer", low=1),
    P("design.precision.kind", "way to choose the number of replications", kind="choice",
      words=("none", "pilot", "sequence")),
    P("design.precision.metric", "metric whose difference from the first arm is to be precise",
      kind="text"),
    P("design.precision.half_width",
      "half-width wanted of the 95 % interval, in the unit of the metric", low=0, above=True),
    P("design.precision.most_replications", "largest number of replications that it may take", "",
      "integer", low=2),
    P("design.seed", "seed of all luck", "", "integer", low=0,
      null=True),
    P("design.luck", "source of the thresholds", kind="choice", words=("random", "grid")),
    P("design.observation_days", "time in which those who enter are counted", "days", low=0,
      above=True, high=36525),
    P("design.follow_up_days", "time for which each of them is followed", "days", low=0,
      above=True, high=36525),
    P("design.keep_rows", "replications that keep their rows", kind="choice",
      words=("first", "all", "none")),
    P("design.zero_load_twin", "choice to run again without an effect of the load",
      kind="boolean"),
    P("compute.backend", "place where replications run", kind="choice",
      words=("serial", "local", "dask")),
    P("compute.workers", "number of processes", "", "integer", low=1, high=1024, optional=True),
    P("compute.scheduler", "address of the scheduler of a Dask cluster", kind="text",
      optional=True, null=True),
)  # fmt: skip

_CHECK_BACKLOG = P(
    "checks.backlog.country_meetings_per_year",
    "number of meetings a year of the country to which a backlog is scaled", "meetings per year",
    low=0, above=True, optional=True,
)  # fmt: skip
_CHECK_NOT_HELD = P(
    "checks.backlog.country_not_held_meetings",
    "number of meetings not held in the country as a text says, told beside the backlog's",
    "meetings", low=0, optional=True,
)  # fmt: skip
_SAME = "checks.same_meetings"
_CHECKS = (
    P(f"{_SAME}.tolerance", "largest relative difference of planned meetings from the first arm",
      "share", low=0, high=1, optional=True),
    P(f"{_SAME}.exceptions", "group that is meant to have more or fewer", kind="choice",
      words=GROUPS, many=True, optional=True),
    _CHECK_BACKLOG, _CHECK_NOT_HELD,
)  # fmt: skip
_ANSWERS = (
    P("beside.[].metric", "metric to hold against a published figure", kind="text", optional=True),
    P("beside.[].value", "published figure, in the unit of the metric", low=-1e12, high=1e12,
      optional=True),
    P("beside.[].what", "what the published figure is, in a few words", kind="text",
      optional=True),
    P("break_even.lever", "lever whose break-even value is sought", kind="text", optional=True),
    P("break_even.account", "account that is to break even", kind="choice", words=ACCOUNTS,
      optional=True),
)  # fmt: skip

PARAMETERS: tuple[P, ...] = (
    *_TEXTS, *_TRIAL, *_POPULATION, *_HAZARD, *_EFFECT, *_OFFICE, *_MARKET, *_COSTS, *_DESIGN,
    *_CHECKS, *_ANSWERS, *LEVERS,
)  # fmt: skip
"""Every parameter that ships; plug-ins add theirs (see `registry`)."""
