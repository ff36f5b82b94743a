"""Writing the results of a study into a folder; nothing here depends on the day or the machine."""

import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from lncohort.exported_csv import csv_of_frame
from lncohort.report.figures import pictures
from lncohort.report.numbers import exported
from lncohort.report.page import render
from lncohort.report.suppress import suppress
from lncohort.report.tables import display_tables

COUNTS = dict.fromkeys(("before", "excluded", "after"), "Int64")


def write_report(results, folder: Path) -> None:
    """Write report.html, tables/*.csv, figures/*.svg and results.json.

    Small counts are suppressed first, so that nothing written here holds one.

    Parameters
    ----------
    results : Results
    folder
        An existing, empty folder.
    """
    shown = suppress(results)
    tables = display_tables(shown)
    drawn = pictures(shown)
    _write(folder / "report.html", render(shown, tables, drawn))
    (folder / "tables").mkdir()
    for table in tables.values():
        _write(folder / "tables" / f"{table.name}.csv", table.csv())
    estimates = _rounded(shown.estimates)
    _write(folder / "tables" / "estimates.csv", csv_of_frame(estimates))
    (folder / "figures").mkdir()
    for name, picture in drawn.items():
        _write(folder / "figures" / f"{name}.svg", picture.wide)
    _write(folder / "results.json", _as_json(shown, estimates))


def _write(path: Path, text: str) -> None:
    """UTF-8 with Unix line ends; CSV with a mark by which spreadsheets know the encoding."""
    encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
    path.write_text(text, encoding=encoding, newline="\n")


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Every number with ten significant digits."""
    numbers = table.select_dtypes("number").columns
    return table.assign(**{c: table[c].map(exported, na_action="ignore") for c in numbers})


def _as_json(shown, estimates: pd.DataFrame) -> str:
    """study, estimates, attrition and audit; a number that is not there is null."""
    content = {
        "study": shown.study.model_dump(mode="json", by_alias=True),
        "estimates": _records(estimates),
        "attrition": _records(shown.attrition.astype(COUNTS)),
        "audit": [asdict(found) for found in shown.audit],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _records(table: pd.DataFrame) -> list[dict]:
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]
