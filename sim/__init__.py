"""Samtale: what other meeting regimes would do to unemployment, caseloads and budgets."""

__version__ = "0.1.0"
