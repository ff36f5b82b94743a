"""Extracts with known truth.

Two processes draw the course of the patients: `planned`, calibrated to the published results, and
`feedback`, whose scenarios have known causal effects. All else is shared: who the patients are
(`patients`), how courses become prescriptions and visits become laboratory results, and the tables.
"""

from lncohort.simulate.causal import causal_truth, trial_truth
from lncohort.simulate.feedback.scenario import scenarios
from lncohort.simulate.parameters import Parameters
from lncohort.simulate.write import simulate_extract

__all__ = ["Parameters", "causal_truth", "scenarios", "simulate_extract", "trial_truth"]
