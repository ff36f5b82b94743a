"""Estimates: pure functions on data frames, a family of methods a module."""

from lncohort.estimate.analyse import estimate_all

__all__ = ["estimate_all"]
