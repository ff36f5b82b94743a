"""What a study returns on a simulated extract, beside what was published and what is true."""

import json
from pathlib import Path

from lncohort.cohort import build
from lncohort.errors import UserError
from lncohort.extract.extract import Extract
from lncohort.report import numbers
from lncohort.report.tables.published import beside, published
from lncohort.results import Results, analyse
from lncohort.simulate.truth import KEYS
from lncohort.study import load_study

STUDY = "nanjing"


def write_results_table(folder: Path, out: Path) -> None:
    """Write the Nanjing study on a simulated extract beside the published figures, as markdown.

    Parameters
    ----------
    folder
        A simulated extract, with its ``truth.json``.
    out
        Markdown file to be made or replaced.

    Raises
    ------
    UserError
        When the extract is not one of the calibrated process, or the file cannot be written.
    """
    extract = Extract.open(folder)
    if not extract.is_synthetic:
        raise UserError(f"{folder}: has no truth.json; expected an extract of `lncohort simulate`.")
    truth = json.loads((extract.folder / "truth.json").read_text(encoding="utf-8"))
    if "scenario" in truth:
        raise UserError(
            f"{folder}: is of the scenario {truth['scenario']}, which is not calibrated to the "
            "study; expected an extract of `lncohort simulate` without --scenario."
        )
    results = analyse(build(load_study(STUDY), extract), synthetic=True)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(_markdown(results, truth, folder, out), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror}).") from error


def _markdown(results: Results, truth: dict, folder: Path, out: Path) -> str:
    table = published(results)
    converges = _converges_to(results, truth)
    lines = [
        "# The Nanjing study, simulated and published",
        "",
        f"Written by `lncohort results-table --extract {folder} --out {out}`; not edited by hand.",
        "",
        f"The extract holds {truth['patients']} simulated patients (seed {truth['seed']}). "
        f"Published: {results.study.published.citation}.",
        "",
        f"{truth['meaning']}",
        "",
        f"| Figure | {results.study.published.short} | This extract | Agreement | Converges to |",
        "|---|---:|---:|---|---:|",
    ]
    for row, value in zip(table.rows, converges, strict=True):
        lines.append("| " + " | ".join([*row.cells, value]) + " |")
    lines += ["", *table.notes, "", "Not known about the paper, and chosen here:", ""]
    lines += [f"- {unknown}" for unknown in results.study.published.unknown]
    return "\n".join(lines) + "\n"


def _converges_to(results: Results, truth: dict) -> list[str]:
    """The large-sample value of each published figure, where it has one."""
    known = {tuple(row[key] for key in KEYS): row["value"] for row in truth["truth"]}
    found = []
    for pair in beside(results):
        key = tuple(getattr(pair.row, name) for name in KEYS)
        found.append(numbers.ratio(known[key]) if key in known else numbers.NONE)
    return found
