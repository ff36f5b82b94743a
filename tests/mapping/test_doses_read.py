"""The doses that were read of a drug, with percentiles found among the distinct doses."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.engine.duck import make_tables

DOSE = st.sampled_from([None, 0.5, 1.0, 1.5, 10.0, 33.333333, 1e6])
ROW = st.fixed_dictionaries(
    {
        "drug": st.sampled_from(["tacrolimus", "cyclophosphamide"]),
        "route": st.sampled_from([None, "oral", "iv"]),
        "dose_from": st.sampled_from([None, "told"]),
        "patient_id": st.sampled_from(["1", "2", "3"]),
        "daily_dose_mg": DOSE,
        "pulse_dose_mg": DOSE,
        "fate": st.sampled_from(["used", "used", "rejected"]),
    }
)
TEXT = pa.string()
SCHEMA = pa.schema(
    {
        **dict.fromkeys(["drug", "route", "dose_from", "patient_id"], TEXT),
        **dict.fromkeys(["daily_dose_mg", "pulse_dose_mg"], pa.float64()),
        "fate": TEXT,
    }
)


@given(st.lists(ROW, max_size=40))
def test_a_drug_has_the_counts_and_percentiles_of_its_doses(rows):
    groups = {}
    for row in rows:
        if row["fate"] == "used":
            key = row["drug"], row["route"], row["dose_from"] or "unknown"
            groups.setdefault(key, []).append(row)
    with duckdb.connect() as connection:
        given_rows = pa.Table.from_pylist(rows, schema=SCHEMA)
        make_tables(connection, ["dose_read"], {"mapped_prescription": given_rows})
        found = {row[:3]: row[3:] for row in connection.table("dose_read").fetchall()}
    assert found.keys() == groups.keys()
    for key, of_drug in groups.items():
        count, patients, *percentiles = found[key]
        assert count == len(of_drug)
        assert patients == len({row["patient_id"] for row in of_drug})
        either = [
            row["pulse_dose_mg"] if row["daily_dose_mg"] is None else row["daily_dose_mg"]
            for row in of_drug
        ]
        doses = [dose for dose in either if dose is not None]
        if doses:
            expected = np.quantile(doses, [0.05, 0.5, 0.95])
            assert percentiles == pytest.approx(expected, rel=1e-12)
        else:
            assert percentiles == [None, None, None]
