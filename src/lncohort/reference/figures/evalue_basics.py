"""Published E-values of risk ratios."""

from lncohort.estimate.evalue import e_values

RATIOS = {
    "rr_3.9": (3.9, 1.8, 8.7),
    "rr_0.80": (0.80, 0.71, 0.91),
    "rr_10.73": (10.73, 8.02, 14.36),
    "rr_2_null": (2.0, 0.9, 4.4),
}


def figures() -> dict[str, dict]:
    found = {name: e_values("RR", rr, limits) for name, (rr, *limits) in RATIOS.items()}
    return {name: {"value": e.estimate, "e_value_ci_limit": e.limit} for name, e in found.items()}
