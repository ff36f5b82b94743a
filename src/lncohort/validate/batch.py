"""Many simulated cohorts through Parquet and SQL at once, as if each had gone alone."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lncohort.analyses import estimate_all
from lncohort.cohort import build
from lncohort.errors import UserError
from lncohort.extract.contract import CONTRACT
from lncohort.extract.extract import Extract
from lncohort.follow_up import FollowUp
from lncohort.simulate import simulate_extract
from lncohort.simulate.truth import estimands
from lncohort.study import Study

WIDTH = 4  # digits of the cohort's number before an identifier


def cohort_estimands(
    study: Study, scenario: str, patients: int, seeds: Sequence[int]
) -> pd.DataFrame:
    """Simulate, build and estimate some cohorts.

    The extracts are joined to one, with the number of the cohort before every identifier: so much
    of the time of a small extract is that of starting each query. No rule of the SQL looks past a
    patient, so the rows of a cohort are those that it has alone.

    Parameters
    ----------
    study
        With the analyses to run.
    scenario
        Name of the simulated process.
    patients
        Patients of each cohort.
    seeds
        One a cohort.

    Returns
    -------
    DataFrame
        What :func:`lncohort.simulate.truth.estimands` gives of each, with its seed in the first
        level of the index, ``cohort``.

    Raises
    ------
    UserError
        When no patient of a cohort is eligible.
    """
    with tempfile.TemporaryDirectory(prefix="lncohort-") as name:
        folder = Path(name)
        for seed in seeds:
            simulate_extract(patients, seed, folder / str(seed), scenario)
        joined = folder / "joined"
        joined.mkdir()
        for table in CONTRACT:
            _join(table.name, [folder / str(seed) for seed in seeds], joined)
        built = build(study, Extract.open(joined), threads=1)
    sets, times = (_parted(table) for table in (built.analysis_set, built.person_time))
    follow_ups = _follow_ups(built.follow_up, list(sets))
    found = {}
    for number, seed in enumerate(seeds):
        if number not in sets:
            raise UserError(f"seed {seed}: none of {patients} simulated patients is in the cohort.")
        time = times.get(number, built.person_time.iloc[:0])
        estimates = estimate_all(
            study, sets[number], time, resampled=False, follow_up=follow_ups[number]
        )
        found[seed] = estimands(estimates)
    return pd.concat(found, names=["cohort"])


def _join(table: str, extracts: list[Path], out: Path) -> None:
    """Write the rows of a table of several extracts as one, their identifiers told apart."""
    parts = []
    for number, extract in enumerate(extracts):
        rows = pq.read_table(extract / f"{table}.parquet")
        for i, column in enumerate(rows.column_names):
            if column.endswith("_id"):
                told = pc.binary_join_element_wise(_mark(number), rows[column], "")
                rows = rows.set_column(i, rows.schema.field(column), told)
        parts.append(rows)
    pq.write_table(pa.concat_tables(parts), out / f"{table}.parquet")


def _mark(number: int) -> str:
    return f"{number:0{WIDTH}d}"


def _parted(rows: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """The rows of each cohort by its number, with the identifiers that it has alone."""
    numbers = _cohorts(rows)
    rows = rows.assign(patient_id=rows["patient_id"].str[WIDTH:])
    return {number: own.reset_index(drop=True) for number, own in rows.groupby(numbers.to_numpy())}


def _cohorts(rows: pd.DataFrame) -> pd.Series:
    return rows["patient_id"].str[:WIDTH].astype(int)


def _follow_ups(joined: FollowUp, numbers: list[int]) -> dict[int, FollowUp]:
    """The follow-up of each cohort; patients are numbered as it numbers them alone."""
    intervals, landmarks = _parted(joined.intervals), _parted(joined.landmarks)
    patients = joined.intervals.groupby(_cohorts(joined.intervals))["patient_number"]
    first, last = patients.min(), patients.max()
    found = {}
    for number in numbers:
        own = intervals.get(number, joined.intervals.iloc[:0])
        trials = joined.trials.iloc[:0]
        if number in first.index:
            ends = joined.trials["patient_number"].searchsorted([first[number], last[number] + 1])
            trials = joined.trials.iloc[slice(*ends)].reset_index(drop=True)
            trials = trials.assign(patient_number=trials["patient_number"] - first[number])
            own = own.assign(patient_number=own["patient_number"] - first[number])
        found[number] = FollowUp(own, landmarks.get(number, joined.landmarks.iloc[:0]), trials)
    return found
