"""Write the operating characteristics of a study to a folder."""

from pathlib import Path

import numpy as np
import pandas as pd

from lncohort.folders import refuse_existing, written_whole
from lncohort.study import Study
from lncohort.validate.bias import expected_bias
from lncohort.validate.operating import operating_characteristics

LARGEST_Z = 2.0
COVERAGE = (93.0, 97.0)


def write_operating_characteristics(
    study: Study, cohorts: int, patients: int, seed: int, out: Path
) -> pd.DataFrame:
    """Simulate, build and estimate many cohorts, and write their bias and coverage.

    The folder appears whole or not at all: ``operating_characteristics.csv``, one row for each
    estimand, and ``summary.md``, the primary odds ratios.

    Returns
    -------
    DataFrame
        The primary odds ratios: see :func:`primary`.

    Raises
    ------
    UserError
        When ``out`` exists or cannot be written.
    """
    refuse_existing(out)
    with written_whole(out) as folder:
        found = operating_characteristics(study, cohorts, patients, seed)
        chosen = primary(study, found)
        chosen["expected_bias"] = expected_bias(study, chosen, patients, seed + cohorts)
        found.to_csv(folder / "operating_characteristics.csv", float_format="%.6g")
        text = _summary(chosen, cohorts, patients, seed)
        (folder / "summary.md").write_text(text, encoding="utf-8")
    return chosen


def primary(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """The adjusted log odds ratios of use, bands and regimens that stand beside a published one."""
    kinds = {a.name: a.kind for a in study.analyses}
    facts = study.published.facts if study.published else ()
    wanted = {
        (f.analysis, f.level)
        for f in facts
        if f.measure == "OR" and kinds[f.analysis] in ("use", "dose_band", "duration_band", "joint")
    }
    rows = found.reset_index()
    places = list(zip(rows["analysis"], rows["level"], strict=True))
    chosen = (
        (rows["measure"] == "OR")
        & (rows["model"] == "adjusted")
        & pd.Series([place in wanted for place in places])
    )
    return rows[chosen].reset_index(drop=True)


def _summary(rows: pd.DataFrame, cohorts: int, patients: int, seed: int) -> str:
    lines = [
        "# Bias and coverage",
        "",
        f"Written by `lncohort validate --cohorts {cohorts} --patients {patients} --seed {seed}`; "
        "not edited by hand.",
        "",
        f"{cohorts} simulated cohorts of {patients} patients, seeds {seed} to "
        f"{seed + cohorts - 1}; adjusted log odds ratios. The truth is what the analysis converges "
        "to on very large extracts. The expected bias is that of maximum likelihood in samples of "
        "this size, to first order (Cordeiro and McCullagh, J R Stat Soc B 1991;53:629).",
        "",
        "| analysis | level | truth (OR) | mean log OR | bias | expected bias | Monte Carlo SE | "
        "empirical SE | mean SE | coverage (%) |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows.itertuples():
        lines.append(
            f"| {row.analysis} | {row.level} | {np.exp(row.truth):.2f} | {row.mean:.3f} | "
            f"{row.bias:+.3f} | {row.expected_bias:+.3f} | {row.bias_mc_se:.3f} | "
            f"{row.empirical_se:.3f} | {row.mean_se:.3f} | {row.coverage:.1f} |"
        )
    low, high = COVERAGE
    total = len(rows)
    biased = int((rows["z"].abs() > LARGEST_Z).sum())
    unexplained = (rows["bias"] - rows["expected_bias"]).abs() / rows["bias_mc_se"]
    outside = int((~rows["coverage"].between(low, high)).sum())
    lines += [
        "",
        f"{biased} of {total} differ from their truth by more than {LARGEST_Z:g} Monte Carlo "
        f"standard errors, and {int((unexplained > LARGEST_Z).sum())} of {total} from their truth "
        f"and the expected bias. The coverage of {outside} of {total} lies outside {low:g} to "
        f"{high:g} %; its own Monte Carlo standard error is "
        f"{100 * np.sqrt(0.95 * 0.05 / cohorts):.1f}.",
    ]
    return "\n".join(lines) + "\n"
