"""Made-up estimates of the analyses that respect time."""

from lncohort.estimate.rows import row

REFERENCE = {"estimate": 1.0, "note": "reference"}


def timed_rows(ratio) -> list[dict]:
    """An estimate of each; ``ratio`` makes the figures of a ratio from its logarithm and error."""
    return [
        *_landmarks(ratio),
        row("time_varying", "HR", model="adjusted", level="started", **ratio(0.5, 0.15)),
        row("grace_period", "HR", model="weighted", contrast="tacrolimus", **ratio(0.4, 0.15)),
        row("nested_trials", "OR", model="intention to treat", **ratio(0.35, 0.15)),
        row("nested_trials", "OR", model="per protocol", **ratio(0.3, 0.3)),
        row("marginal_structural", "OR", model="weighted", level="started", **ratio(0.3, 0.15)),
        *_compared(ratio),
        *_curves(),
        *_weights(),
    ]


def _landmarks(ratio):
    rows = []
    for place, day in enumerate((90, 180, 270, 365)):
        at = {"model": "adjusted", "contrast": f"day {day}", "reference": "not started"}
        counts = {"n": 480 - 40 * place, "events": 90 - 10 * place}
        rows.append(row("landmark", "HR", level="not started", **at, **counts, **REFERENCE))
        counts = {"n": 200 - 10 * place, "events": 70 - 8 * place}
        rows.append(row("landmark", "HR", level="started", **at, **counts, **ratio(0.5, 0.2)))
    return rows


def _compared(ratio):
    at = {"contrast": "TAC against CYC", "reference": "CYC"}
    rows = [row("tac_vs_cyc", "count", 40, level="started both on the index date")]
    for model in ("crude", "weighted"):
        place = at | {"model": model}
        rows.append(row("tac_vs_cyc", "HR", level="CYC", n=380, events=98, **place, **REFERENCE))
        rows.append(
            row("tac_vs_cyc", "HR", level="TAC", n=102, events=34, **place, **ratio(0.4, 0.2))
        )
    return rows


def _curves():
    rows = []
    for level, rate in (("never started", 0.0004), ("started on the index date", 0.0008)):
        for day in range(0, 721, 30):
            risk = rate * day
            limits = {"ci_low": 0.8 * risk, "ci_high": 1.2 * risk}
            at = {"model": "standardised", "contrast": f"day {day}", "level": level}
            rows.append(row("standardised_curves", "cumulative incidence", risk, **at, **limits))
    for analysis in ("grace_period", "marginal_structural", "standardised_curves"):
        at = {"model": "weighted", "contrast": "day 360", "level": "started"}
        rows.append(row(analysis, "RD", 0.14, ci_low=0.05, ci_high=0.23, p_value=0.002, **at))
    return rows


def _weights():
    named = {"mean": 1.1, "q01": 0.5, "q05": 0.6, "q25": 0.8, "q50": 1.0, "q75": 1.2, "q95": 2.0}
    return [
        row("grace_period", "weight", value, model="weighted", contrast=name, level="started")
        for name, value in (named | {"q99": 3.1}).items()
    ]
