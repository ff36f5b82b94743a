"""The units that a hospital gives, with percentiles found among the distinct values."""

from itertools import product

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.engine.duck import make_tables

MEANINGS = [
    {
        "meaning": number,
        "test": test,
        "unit": unit,
        "is_unit_assumed": assumed,
        "operator": operator,
    }
    for number, (test, unit, assumed, operator) in enumerate(
        product(["serum_creatinine", "albumin"], [None, "g/L"], [False, True], [None, "<"])
    )
]
MEANING = pa.schema(
    {
        "meaning": pa.int32(),
        **dict.fromkeys(["test", "unit"], pa.string()),
        "is_unit_assumed": pa.bool_(),
        "operator": pa.string(),
    }
)
ROW = st.fixed_dictionaries(
    {
        "meaning": st.sampled_from(range(len(MEANINGS))),
        "patient_id": st.integers(1, 3),
        "value": st.sampled_from([0.1, 0.2, 0.7, 3.0, 88.4, 1e6]),
        "reason": st.sampled_from([None, None, "copy_of_a_row"]),
    }
)
SCHEMA = pa.schema(
    {
        **dict.fromkeys(["table_number", "meaning", "patient_id"], pa.int32()),
        "sample_date": pa.date32(),
        "value": pa.float64(),
        "reason": pa.string(),
    }
)


@given(st.lists(ROW, max_size=40))
def test_a_unit_has_the_counts_and_percentiles_of_its_rows(rows):
    groups = {}
    for row in rows:
        if row["reason"] is None:
            meaning = MEANINGS[row["meaning"]]
            key = meaning["test"], meaning["unit"] or "", meaning["is_unit_assumed"]
            groups.setdefault(key, []).append(row | meaning)
    with duckdb.connect() as connection:
        tables = {
            "mapped_lab": pa.Table.from_pylist(rows, schema=SCHEMA),
            "lab_meaning": pa.Table.from_pylist(MEANINGS, schema=MEANING),
        }
        make_tables(connection, ["result_unit"], tables)
        found = {row[:3]: row[3:] for row in connection.table("result_unit").fetchall()}
    assert found.keys() == groups.keys()
    for key, of_unit in groups.items():
        count, patients, censored, *percentiles = found[key]
        assert count == len(of_unit)
        assert patients == len({row["patient_id"] for row in of_unit})
        assert censored == sum(row["operator"] is not None for row in of_unit)
        values = [row["value"] for row in of_unit]
        assert percentiles == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]), rel=1e-12)
