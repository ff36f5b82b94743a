"""Write a simulated extract: eight Parquet tables and the truth beside them."""

import json
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from lncohort.errors import UserError
from lncohort.extract.contract import CONTRACT
from lncohort.folders import refuse_existing, written_whole
from lncohort.simulate.parameters import Parameters, calibrated, calibration
from lncohort.simulate.process import arrow_schema, simulate_tables

CHUNK_SIZE = 20_000


def simulate_extract(
    patients: int,
    seed: int,
    out: Path,
    parameters: Parameters | None = None,
    chunk_size: int = CHUNK_SIZE,
) -> None:
    """Write an extract of simulated patients, with `truth.json` beside its tables.

    Parameters
    ----------
    patients : int
        Number of patients, at least 1.
    seed : int
        Seed of the random numbers, 0 or more. The same patients, seed and chunk size give the
        same bytes; another chunk size gives other patients of the same process.
    out : Path
        Folder to be made; it may exist only when empty. It appears whole or not at all.
    parameters : Parameters, optional
        The process; by default the calibrated one. Only that one's truth is known: for another,
        `truth.json` names none.
    chunk_size : int
        Patients simulated at a time; memory grows with it and not with `patients`.

    Raises
    ------
    UserError
        When `patients` or `seed` is out of range, or `out` exists and is not an empty folder or
        cannot be written.
    """
    out = Path(out)
    if patients < 1:
        raise UserError(f"--patients: expected 1 or more, found {patients}")
    if seed < 0:
        raise UserError(f"--seed: expected 0 or more, found {seed}")
    refuse_existing(out)
    with written_whole(out) as folder:
        _write_tables(folder, patients, seed, parameters or calibrated(), chunk_size)
        _write_truth(folder / "truth.json", patients, seed, parameters is None)


def _write_tables(
    folder: Path, patients: int, seed: int, parameters: Parameters, chunk_size: int
) -> None:
    with ExitStack() as stack:
        writers = {
            t.name: stack.enter_context(
                pq.ParquetWriter(folder / f"{t.name}.parquet", arrow_schema(t), compression="zstd")
            )
            for t in CONTRACT
        }
        for chunk, first in enumerate(range(0, patients, chunk_size)):
            size = min(chunk_size, patients - first)
            for name, rows in simulate_tables(size, seed, parameters, chunk).items():
                writers[name].write_table(rows)


def _write_truth(path: Path, patients: int, seed: int, is_calibrated: bool) -> None:
    """Write what the analysis of a very large extract converges to, and this extract's origin."""
    result = calibration()
    truth = {
        "meaning": result["meaning"],
        "patients": patients,
        "seed": seed,
        "large_sample": {"patients": result["patients"], "seeds": result["seeds"]},
        "truth": result["truth"] if is_calibrated else [],
    }
    path.write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
