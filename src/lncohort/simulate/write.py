"""Write a simulated extract: eight Parquet tables and the truth beside them."""

import json
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from lncohort.errors import UserError
from lncohort.extract.contract import CONTRACT
from lncohort.folders import refuse_existing, written_whole
from lncohort.simulate.causal import causal_truth_file
from lncohort.simulate.feedback.scenario import NANJING, Scenario, load_scenario
from lncohort.simulate.parameters import Parameters, calibration
from lncohort.simulate.process import arrow_schema, simulate_tables

CHUNK_SIZE = 20_000


def simulate_extract(
    patients: int,
    seed: int,
    out: Path,
    scenario: str = NANJING,
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
    scenario : str
        Name of a shipped scenario; by default the process calibrated to the Nanjing study.
    parameters : Parameters, optional
        By default the scenario's. Only their truth is known: for others `truth.json` names none.
    chunk_size : int
        Patients simulated at a time; memory grows with it and not with `patients`.

    Raises
    ------
    UserError
        When `patients` or `seed` is out of range, there is no such scenario, or `out` exists and is not an empty folder or
        cannot be written.
    """
    out = Path(out)
    if patients < 1:
        raise UserError(f"--patients: expected 1 or more, found {patients}")
    if seed < 0:
        raise UserError(f"--seed: expected 0 or more, found {seed}")
    world = load_scenario(scenario)
    refuse_existing(out)
    with written_whole(out) as folder:
        _write_tables(folder, patients, seed, world, parameters or world.parameters(), chunk_size)
        if world.kind == "planned":
            truth = _large_sample(parameters is None)
        else:
            truth = _causal(scenario, parameters is None)
        _write_truth(folder / "truth.json", patients, seed, truth)


def _write_tables(
    folder: Path,
    patients: int,
    seed: int,
    scenario: Scenario,
    parameters: Parameters,
    chunk_size: int,
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
            for name, rows in simulate_tables(size, seed, scenario, parameters, chunk).items():
                writers[name].write_table(rows)


def _large_sample(known: bool) -> dict:
    """What the analysis of a very large extract converges to."""
    result = calibration()
    return {
        "meaning": result["meaning"],
        "large_sample": {"patients": result["patients"], "seeds": result["seeds"]},
        "truth": result["truth"] if known else [],
    }


def _causal(scenario: str, known: bool) -> dict:
    """What would have happened under each strategy."""
    result = causal_truth_file(scenario)
    return {
        "meaning": result["meaning"],
        "scenario": scenario,
        "strategies": result["strategies"],
        "large_sample": {name: result[name] for name in ("patients", "seed", "version")},
        "truth": result["truth"] if known else [],
    }


def _write_truth(path: Path, patients: int, seed: int, truth: dict) -> None:
    """Write the truth, and this extract's origin."""
    origin = {"patients": patients, "seed": seed}
    told = {"meaning": truth.pop("meaning"), **origin, **truth}
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
