"""A validation, from its plan to a folder that is there whole or not at all."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lncohort.exported_csv import csv_of_frame
from lncohort.folders import refuse_existing, written_whole
from lncohort.validate.bias import expected_bias
from lncohort.validate.chunks import Progress, kept_work, run_chunks
from lncohort.validate.operating import summarise
from lncohort.validate.page import command, page
from lncohort.validate.plan import Plan
from lncohort.validate.tables import markdown, performance_table, verdicts
from lncohort.validate.truths import is_causal, main_estimands, truth_of

CHARACTERISTICS = "operating_characteristics.csv"
MANIFEST = "manifest.json"


def validate(
    plan: Plan,
    out: Path,
    workers: int = 2,
    resume: bool = False,
    progress: Progress | None = None,
) -> list[str]:
    """Simulate, build and estimate many cohorts, and write how their estimates perform.

    The folder holds ``validation.html``, ``summary.md``, ``operating_characteristics.csv`` (one row
    for each estimand), ``estimates.parquet`` (every estimate of every cohort) and
    ``manifest.json``, which alone holds times.

    Parameters
    ----------
    plan
        What is validated.
    out
        Folder to be made.
    workers
        Processes side by side; the result does not depend on it.
    resume
        Go on with what an interrupted run of the same plan left beside ``out``.
    progress
        Called with the number of cohorts done.

    Returns
    -------
    list of str
        What was found, in sentences.

    Raises
    ------
    UserError
        When ``out`` exists or cannot be written, or the work that was left is of another plan.
    """
    started = datetime.now(UTC)
    refuse_existing(out)
    with kept_work(plan, out, resume) as work:
        found = run_chunks(plan, work, workers, progress)
        table = summarise(found, truth_of(plan, found)).reset_index()
        table["expected_bias"] = _expected_bias(plan, table)
        with written_whole(out) as folder:
            rows = main_estimands(plan, table)
            pq.write_table(
                pa.Table.from_pandas(found.reset_index(), preserve_index=False),
                folder / "estimates.parquet",
            )
            _write(folder / CHARACTERISTICS, csv_of_frame(table, float_format="%.6g"))
            _write(folder / "validation.html", page(plan, rows, table, found))
            _write(folder / "summary.md", _summary(plan, rows))
            manifest = {
                **plan.fingerprint(),
                "started": started.isoformat(timespec="seconds"),
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                "workers": workers,
            }
            _write(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    return verdicts(rows, plan)


def _expected_bias(plan: Plan, table: pd.DataFrame) -> pd.Series:
    """The small-sample bias of the adjusted odds ratios; NaN of other estimands.

    A causal effect is not what maximum likelihood converges to: there it explains nothing.
    """
    bias = pd.Series(np.nan, index=table.index)
    if is_causal(plan.scenario):
        return bias
    kinds = {analysis.name: analysis.kind for analysis in plan.study.analyses}
    levels = ("use", "dose_band", "duration_band", "joint")
    chosen = (
        (table["measure"] == "OR")
        & (table["model"] == "adjusted")
        & table["analysis"].map(kinds).isin(levels)
    )
    places = table[chosen]
    bias[chosen] = expected_bias(plan.study, places, plan.patients, plan.seed + plan.cohorts)
    return bias


def _summary(plan: Plan, rows: pd.DataFrame) -> str:
    table = performance_table(rows, "performance", "")
    lines = ["# Bias, errors, coverage and power", "", f"Written by `{command(plan)}`.", ""]
    lines += [*verdicts(rows, plan), "", *markdown(table)]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
