"""One run: from a study file and an extract to a folder of results, whole or not at all."""

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lncohort.cohort import Cohort, build
from lncohort.engine.stages import study_files
from lncohort.extract.extract import Extract
from lncohort.folders import refuse_all_but, refuse_existing, refuse_over, written_whole
from lncohort.installed import sql_hashes, versions
from lncohort.report import write_report
from lncohort.results import Results, analyse
from lncohort.study import load_study, study_source

MANIFEST = "manifest.json"
PATIENTS = "analysis_set.parquet"
WRITTEN = (MANIFEST, PATIENTS, "report.html", "results.json", "tables", "figures")


def run_study(
    study: str | Path,
    extract: str | Path,
    out: str | Path,
    force: bool = False,
    threads: int | None = None,
    progress: Callable[[str, int | None, float], None] | None = None,
) -> Results:
    """Run a study on an extract and write its results.

    Parameters
    ----------
    study
        Name of a shipped study, or path of a study file.
    extract
        Folder of the extract.
    out
        Folder to be made. It appears whole at the end, or not at all.
    force
        Replace the results of an earlier run.
    threads
        Threads of DuckDB; the results do not depend on it.
    progress
        Called after each stage with its name, its rows (None when it has none) and seconds.

    Raises
    ------
    UserError
        When the study file, the extract or the output folder cannot be used.
    """
    started = datetime.now(UTC)
    out = Path(out)
    loaded = load_study(study)
    refuse_over(out, Path(extract), *(file for file in [Path(study)] if file.is_file()))
    if force:
        refuse_all_but(out, MANIFEST, WRITTEN)
    else:
        refuse_existing(out)
    opened = Extract.open(extract)
    with written_whole(out) as folder:
        cohort = build(loaded, opened, threads, progress)
        seconds = dict(cohort.stage_seconds)
        with _timed("estimate", seconds, progress):
            results = analyse(cohort, synthetic=opened.is_synthetic)
        with _timed("report", seconds, progress):
            write_report(results, folder)
        cohort.analysis_set.to_parquet(folder / PATIENTS, index=False)
        manifest = _manifest(study, opened, cohort, seconds, started)
        (folder / MANIFEST).write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return results


@contextmanager
def _timed(stage: str, seconds: dict, progress) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
    if progress is not None:
        progress(stage, None, seconds[stage])


def _manifest(
    study: str | Path, extract: Extract, cohort: Cohort, seconds: dict, started: datetime
) -> dict:
    """Where the results came from. Times and machine facts stand here and nowhere else."""
    label, source = study_source(study)
    seed = None
    if extract.is_synthetic:
        truth = json.loads((extract.folder / "truth.json").read_text(encoding="utf-8"))
        seed = truth.get("seed")
    return {
        "study": {
            "name": cohort.study.info.name,
            "file": Path(label).name,
            "sha256": hashlib.sha256(source).hexdigest(),
        },
        "extract": {"sha256": extract.file_hashes(), "synthetic": extract.is_synthetic},
        "seed": seed,
        "rows": cohort.row_counts.to_dict(orient="records"),
        "rejected": cohort.rejected.to_dict(orient="records"),
        "sql": sql_hashes(study_files()),
        "versions": versions(),
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "stage_seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "machine": {"system": platform.platform(), "processors": os.cpu_count()},
        "note": "analysis_set.parquet holds one row per patient: it stays on this machine",
    }
