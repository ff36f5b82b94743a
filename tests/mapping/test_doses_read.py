"""The doses that were read of a drug, with percentiles found among the distinct doses."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.engine.duck import make_tables

DOSE = st.sampled_from([None, 0.5, 1.0, 1.5, 10.0, 33.333333, 1e6])
# What texts of an order stand for; two of them for the same.
PRODUCTS = [
    {"drug": drug, "route": route, "dose_from": dose_from}
    for drug in ("tacrolimus", "cyclophosphamide")
    for route in (None, "oral", "iv")
    for dose_from in ("directions", "quantity")
]
PRODUCTS += PRODUCTS[:1]
ROW = st.fixed_dictionaries(
    {
        "order_given": st.sampled_from(range(len(PRODUCTS))),
        "is_dose_told": st.booleans(),
        "patient_id": st.sampled_from([1, 2, 3]),
        "daily_dose_mg": DOSE,
        "pulse_dose_mg": DOSE,
        "fate": st.sampled_from(["used", "used", "rejected"]),
    }
)
TEXT = pa.string()
SCHEMA = pa.schema(
    {
        **dict.fromkeys(["order_given", "patient_id"], pa.int32()),
        "is_dose_told": pa.bool_(),
        **dict.fromkeys(["daily_dose_mg", "pulse_dose_mg"], pa.float64()),
        "fate": TEXT,
    }
)


def dose_of(row):
    """The dose of a row, and where it was read."""
    daily, pulse = row["daily_dose_mg"], row["pulse_dose_mg"]
    dose = pulse if daily is None else daily
    if dose is None:
        return None, "unknown"
    if row["is_dose_told"]:
        return dose, "told"
    return dose, PRODUCTS[row["order_given"]]["dose_from"]


@given(st.lists(ROW, max_size=40))
def test_a_drug_has_the_counts_and_percentiles_of_its_doses(rows):
    groups = {}
    for row in rows:
        if row["fate"] == "used":
            product = PRODUCTS[row["order_given"]]
            dose, dose_from = dose_of(row)
            key = product["drug"], product["route"], dose_from
            groups.setdefault(key, []).append((row["patient_id"], dose))
    products = [{"order_given": number, **text} for number, text in enumerate(PRODUCTS)]
    given_tables = {
        "order_judged": pa.Table.from_pylist(rows, schema=SCHEMA),
        "order_product": pa.Table.from_pylist(products),
    }
    with duckdb.connect() as connection:
        make_tables(connection, ["dose_read"], given_tables)
        found = {row[:3]: row[3:] for row in connection.table("dose_read").fetchall()}
    assert found.keys() == groups.keys()
    for key, of_drug in groups.items():
        count, patients, *percentiles = found[key]
        assert count == len(of_drug)
        assert patients == len({patient for patient, _ in of_drug})
        doses = [dose for _, dose in of_drug if dose is not None]
        if doses:
            expected = np.quantile(doses, [0.05, 0.5, 0.95])
            assert percentiles == pytest.approx(expected, rel=1e-12)
        else:
            assert percentiles == [None, None, None]
