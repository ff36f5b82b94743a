"""Writes the page of the mapping file's keys from its model and roles (``make docs``)."""

import sys
from pathlib import Path

from pydantic import BaseModel

from lncohort.mapping.model import Info, Observation, SourceTable, WideColumn
from lncohort.mapping.roles import NEEDED, ROLES, TARGETS
from lncohort.sources import SourceSpec

INTRODUCTION = """# The keys of mapping.toml

Written by `make docs` from the model in `src/lncohort/mapping`; a test fails when this page is not \
what the model says. `lncohort init` writes a mapping file with its guesses, and \
[walkthrough-hospital.md](walkthrough-hospital.md) walks through one. Every key that is not known is \
told with the nearest that is.
"""
RECIPES = """## How to say it

| You want to say | Write |
| --- | --- |
| a name of your hospital stands for a drug, test or diagnosis | `[names.drug]`, `[names.lab]`, \
`[names.diagnosis]`, `[names.procedure]`: `"他克莫司胶囊(自制)" = "tacrolimus"`; `"-"` for one that is \
looked at and not wanted |
| a test has no unit in the tables | `[units]`: `serum_creatinine = "umol/L"` |
| what a text of a column means | `[table.values.sex]`: `"1" = "male"`; the same for any part: \
`[table.values.directions]`: `"遵医嘱" = "1mg bid"`, `[table.values.unit]`: `"g" = "g/24h"`, \
`[table.values.isn_rps_class]`: `"弥漫增生型" = "IV"`; `""` for nothing |
| the same for every row | `[table.constants]`: `quantity_unit = "盒"`, `route = "oral"` |
| two columns play one part | `patient_id = ["住院号", "门诊号"]`: the first in which something stands |
| one table is in many files | `path = "检验_*.csv"` under `[table.source]`: every file that fits is read, \
in the order of the names, also one that comes later; each must have the columns that are named, in any \
order. Or a list: `path = ["检验_旧.csv", "检验_新.csv"]` |
| one file holds two things | two `[[table]]` with the same `[table.source]` |
| only some rows of a file | `[table.keep]`: `"诊断类型" = ["出院诊断", "主要诊断"]` |
| only the day counts of 2015-03-05 08:30 | nothing: the time of day is left aside |
| a date is 05/03/2015 | `date_formats = ["%d/%m/%Y"]`; `excel_serial` for days of a spreadsheet, `unix_seconds` and `unix_days` for those since 1970 |
| only the month is known | `day_of_month = 15`, where that is good enough; else the row is rejected |
| births are not told, but ages are | `age = "年龄"` and, the day of that age, `seen_date = "就诊日期"` |
| the decimal mark is a comma | `decimal = ","` |
| orders of a ward, some never stopped | `inpatient = true` and a table with `to = "encounter"` |
| 长期医嘱 and 临时医嘱 | `order_type = "医嘱类型"`: a temporary order never lasts until discharge |
| charges of each day, with no word of how it is taken | `[table.constants]`: `days_supply = "1"` |
| a column says whether a diagnosis is sure | `certainty = "诊断状态"`; of codes, `[table.values.certainty]`: \
`"1" = "确诊"`, `"0" = "疑诊"` |
| diagnoses have no day of their own | `encounter_id = "就诊号"`, and a table with `to = "encounter"` |
| a death stands only in how a stay ended | a table with `to = "death"`, `death_date = "出院日期"` and \
`[table.keep]`: `"离院方式" = ["死亡"]` |
| a row holds several visits | a `[[table]]` for each, with its own `sample_date` and `[[table.wide]]` |
| a file of what was given back | `refunds = true` |
| what tells how long a supply lasts | `supply = ["days_supply", "quantity", "end_date"]`, the surest first |
| outpatients have another number | a table with `to = "patient_link"`: its number, and the one it stands for |
| some tables lost leading zeros | `leading_zeros = "drop"` under `[mapping]` |
"""
MEANINGS: dict[type[BaseModel], dict[str, str]] = {
    Info: {
        "name": "of the mapping",
        "location": "the folder, file or database, from where the mapping file stands",
        "extract": "folder that is made beside the mapping file; it holds patients' rows",
        "code_lists": "CSV files of your own names and codes, beside those that ship",
        "only_own_code_lists": "leave those that ship aside",
        "leading_zeros": "of identifiers: keep, or drop",
        "min_cell": "counts of fewer patients are not told",
    },
    Observation: {
        "from": "records: from a patient's first record to the last; table: of a table of periods",
        "gap_days": "a longer time without any record ends the observation",
    },
    SourceTable: {
        "name": "of the table, in small letters, as reports call it",
        "to": "what the table is of",
        "source": "where it stands and how it is read, see below",
        "columns": "which column plays which part, see below",
        "constants": "parts that are the same in every row",
        "values": "what a text of a part means",
        "keep": "rows that are kept: a column and its texts",
        "wide": "columns that each hold the results of one test",
        "date_formats": "of all its dates, tried in their order; none: those that are unmistakable",
        "day_of_month": "the day that a month alone stands for",
        "decimal": "the decimal mark",
        "code_system": "the system of the part `code`",
        "inpatient": "orders of a ward: one that was never stopped ends at discharge",
        "refunds": "each row takes back what it names, whatever its sign",
        "supply": "what tells how long a supply lasts, the surest first",
    },
    WideColumn: {
        "column": "its name",
        "test": "the test, as `lncohort codes` names it",
        "unit": "of its results, where they do not tell it",
    },
    SourceSpec: {
        "path": "the file, from the location; or a pattern or list, where several files are one table",
        "format": "text, excel, parquet, duckdb, sqlite or postgresql",
        "table": "the sheet of a workbook, or the table of a database",
        "encoding": "of a text file: utf-8, gb18030, utf-16",
        "delimiter": "of a text file",
        "quote": "of a text file; empty where no field is quoted",
        "header_row": "line or row with the names of the columns; left out where there are none",
        "footer_rows": "lines or rows at the end that are no data",
    },
}
TITLES = {
    Info: "## [mapping]",
    Observation: "## [observation]",
    SourceTable: "## [[table]]",
    SourceSpec: "### [table.source]",
    WideColumn: "### [[table.wide]]",
}


def page() -> str:
    """The page, as Markdown."""
    parts = [INTRODUCTION, RECIPES]
    for model, title in TITLES.items():
        rows = [f"| `{key}` | {meaning} |" for key, meaning in MEANINGS[model].items()]
        parts.append("\n".join([title, "", "| key | meaning |", "| --- | --- |", *rows]) + "\n")
    parts.append("## The parts that a column can play\n")
    parts += [_roles(target) for target in TARGETS]
    return "\n".join(parts)


def _roles(target: str) -> str:
    needed = "; ".join(" or ".join(f"`{name}`" for name in group) for group in NEEDED[target])
    rows = [f"| `{role.name}` | {role.meaning} |" for role in ROLES[target]]
    return (
        "\n".join(
            [
                f"### {target}",
                "",
                f"Needed: {needed}.",
                "",
                "| part | what it holds |",
                "| --- | --- |",
                *rows,
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
