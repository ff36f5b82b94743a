"""What could be wrong with the results, how much, in which direction, and what to do about it."""

from lncohort.audit.finding import Evidence, Finding, Rule
from lncohort.audit.rules import RULES, audit

__all__ = ["RULES", "Evidence", "Finding", "Rule", "audit"]
