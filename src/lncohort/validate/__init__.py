"""Many simulated extracts through the whole way, against their known truth."""

from lncohort.validate.operating import operating_characteristics

__all__ = ["operating_characteristics"]
