"""Draws prescriptions of a known shape: ~20 a person, 4 drugs, refills that overlap, gaps.

Of the refills 20 % begin 1 to 10 days before the earlier supply ends, 7 % begin 31 to 120 days
after it (past a grace of 30 days), the others 0 to 20 days after it. The rows are shuffled.
"""

import sys
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DRUGS, ORDERS_OF_A_DRUG = 4, 5
OVERLAPPING, PAST_GRACE = 0.20, 0.07
SQL = Path(__file__).parent / "sql"


def generate(rows: int, folder: Path, seed: int = 20) -> None:
    """Write ``prescription.parquet`` and ``observation_period.parquet``.

    Parameters
    ----------
    rows
        Prescriptions to draw; a multiple of 20.
    folder
        Where to write.
    seed
        Seed of the draws.
    """
    random = np.random.default_rng(seed)
    courses = rows // ORDERS_OF_A_DRUG
    shape = (courses, ORDERS_OF_A_DRUG)
    days = random.choice(np.array([14, 28, 30, 60], dtype=np.int32), shape)
    kind = random.random(shape, dtype=np.float32)
    gap = random.integers(0, 21, shape, dtype=np.int32)
    late = kind < OVERLAPPING + PAST_GRACE
    gap[late] = random.integers(31, 121, np.count_nonzero(late), dtype=np.int32)
    early = kind < OVERLAPPING
    gap[early] = -random.integers(1, 11, np.count_nonzero(early), dtype=np.int32)
    del kind, late, early
    start = np.cumsum(days + gap, axis=1, dtype=np.int32) - days - gap
    start += random.integers(0, 1500, (courses, 1), dtype=np.int32)
    order = random.permutation(rows)
    course = (order // ORDERS_OF_A_DRUG).astype(np.int32)
    drawn = pa.table(
        {
            "number": order,
            "patient": course // DRUGS,
            "drug": course % DRUGS,
            "start_day": start.ravel()[order],
            "days": days.ravel()[order],
            "half_mg": random.integers(1, 9, rows, dtype=np.int32),
        }
    )
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.register("drawn", drawn)
        text = (SQL / "prescription.sql").read_text(encoding="utf-8")
        connection.sql(text).write_parquet(str(folder / "prescription.parquet"))
    patients = [f"p{number:08d}" for number in range(courses // DRUGS)]
    always = {"period_start": date(2009, 1, 1), "period_end": date(2030, 1, 1)}
    periods = {name: pa.repeat(pa.scalar(day), len(patients)) for name, day in always.items()}
    periods |= {"patient_id": patients, "period_number": np.arange(len(patients), dtype=np.int32)}
    pq.write_table(pa.table(periods), folder / "observation_period.parquet")


if __name__ == "__main__":
    generate(int(sys.argv[1]), Path(sys.argv[2]))
