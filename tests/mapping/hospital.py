"""A small folder of a hospital, and what a mapping makes of it."""

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import tomli_w

from lncohort.mapping.extract import Mapped, map_extract

PATIENTS = [
    {"id": "P1", "sex": "女", "born": "1980-01-02"},
    {"id": "P2", "sex": "男", "born": "1975-05-06"},
]
TABLES = {
    "patient": {"patient_id": "id", "sex": "sex", "birth_date": "born"},
    "prescription": {
        "patient_id": "id",
        "record_id": "no",
        "drug": "drug",
        "strength": "strength",
        "directions": "directions",
        "route": "route",
        "start_date": "start",
        "end_date": "end",
        "days_supply": "days",
        "quantity": "quantity",
        "quantity_unit": "of",
        "status": "status",
    },
    "lab": {
        "patient_id": "id",
        "test": "test",
        "specimen": "specimen",
        "sample_date": "at",
        "result": "result",
        "unit": "unit",
        "reference_range": "range",
    },
    "diagnosis": {"patient_id": "id", "diagnosis": "text", "code": "icd", "diagnosis_date": "on"},
    "procedure": {"patient_id": "id", "procedure": "text", "procedure_date": "on"},
    "encounter": {"patient_id": "id", "start_date": "in", "end_date": "out"},
    "patient_link": {"patient_id": "old", "same_as": "new"},
    "biopsy": {"patient_id": "id", "biopsy_date": "on", "isn_rps_class": "class"},
    "assessment": {
        "patient_id": "id",
        "instrument": "what",
        "assessment_date": "on",
        "score": "points",
    },
}
ORDER = {"id": "P1", "drug": "他克莫司胶囊", "start": "2015-03-01", "of": "盒", "quantity": "1"}
ORDER |= {"strength": "1mg*50粒", "directions": "1mg bid"}
RESULT = {"id": "P1", "test": "肌酐", "at": "2015-02-27 08:00", "result": "88", "unit": "umol/L"}


def write_table(folder: Path, name: str, rows: list[dict], columns) -> None:
    """Write rows as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")


def write_hospital(folder: Path, keys: dict | None = None, **tables: list[dict]) -> Path:
    """Write a folder with the rows given, by target, and its mapping file.

    `keys` holds further keys of a table of the mapping, by its name; a name such as `lab_2` is a
    second table of its target.
    """
    rows = {"patient": PATIENTS, "prescription": [ORDER], "lab": [RESULT]} | tables
    content = {"mapping": {"name": "test"}, "table": []}
    for name, of_table in rows.items():
        target = name.rsplit("_2", 1)[0]
        columns = TABLES[target]
        write_table(folder, name, of_table, columns.values())
        source = {"path": f"{name}.csv", "format": "text", "encoding": "utf-8", "delimiter": ","}
        source |= {"quote": '"', "header_row": 1}
        table = {"name": name, "to": target, "source": source, "columns": columns}
        if "code" in columns:
            table["code_system"] = "ICD-10"
        content["table"].append(table | (keys or {}).get(name, {}))
    content |= {key: value for key, value in (keys or {}).items() if key not in rows}
    file = folder / "mapping.toml"
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    return file


def mapped(folder: Path, keys: dict | None = None, **tables: list[dict]) -> Mapped:
    """Write a hospital and map it."""
    return map_extract(write_hospital(folder, keys, **tables), refuse=False)


def extract_rows(found: Mapped, table: str) -> list[dict]:
    """The rows of a table of the extract."""
    return pq.read_table(found.folder / f"{table}.parquet").to_pylist()


def reasons(found: Mapped, table: str) -> dict[str, int]:
    """Why rows of a table are not used, and how many."""
    return {r["reason"]: r["rows"] for r in found.account.reasons if r["table"] == table}
