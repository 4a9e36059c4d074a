"""Configuration: the only place that knows Hydra, and where the YAML lies."""

from sim.config.configuration import Configuration
from sim.config.loading import load

__all__ = ["Configuration", "load"]
