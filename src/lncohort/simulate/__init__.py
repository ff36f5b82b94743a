"""Extracts with known truth: a simulated process, calibrated to the published results."""

from lncohort.simulate.parameters import Parameters
from lncohort.simulate.write import simulate_extract

__all__ = ["Parameters", "simulate_extract"]
