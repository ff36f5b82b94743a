"""Writes the page of the data contract from the contract itself (``make docs``)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from lncohort.codes import read_code_lists
from lncohort.extract.contract import CONTRACT, Column, Table
from lncohort.extract.equivalence import dose_equivalences
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.queries import QUERIES
from lncohort.extract.reasons import REASONS
from lncohort.spec.page import markdown

INTRODUCTION = """# What an extract holds

Written by `make docs` from the data contract in `src/lncohort/extract`; a test fails when this page \
is not what the contract says. `lncohort contract` prints the tables in the terminal.

An extract is a folder of eight Parquet files. Every file is there, with its columns; a table of \
which there is nothing to tell has no rows. A column whose missing values are allowed may be empty, \
and an optional column may be absent. Dates are local dates without a time zone. Rows that cannot \
be used are left out of a run and counted with their reason; rows that the study does not speak of \
are out of scope and counted; every other row is used.

Under each table stands the query to hand to your data manager, in English and in Chinese: it asks \
for the hospital's fields as they are, from which the columns are made. The names below it, and \
parts of names, are those of the code lists (`lncohort codes`), by which the data manager may search.
"""
CENSORED = """## Results below or above a bound

A result such as `<0.15` has the value 0.15 and the operator `<`. It lies between 0 and its bound, \
one such as `>5.0` between its bound and the largest that can be reported; `<0.5` is below 0.5, and \
`<=0.5` may be 0.5. Two results of one day of which one is censored lie between the lowest and the \
highest that either can be.

- A response is judged where the bound can tell. For "below 0.5", `<0.15` is met and `>=0.5` is not; \
with `<1.0` the component is not assessed on that day, as if it had not been measured.
- A criterion of eligibility is met only when the result meets it whatever it was.
- As a baseline and as a covariate the bound stands as the value. `lncohort check` counts how many \
results, and how many patients' covariates, are bounds.

A dipstick grade (`+++`, `阴性`) is no value, and is never turned into grams.
"""


def page() -> str:
    """The page in Markdown."""
    codes = read_code_lists().rows
    parts = [INTRODUCTION]
    for table in CONTRACT:
        parts += _section(table, codes)
    parts += ["## Laboratory tests and their units\n", UNITS, markdown(_tests(codes)) + "\n"]
    parts += [CENSORED, "## Drugs\n", DRUGS, markdown(_drugs(codes)) + "\n"]
    parts += [EQUIVALENCES, markdown(_equivalences())]
    return "\n".join(parts) + "\n"


UNITS = """Every value is converted to the first unit, and what was given is kept beside it. Case, \
blanks and the sign used for micro do not matter. A value in any other unit is rejected, never \
guessed: a protein-creatinine ratio by moles is converted by its unit alone, and urine red cells \
per microlitre are no cells per high-power field.
"""
DRUGS = """The names of the column `drug`, in lower case. Tacrolimus of prolonged release is \
tacrolimus, mg for mg. An ointment or eye drops are none of these drugs.
"""
EQUIVALENCES = """A drug below is counted as the other, in the mg of the other; what was given is \
kept. Prednisone equivalents are counted where a covariate of the study asks for them.
"""


def _section(table: Table, codes: pd.DataFrame) -> Iterator[str]:
    yield f"## {table.name}.parquet\n"
    yield f"One row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    yield markdown([_column(column) for column in table.columns]) + "\n"
    yield "Rows that cannot be used:\n"
    yield "\n".join(f"- `{reason}`: {told}" for reason, told in REASONS[table.name].items()) + "\n"
    query = QUERIES[table.name]
    yield f"### Query: {table.name}\n"
    yield f"{query.english}\n"
    yield from _names(codes, query.kind, "name_en")
    yield f"{query.chinese}\n"
    yield from _names(codes, query.kind, "name_zh")


def _column(column: Column) -> dict[str, str]:
    missing = "column optional" if column.optional else "allowed" if column.nullable else "no"
    values = ", ".join(f"`{value}`" for value in column.values)
    return {
        "column": f"`{column.name}`",
        "type": column.type,
        "missing": missing,
        "meaning": f"{column.meaning}: {values}" if values else column.meaning,
        "example": f"`{column.example}`",
        "needed for": column.why,
        "without it": column.without,
    }


def _names(codes: pd.DataFrame, kind: str, system: str) -> Iterator[str]:
    """The concepts of a kind with their names in one language."""
    of_kind = codes[codes["kind"] == kind]
    if of_kind.empty:
        return
    lines = []
    for concept, own in of_kind.groupby("concept", sort=False):
        names = list(dict.fromkeys(own.loc[own["system"] == system, "code"]))
        if system == "name_en":
            told, colon, comma = _words(concept), ": ", ", "
        else:
            told, colon, comma = _chinese(own) or _words(concept), ":", "、"
        lines.append(f"- {told}{colon}{comma.join(names)}" if names else f"- {told}")
    if kind == "drug":
        lines += [f"- {zh if system == 'name_zh' else _words(drug)}" for drug, zh in _others(codes)]
    yield "\n".join(lines) + "\n"


def _others(codes: pd.DataFrame) -> list[tuple[str, str]]:
    """The drugs that have an equivalence and no code list of their own, with their Chinese names."""
    listed = set(codes["concept"])
    return [(e.drug, e.name_zh) for e in dose_equivalences() if e.drug not in listed]


def _tests(codes: pd.DataFrame) -> list[dict[str, str]]:
    return [
        {
            "test": f"`{name}`",
            "Chinese": _chinese(codes[codes["concept"] == name]),
            "unit": test.unit,
            "also accepted": test.others_in_words,
            "largest that can be reported": f"{test.max_value:,}",
        }
        for name, test in LAB_TESTS.items()
    ]


def _drugs(codes: pd.DataFrame) -> list[dict[str, str]]:
    listed = codes[codes["kind"] == "drug"].groupby("concept", sort=False)
    rows = [*((concept, _chinese(own)) for concept, own in listed), *_others(codes)]
    return [{"drug": f"`{drug}`", "Chinese": chinese} for drug, chinese in rows]


def _equivalences() -> list[dict[str, str]]:
    return [
        {
            "drug": f"`{e.drug}`",
            "mg": f"{e.mg}",
            "counted as": f"`{e.as_drug}`",
            "in mg": f"{e.as_mg}",
            "source": e.source,
        }
        for e in dose_equivalences()
    ]


def _chinese(own: pd.DataFrame) -> str:
    """The Chinese name of a concept, empty where its list has none."""
    return next((name for name in own["name_zh"] if name), "")


def _words(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
