"""Rules in words, read from the header comments of the SQL files that carry them out."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import sqlglot

from lncohort.engine.stages import SqlFile, sql_files
from lncohort.errors import UserError
from lncohort.spec.cases import Case, Table, cases

PARTS = re.compile(r"^(Key|Columns|Rule): ", flags=re.MULTILINE)
ANSWERED_BY = {
    "supply": "dose_segments",
    "stockpile_days": "dose_segments",
    "stockpile_mg": "dose_segments",
    "dose_step": "dose_segments",
    "dose_segment": "dose_segments",
    "drug_era": "eras",
    "combination_era": "combinations",
    "combination_use": "combinations",
    "high_dose_window": "high_dose_windows",
    "sequence": "treatment_sequence",
    "drug_use": "window_exposure",
    "held_dose": "window_exposure",
    "exposure_band": "window_exposure",
    "prescription_checked": "rejected_prescriptions",
}
TERM = re.compile(r'(?<=")\w+(?=")|\b[a-z]+(?:_[a-z]+)+\b')


@dataclass(frozen=True)
class Header:
    """The header comment of a SQL file.

    Attributes
    ----------
    file : SqlFile
    row : str
        The name of the table and what one row of it is.
    parts : dict
        The texts of Key, Columns and Rule, as far as the file has them.
    columns : frozenset
        Names of the columns that the file makes.
    """

    file: SqlFile
    row: str
    parts: dict[str, str]
    columns: frozenset[str]

    @property
    def terms(self) -> set[str]:
        """Settings, tables and columns that the rule speaks of: quoted or with an underscore."""
        return set(TERM.findall(self.parts.get("Rule", "")))

    @property
    def text(self) -> str:
        """The header as it is printed, with the file's place."""
        place = f"File: sql/{self.file.stage}/{self.file.path.name}"
        reads = f"Reads: {', '.join(sorted(self.file.reads))}"
        told = [f"{name}: {words}" for name, words in self.parts.items()]
        return "\n".join([self.row, *told, place, reads])


def explain(name: str) -> str:
    """Tell the rule of a table, of a column, or of a setting that a rule speaks of.

    Parameters
    ----------
    name
        Table (``drug_era``), column (``mean_daily_dose_mg``) or word of a rule (``grace_days``,
        ``stockpile``).

    Returns
    -------
    str
        The headers of the file of that table; else of every file that makes the column or whose
        rule names the word, in the order in which the files run. Then a worked example, when
        the rules have one.

    Raises
    ------
    UserError
        When no header has the name; the nearest ones are told.
    """
    headers = [_header(file) for file in sql_files()]
    found = [h for h in headers if h.file.table == name]
    found = found or [h for h in headers if name in h.columns | h.terms]
    if not found:
        known = {h.file.table for h in headers}.union(*(h.columns | h.terms for h in headers))
        near = get_close_matches(name, sorted(known))
        meant = f"did you mean {', '.join(near)}?" if near else "try drug_era or grace_days."
        raise UserError(f"{name}: no table, column or rule has this name; {meant}")
    told = [header.text for header in found]
    example = _example(name)
    if example is not None:
        told.append(_worked(example))
    return "\n\n".join(told)


def _example(name: str) -> Case | None:
    """The case that shows a name best: as a setting, its value, a table or a column."""
    shows = (
        lambda case: name in case.settings,
        lambda case: name in case.settings.values(),
        lambda case: ANSWERED_BY.get(name) in case.expected,
        lambda case: any(name in row for table in case.expected.values() for row in table),
    )
    return next((case for shown in shows for case in cases() if shown(case)), None)


def _worked(case: Case) -> str:
    """A case as it is printed: the rule, what is given, what comes of it."""
    lines = [f"Example ({case.name}): {case.rule}", "Days are counted from day 0."]
    lines += [f"{key} = {value}" for key, value in case.settings.items()]
    for name, table in case.given.items():
        lines += ["", f"{name}:", *_aligned(table)]
    for name, table in case.expected.items():
        lines += ["", f"-> {name}:", *(_aligned(table) or ["  no row"])]
    return "\n".join(lines)


def _aligned(table: Table) -> list[str]:
    """The lines of a table of text, its columns under each other."""
    if not table:
        return []
    rows = [list(table[0]), *(list(row.values()) for row in table)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


@cache
def _header(file: SqlFile) -> Header:
    statement = sqlglot.parse_one(file.text, read="duckdb")
    comment = re.match(r"(?:--.*\n)+", file.text)[0]
    row, *parts = PARTS.split(re.sub(r"^-- ", "", comment, flags=re.MULTILINE))
    texts = [" ".join(part.split()) for part in parts[1::2]]
    return Header(
        file=file,
        row=" ".join(row.split()),
        parts=dict(zip(parts[::2], texts, strict=True)),
        columns=frozenset(statement.expression.named_selects),
    )
