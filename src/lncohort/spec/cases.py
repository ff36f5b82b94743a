"""Reads the cases of tests/spec/cases and runs them: prescriptions in, rows out."""

import inspect
import tomllib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from lncohort import exposure

DAY_0 = date(2015, 1, 1)
ANSWERS = (
    "dose_segments",
    "eras",
    "combinations",
    "high_dose_windows",
    "treatment_sequence",
    "window_exposure",
    "rejected_prescriptions",
)
GIVEN = ("observation_periods", "windows", "prescriptions")
DEFAULTS = {"patient_id": "p1", "drug": "tacrolimus"}
MISSING, EMPTY = "-", "none"
NUMBERS = ("days_supply", "daily_dose_mg", "pulse_dose_mg")

Table = list[dict[str, str]]


@dataclass(frozen=True)
class Case:
    """One rule with its example.

    Attributes
    ----------
    topic, name, rule : str
        Heading, name and the rule in a sentence.
    settings : dict
        Arguments of the functions of :mod:`lncohort.exposure`.
    given : dict
        Tables of text by name: prescriptions, and as needed observation_periods and windows.
        Dates are day numbers counted from 1 January 2015 (day 0), or ISO dates.
    expected : dict
        Tables of text by the function that makes them; only the columns that are told.
    """

    topic: str
    name: str
    rule: str
    settings: dict
    given: dict[str, Table]
    expected: dict[str, Table]


def cases_folder() -> Path:
    """The folder of the cases: inside the installed package, or in the tests of the tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "spec_cases"
    return installed if installed.is_dir() else package.parents[1] / "tests" / "spec" / "cases"


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in the order of the files."""
    found = []
    for path in sorted(cases_folder().glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in content["case"]:
            expected = {name: _table(text) for name, text in case.pop("expect").items()}
            given = {name: _table(case.pop(name)) for name in GIVEN if name in case}
            found.append(
                Case(
                    topic=content["title"],
                    name=case.pop("name"),
                    rule=case.pop("rule"),
                    settings=case.pop("settings", {}),
                    given=given,
                    expected=expected,
                )
            )
            if case or not expected.keys() <= set(ANSWERS):
                raise ValueError(f"{path.name}: {found[-1].name}: unknown key")
    return tuple(found)


def _table(text: str) -> Table:
    if text == EMPTY:
        return []
    header, *rows = (line.split() for line in text.strip().splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]


def run(case: Case) -> dict[str, Table]:
    """What the functions make of a case, written as the case writes it.

    Returns
    -------
    dict
        A table of text for each one expected, with the expected columns; all rows, sorted as the
        function sorts them.
    """
    frames = {name: _frame(table) for name, table in case.given.items()}
    used, made = set(), {}
    for name, expected in case.expected.items():
        answer: Callable = getattr(exposure, name)
        takes = set(inspect.signature(answer).parameters)
        takes |= set(exposure.SupplyRules.__annotations__)
        arguments = {k: v for k, v in (case.settings | frames).items() if k in takes}
        used |= arguments.keys()
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            frame = answer(**arguments)
        columns = list(expected[0]) if expected else list(frame.columns)
        dates = {c for row in expected for c, cell in row.items() if _is_iso(cell)}
        made[name] = [
            {column: _written(row[column], column in dates) for column in columns}
            for row in frame.to_dict("records")
        ]
    unused = (case.settings.keys() | frames.keys()) - used
    if unused:
        raise ValueError(f"{case.name}: nothing uses {', '.join(sorted(unused))}")
    return made


def _frame(table: Table) -> pd.DataFrame:
    """A table of text as a user would give it."""
    frame = pd.DataFrame(table).replace(MISSING, None)
    for column, value in DEFAULTS.items():
        if column not in frame and (column == "patient_id" or "start_date" in frame):
            frame[column] = value
    for column in frame.columns:
        if column in NUMBERS:
            frame[column] = pd.to_numeric(frame[column]).astype(float)
        elif column.endswith(("_date", "window_start", "window_end")):
            frame[column] = pd.Series([_date(cell) for cell in frame[column]], dtype=object)
    return frame


def _date(cell: str | None) -> date | None:
    if cell is None:
        return None
    return date.fromisoformat(cell) if _is_iso(cell) else DAY_0 + timedelta(days=int(cell))


def _is_iso(cell: str) -> bool:
    return cell.count("-") == 2 and len(cell) == len("2015-01-01")


def _written(value, as_date: bool) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return MISSING
    if isinstance(value, pd.Timestamp | date):
        day = pd.Timestamp(value).date()
        return day.isoformat() if as_date else str((day - DAY_0).days)
    if isinstance(value, bool | np.bool_ | str):
        return str(value)
    number = float(value)
    return MISSING if np.isnan(number) else repr(number).removesuffix(".0")
