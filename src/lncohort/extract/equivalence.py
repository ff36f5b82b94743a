"""How many mg of one drug stand for how many of another: the rows of ``dose_equivalence.csv``."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

PREDNISONE_EQUIVALENT = "prednisone_equivalent"
LARGEST_PREDNISONE_EQUIVALENT_MG = 2500  # a day or a pulse: two grams of methylprednisolone


@dataclass(frozen=True)
class Equivalence:
    """`mg` of `drug` (`name_zh` in Chinese) are `as_mg` of `as_drug`; `source` says why."""

    drug: str
    name_zh: str
    mg: Decimal
    as_drug: str
    as_mg: Decimal
    source: str


@cache
def dose_equivalences() -> tuple[Equivalence, ...]:
    """Every equivalence that the package knows."""
    text = files("lncohort.extract").joinpath("dose_equivalence.csv").read_text(encoding="utf-8")
    return tuple(
        Equivalence(**row | {"mg": Decimal(row["mg"]), "as_mg": Decimal(row["as_mg"])})
        for row in csv.DictReader(text.splitlines())
    )
