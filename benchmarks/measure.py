"""Measures one case in a process of its own, and prints seconds, peak memory and a check.

The inputs are Parquet files; reading them is part of the time, and so is holding the result.
The seconds are those of the work alone, without the start of Python.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from lncohort.engine.parameters import study_drug_table
from lncohort.engine.stages import files_for
from lncohort.study.model import Drug

SQL = Path(__file__).parent / "sql"
DRUGS = ("tacrolimus", "mycophenolate", "hydroxychloroquine", "prednisone")
GRACE_DAYS = 30
# Tables wanted, and tables that are read from Parquet, of each case run by sql/.
TABLES = {
    "group_by": (None, ("prescription",)),
    "drug_era": ("drug_era", ("dose_step", "observation_period")),
    "exposure": ("drug_era", ("prescription", "observation_period")),
    "stockpile": ("drug_era", ("prescription", "observation_period")),
    "dose_step": ("dose_step", ("prescription", "observation_period")),
}
# Whether the gaps are given to polars, by case.
POLARS = {"polars_drug_era": False, "polars_drug_era_gaps_given": True}


def connect(
    folder: Path, case: str, memory: str | None, temporary: str | None
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with 2 threads, the Parquet files as views, and the rules of supply."""
    config = {"threads": 2, "preserve_insertion_order": False}
    if memory is not None:
        config |= {"memory_limit": memory, "temp_directory": temporary}
    connection = duckdb.connect(config=config)
    for table in TABLES[case][1]:
        connection.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
    overlap = "stockpile" if case == "stockpile" else "sum"
    each = Drug(
        name="each", label="", grace_days=GRACE_DAYS, overlap=overlap, max_daily_dose_mg=100
    )
    drugs = [each.model_copy(update={"name": name}) for name in DRUGS]
    connection.register("study_drug", study_drug_table(drugs))
    return connection


def group_by(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the floor."""
    connection.execute((SQL / "group_by.sql").read_text(encoding="utf-8"))


def by_sql(case: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Run the SQL files of a case."""
    wanted, given = TABLES[case]
    files = files_for([wanted], given)

    def run(connection: duckdb.DuckDBPyConnection) -> None:
        for file in files:
            connection.execute(file.text)

    return run


def polars_drug_era(folder: Path, gaps_given: bool) -> tuple[int, int]:
    """Make eras of the same steps in polars; rows and covered days.

    The steps hold the gap before each of them. Whoever has segments only works it out first.
    """
    import polars as pl

    key = ["period_number", "drug_number"]
    earlier_end = pl.col("segment_end").cum_max().shift(1).over(key)
    gap = (pl.col("segment_start") - earlier_end).dt.total_days().fill_null(0)
    days = (pl.col("segment_end") - pl.col("segment_start")).dt.total_days()
    known = pl.col("dose_known")
    dose = pl.col("daily_dose_mg")
    names = pl.LazyFrame({"drug_number": range(len(DRUGS)), "drug": DRUGS})
    patients = pl.scan_parquet(folder / "observation_period.parquet")
    eras = (
        pl.scan_parquet(folder / "dose_step.parquet")
        .sort(*key, "segment_start")
        .with_columns(**{} if gaps_given else {"gap_days": gap})
        .with_columns(
            days=days,
            era_number=pl.any_horizontal(
                pl.col("gap_days") > GRACE_DAYS,
                *(pl.col(column) != pl.col(column).shift(1) for column in key),
            )
            .fill_null(True)
            .cum_sum(),
        )
        .group_by("era_number")
        .agg(
            pl.col(*key).first(),
            era_start=pl.col("segment_start").min(),
            era_end=pl.col("segment_end").max(),
            covered_days=pl.col("days").sum(),
            cumulative_dose_mg=(dose * pl.col("days")).sum(),
            known_dose_days=pl.col("days").filter(known).sum(),
            unknown_dose_days=pl.col("days").filter(~known & ~pl.col("is_pulse")).sum(),
            peak_daily_dose_mg=dose.max(),
            prescriptions=pl.col("prescriptions").sum(),
        )
        .with_columns(pl.col("drug_number").cast(pl.Int64))
        .join(names, on="drug_number")
        .join(patients.select("period_number", "patient_id"), on="period_number")
        .collect()
    )
    return eras.height, eras["covered_days"].sum()


def main() -> None:
    """Measure the case named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=[*POLARS, *TABLES])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--memory", help="DuckDB's memory_limit, such as 1GB")
    parser.add_argument("--temporary", help="DuckDB's temp_directory")
    parser.add_argument("--write", type=Path, help="write the table made as Parquet")
    given = parser.parse_args()
    check = None
    if given.case in POLARS:
        started = time.perf_counter()
        check = polars_drug_era(given.folder, gaps_given=POLARS[given.case])
        seconds = time.perf_counter() - started
    else:
        with connect(given.folder, given.case, given.memory, given.temporary) as connection:
            run = group_by if given.case == "group_by" else by_sql(given.case)
            started = time.perf_counter()
            run(connection)
            seconds = time.perf_counter() - started
            if given.case != "group_by" and given.write is None:
                made = connection.table("drug_era")
                check = made.shape[0], int(made.sum("covered_days").fetchall()[0][0])
            if given.write is not None:
                connection.table("dose_step").write_parquet(str(given.write))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_bytes": peak * 1024, "check": check}))


if __name__ == "__main__":
    main()
