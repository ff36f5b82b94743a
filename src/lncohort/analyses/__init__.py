"""The analyses of a study: its estimates, each kind a module."""

from lncohort.analyses.estimate_all import estimate_all

__all__ = ["estimate_all"]
