# %% [markdown]
# # A first comparison
# Two regimes in a small jobcentre, from Python: compose a study, look at what it will take, run it,
# and read the answer. Cells are marked with `# %%` (Jupyter, VS Code and Spyder read them); the
# tests run this file as it is.

# %%
import matplotlib.pyplot as plt

from sim.config import load
from sim.experiment import compare, study

# %% [markdown]
# ## Compose
# The words are those of `samtale run`. A twentieth of Esbjerg's size, two of the four arms.

# %%
configuration = load(
    [
        "design=quick",
        "design.replications=8",
        "population.scale=0.05",
        "~arms.flexible",
        "~arms.lockdown_voluntary",
        "compute=serial",
    ]
)
for name, default, value, where in configuration.differences:
    print(f"{name}: {value} instead of {default} ({where})")

# %% [markdown]
# ## What it will take
# The caseworkers that each arm gets, and the share of their time that its meetings ask for.

# %%
built = study.build(configuration.values)
for arm in built.arms:
    print(arm, built.caseworkers[arm], f"offered load {built.offered_load[arm]:.2f}")

# %% [markdown]
# ## Run
# The same people with the same luck in both arms. The folder holds all tables; the figures and the
# report are made from them by `samtale report`.

# %%
folder = compare.run(
    built, "results/notebooks/first_comparison", configuration=configuration, force=True
)

# %% [markdown]
# ## The answer
# Days of unemployment saved within two years, by target group, with a 95 % interval. Where
# `is_noise` is true, the run cannot tell the difference from chance.

# %%
differences = folder.table("differences.csv")
saved = differences[differences["metric"] == "days_saved"]
print(saved[["arm", "group", "difference", "ci_low", "ci_high", "is_noise"]].to_string(index=False))

# %% [markdown]
# ## How many are still unemployed

# %%
survival = folder.table("figures/survival.csv")
figure, axes = plt.subplots()
for arm, curve in survival[survival["group"] == "all"].groupby("arm", sort=False):
    axes.plot(curve["week"], curve["survival"], label=arm)
axes.set(xlabel="weeks since the spell began", ylabel="share still unemployed", ylim=(0, 1))
axes.legend()
figure.savefig(folder.path / "first_comparison.png")
