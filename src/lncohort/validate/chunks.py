"""Cohorts worked out side by side in chunks; a finished chunk is kept until all are."""

import atexit
import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lncohort.errors import UserError
from lncohort.estimate.newton import one_thread
from lncohort.simulate.truth import KEYS
from lncohort.validate.batch import cohort_estimands
from lncohort.validate.plan import Plan

PLAN = "plan.json"
Progress = Callable[[int], None]


@contextmanager
def kept_work(plan: Plan, out: Path, resume: bool) -> Iterator[Path]:
    """A folder beside ``out`` for finished chunks, which is gone once all is done.

    Parameters
    ----------
    plan
        The validation.
    out
        Where the final folder will stand.
    resume
        Go on with what an interrupted run of the same plan left.

    Raises
    ------
    UserError
        When work of an interrupted run is there and is not to be gone on with, or is of another
        plan.
    """
    work = out.with_name(f"{out.name}.unfinished")
    fingerprint = plan.fingerprint()
    if work.exists():
        if not resume:
            raise UserError(
                f"{work}: an interrupted validation left its finished cohorts there. Go on with "
                "--resume, or remove the folder."
            )
        _refuse_other(work, fingerprint)
    else:
        try:
            work.mkdir(parents=True)
            _write_whole(work / PLAN, lambda path: path.write_text(json.dumps(fingerprint)))
        except OSError as error:
            raise UserError(
                f"{work}: cannot be written ({error.strerror}). Choose an --out in a folder that "
                "you may write to."
            ) from error
    yield work
    shutil.rmtree(work)


def _refuse_other(work: Path, fingerprint: dict) -> None:
    try:
        kept = json.loads((work / PLAN).read_text())
    except (OSError, ValueError):
        kept = {}
    other = [name for name in fingerprint if kept.get(name) != fingerprint[name]]
    if other:
        told = "; ".join(
            f"{name}: found {kept.get(name, 'nothing')}, expected {fingerprint[name]}"
            for name in other
        )
        raise UserError(
            f"{work}: is of another validation: {told}. Give the same settings, or remove the "
            "folder and start anew without --resume."
        )


def run_chunks(plan: Plan, work: Path, workers: int, progress: Progress | None) -> pd.DataFrame:
    """The estimands of every cohort, from kept chunks and new ones.

    Parameters
    ----------
    plan
        The validation.
    work
        Folder of finished chunks.
    workers
        Processes side by side; the result does not depend on it.
    progress
        Called with the number of cohorts done, when there are more.

    Returns
    -------
    DataFrame
        Indexed by cohort and the keys of an estimand; columns value, ci_low, ci_high.
    """
    chunks = plan.chunks()
    left = [seeds for seeds in chunks if not _is_whole(work, seeds)]
    done = plan.cohorts - sum(len(seeds) for seeds in left)
    for seeds in _worked_out(plan, work, left, workers):
        if progress is not None:
            progress(done)
        done += len(seeds)
    if progress is not None:
        progress(done)
    tables = [pq.read_table(_place(work, seeds)) for seeds in chunks]
    return pa.concat_tables(tables).to_pandas().set_index(["cohort", *KEYS])


def _worked_out(plan: Plan, work: Path, left: list[range], workers: int) -> Iterator[range]:
    """Work out chunks and tell each when it is done."""
    if workers == 1:
        for seeds in left:
            yield _work_out(plan, work, seeds)
        return
    # new processes, not copies of this one: DuckDB and Arrow have threads, which no copy has
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, fresh, initializer=_end_with_parent) as pool:
        try:
            waiting = [pool.submit(_work_out, plan, work, seeds) for seeds in left]
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_with_parent() -> None:
    """Leave it to the parent to be interrupted, and end when it has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent, ended = multiprocessing.parent_process(), Event()

    def watch():
        while not ended.wait(1):
            if not parent.is_alive():
                os._exit(1)

    watching = Thread(target=watch, daemon=True)
    watching.start()
    atexit.register(watching.join)
    atexit.register(ended.set)  # runs before the other


def _work_out(plan: Plan, work: Path, seeds: range) -> range:
    with one_thread():  # sums of many threads differ in their last digits
        found = cohort_estimands(plan.study, plan.scenario, plan.patients, seeds)
    table = pa.Table.from_pandas(found.reset_index(), preserve_index=False)
    _write_whole(_place(work, seeds), lambda path: pq.write_table(table, path))
    return seeds


def _place(work: Path, seeds: range) -> Path:
    return work / f"seeds_{seeds[0]}_to_{seeds[-1]}.parquet"


def _is_whole(work: Path, seeds: range) -> bool:
    """Whether a chunk is there and can be read; one that a failing disk cut off is made again."""
    try:
        pq.read_table(_place(work, seeds))
    except (OSError, pa.ArrowException):
        return False
    return True


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write under another name first, so that what has the name is whole."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    write(made)
    made.replace(path)
