"""Rows are written in the order of the hospital's, with what their numbers stand for."""

import random

import pyarrow.parquet as pq
import pytest

from lncohort.extract.contract import CONTRACT
from lncohort.mapping import written
from mapping.hospital import ORDER, PATIENTS, RESULT, extract_rows, mapped

DRAWN = random.Random(5)
LABS = [
    RESULT
    | {
        "id": DRAWN.choice(["P1", "P2"]),
        "at": f"2015-02-{DRAWN.randint(1, 28):02}",
        "test": DRAWN.choice(["肌酐", "白蛋白", "没有这项"]),
        "result": DRAWN.choice(["88", "<5", "61.5", "阴性", "88 umol/L"]),
        "unit": DRAWN.choice(["umol/L", "g/L", ""]),
        "range": DRAWN.choice(["41-81", "", "<90"]),
    }
    for _ in range(60)
]
ORDERS = [ORDER | {"no": str(number)} for number in range(9)]


@pytest.mark.parametrize("at_a_time", [1, 7])
def test_the_extract_is_the_same_however_few_rows_are_put_in_order_at_once(
    tmp_path, monkeypatch, at_a_time
):
    tables = {"lab": LABS[:40], "lab_2": LABS[40:], "prescription": ORDERS}
    (tmp_path / "whole").mkdir()
    whole = mapped(tmp_path / "whole", **tables)
    monkeypatch.setattr(written, "AT_A_TIME", at_a_time)
    (tmp_path / "parts").mkdir()
    parts = mapped(tmp_path / "parts", **tables)
    for table in CONTRACT:
        name = f"{table.name}.parquet"
        assert pq.read_table(parts.folder / name).equals(pq.read_table(whole.folder / name))


def test_used_results_stand_as_in_the_hospitals_tables(tmp_path):
    found = extract_rows(mapped(tmp_path, lab=LABS), "lab")
    expected, seen = [], set()
    for row in LABS:
        is_copy = tuple(row.values()) in seen
        seen.add(tuple(row.values()))
        if is_copy or row["test"] == "没有这项" or row["result"] == "阴性":
            continue
        value = float(row["result"].removeprefix("<").removesuffix(" umol/L"))
        operator = "<" if row["result"].startswith("<") else None
        unit = row["unit"].lower() or ("umol/l" if row["result"].endswith("L") else None)
        expected.append((row["id"], row["at"], value, operator, unit))
    assert [
        (
            row["patient_id"],
            str(row["sample_date"]),
            row["value"],
            row["operator"],
            row["unit"] and row["unit"].lower(),
        )
        for row in found
    ] == expected


def test_a_file_has_no_types_but_those_of_the_contract(tmp_path):
    found = mapped(tmp_path, patient=PATIENTS)
    for table in CONTRACT:
        schema = pq.read_schema(found.folder / f"{table.name}.parquet")
        assert schema.names == [column.name for column in table.columns]
        assert not any("dictionary" in str(kind) for kind in schema.types)
