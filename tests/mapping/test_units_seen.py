"""The units that a hospital gives, with percentiles found among the distinct values."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.engine.duck import make_tables

ROW = st.fixed_dictionaries(
    {
        "test": st.sampled_from(["serum_creatinine", "albumin"]),
        "unit": st.sampled_from([None, "g/L"]),
        "is_unit_assumed": st.booleans(),
        "patient_id": st.sampled_from(["1", "2", "3"]),
        "operator": st.sampled_from([None, "<"]),
        "value": st.sampled_from([0.1, 0.2, 0.7, 3.0, 88.4, 1e6]),
        "fate": st.sampled_from(["used", "used", "rejected"]),
    }
)
SCHEMA = pa.schema(
    {
        **dict.fromkeys(["test", "unit"], pa.string()),
        "is_unit_assumed": pa.bool_(),
        **dict.fromkeys(["patient_id", "operator"], pa.string()),
        "value": pa.float64(),
        "fate": pa.string(),
    }
)


@given(st.lists(ROW, max_size=40))
def test_a_unit_has_the_counts_and_percentiles_of_its_rows(rows):
    groups = {}
    for row in rows:
        if row["fate"] == "used":
            key = row["test"], row["unit"] or "", row["is_unit_assumed"]
            groups.setdefault(key, []).append(row)
    with duckdb.connect() as connection:
        given_rows = pa.Table.from_pylist(rows, schema=SCHEMA)
        make_tables(connection, ["result_unit"], {"mapped_lab": given_rows})
        found = {row[:3]: row[3:] for row in connection.table("result_unit").fetchall()}
    assert found.keys() == groups.keys()
    for key, of_unit in groups.items():
        count, patients, censored, *percentiles = found[key]
        assert count == len(of_unit)
        assert patients == len({row["patient_id"] for row in of_unit})
        assert censored == sum(row["operator"] is not None for row in of_unit)
        values = [row["value"] for row in of_unit]
        assert percentiles == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]), rel=1e-12)
