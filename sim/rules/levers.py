"""The levers of a regime, each declared once, and how an arm changes those of its regime."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sim.rules.parameters import Parameter as P
from sim.rules.people import GROUPS

EVERYBODY = "all"
"""What `groups` says where a regime is for all target groups."""

_R = "regimes.<regime>"
_S = f"{_R}.schedule.<group or default>.[]"
_W = f"{_R}.windows.[]"

SCHEDULE_KINDS = ("meetings", "every_days", "days", "agreed_days", "random_every_days", "none")
"""The keys that say what a phase of a schedule is; a plug-in's phase has `kind` instead."""

LEVERS: tuple[P, ...] = (
    P(f"{_R}.title", "title of the regime", kind="text"),
    P(f"{_R}.about", "one line about the regime", kind="text"),
    P(f"{_R}.groups", "group that the regime is for; the others stay under standard",
      kind="choice", words=(EVERYBODY, *GROUPS), many=True),
    P(f"{_S}.meetings", "number of meetings, evenly over the span", "", "integer", low=1,
      high=1000, optional=True),
    P(f"{_S}.span_days", "span of these meetings", "days", low=0, above=True, optional=True),
    P(f"{_S}.every_days", "time between meetings", "days", low=0, above=True, infinite=True,
      optional=True),
    P(f"{_S}.until_day", "spell day on which this phase ends", "days", low=0, above=True,
      infinite=True, optional=True),
    P(f"{_S}.days", "spell days of the meetings", "days", low=0, many=True, optional=True),
    P(f"{_S}.agreed_days", "shortest and longest gap to agree on", "days", low=0, above=True,
      many=True, optional=True),
    P(f"{_S}.random_every_days", "mean of the random gap", "days", low=0, above=True,
      optional=True),
    P(f"{_S}.offered", "places in this phase, from 1, of meetings that are voluntary", "",
      "integer", low=1, high=1000, many=True, optional=True),
    P(f"{_S}.none", "choice of no meeting", kind="boolean", optional=True),
    P(f"{_S}.kind", "schedule of a plug-in", kind="choice", words=(), optional=True),
    P(f"{_R}.first_meeting.latest_day", "latest spell day of the first meeting", "days", low=0,
      infinite=True),
    P(f"{_R}.first_meeting.fund_meeting", "planned meeting that the fund joins (0: none)", "",
      "integer", low=0, high=3),
    P(f"{_R}.first_meeting.fund_wait_days", "wait for the fund", "days", low=0),
    P(f"{_R}.form.<group or default>.<form>", "share of meetings in this form", "share", low=0,
      high=1),
    P(f"{_R}.minutes.kind", "spread of meeting times", kind="choice",
      words=("fixed", "uniform", "exponential")),
    P(f"{_R}.minutes.<form>", "mean caseworker time of a meeting", "minutes", low=0),
    P(f"{_R}.weight.<form>", "weight of a meeting in this form", low=0, high=10),
    P(f"{_R}.partner_share", "share of meetings that a partner holds", "share", low=0, high=1),
    P(f"{_R}.duty.<group or default>", "duty to come", kind="choice",
      words=("mandatory", "voluntary")),
    P(f"{_R}.acceptance.<group or default>",
      "share of the reached that accept, in the place of the population's", "share", low=0, high=1,
      optional=True),
    P(f"{_R}.voluntary_weight", "weight of a voluntary meeting", low=0, high=10),
    P(f"{_R}.quality", "weight of what the meetings are about", low=0, high=10),
    P(f"{_R}.quality_dkk_per_meeting", "cost of that quality", "DKK per meeting", low=0),
    P(f"{_R}.self_booking.share", "share of meetings that people book", "share", low=0, high=1),
    P(f"{_R}.self_booking.window_days", "days among which they choose", "days", low=0),
    P(f"{_R}.self_booking.no_show_factor", "factor on no-shows of booked meetings", low=0,
      high=10),
    P(f"{_R}.episode_distance_share",
      "share of face-to-face meetings that move to a distance in an episode", "share", low=0,
      high=1),
    P(f"{_R}.episode_pace", "speed of the meeting clock in an episode (0: paused)", low=0,
      high=10),
    P(f"{_R}.recall_pause_days", "spell day before which seasonal workers have no meeting", "days",
      low=0),
    P(f"{_R}.allocation.kind", "way in which meetings are shared out", kind="choice",
      words=("even", "by_risk")),
    P(f"{_R}.allocation.contrast", "contrast of the allocation by risk", low=0, high=10),
    P(f"{_R}.caseworkers", "number of caseworkers", "caseworkers", "integer", low=0,
      high=1_000_000, words=("auto", "unlimited")),
    P(f"{_R}.caseworkers.[].from", "date from which this number holds", kind="date"),
    P(f"{_R}.caseworkers.[].number", "number of caseworkers", "caseworkers", "integer", low=0,
      high=1_000_000),
    P(f"{_R}.programme.lump_dkk", "cost of the programme as a lump sum", "DKK", low=0),
    P(f"{_R}.programme.dkk_per_job", "cost of the programme per job", "DKK per job", low=0),
    P(f"{_W}.from", "first day of the window", kind="date"),
    P(f"{_W}.to", "day after the last of the window", kind="date"),
    P(f"{_W}.mandatory", "fate of mandatory meetings", kind="choice",
      words=("suspended", "as_usual")),
    P(f"{_W}.meeting_clock", "meeting clock in the window", kind="choice",
      words=("runs", "stops")),
    P(f"{_W}.benefit_clock", "benefit clock in the window", kind="choice",
      words=("runs", "stops")),
    P(f"{_W}.availability", "duty to be available (threat and sanctions)", kind="boolean"),
    P(f"{_W}.voluntary_every_days", "time between voluntary offers (.inf: none)", "days", low=0,
      above=True, infinite=True),
    P(f"{_W}.form.<form>", "share of meetings in this form", "share", low=0, high=1,
      optional=True),
    P(f"{_W}.missed", "fate of what was missed", kind="choice", words=("catch_up", "drop")),
    P(f"{_W}.catch_up_days", "time in which it is caught up on", "days", low=0),
)  # fmt: skip


def with_changes(regime: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the levers with an arm's changes: mappings are merged, all else is replaced."""
    result = deepcopy(dict(regime))
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = with_changes(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result
