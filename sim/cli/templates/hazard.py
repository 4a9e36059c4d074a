"""A hazard of your own, NAME: the job rate falls by half every half_life_days, to a floor.

    samtale list --plugin NAME.py         names it among the hazards
    pytest test_NAME.py                   checks it
    samtale run design=quick --plugin NAME.py \
        'hazard.ui.job={kind: NAME, first_per_week: 0.05, half_life_days: 90, floor_per_week: 0.02}'
"""


def rate_per_week(spell_day, first_per_week, half_life_days, floor_per_week):
    falling = first_per_week - floor_per_week
    return floor_per_week + falling * 0.5 ** (spell_day / half_life_days)


def register(registry):
    registry.hazard(
        "NAME",
        rate_per_week,
        about="falls by half every half_life_days, to a floor",
        first_per_week=(0, 1, "per week"),
        half_life_days=(1, 3650, "days"),
        floor_per_week=(0, 1, "per week"),
    )
