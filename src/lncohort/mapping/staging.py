"""The given rows of the hospital's tables, made once and used again while a table is unchanged."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from lncohort.folders import refuse_all_but, written_whole
from lncohort.mapping.given import ROWS, TEXTS, Given, write_given
from lncohort.mapping.model import SourceTable
from lncohort.sources import content_hash, files_of

MANIFEST = "mapping_manifest.json"  # beside the tables of an extract that a mapping made
STAGED = ".staged"
ABOUT = "about.json"
# Of a step: name, rows, and seconds; None while it still runs.
Progress = Callable[[str, int | None, float | None], None]
WRITTEN = (ABOUT, ROWS, TEXTS)


@dataclass(frozen=True)
class Staged:
    """The folder of a table's given rows, the hash of its source, and whether it was read anew."""

    folder: Path
    given: Given
    source_hash: str | None
    was_read: bool


def staged_tables(
    tables: tuple[SourceTable, ...],
    root: Path | str,
    folder: Path,
    progress: Progress,
) -> list[Staged]:
    """Read every table whose source, or whose columns in the mapping, are not what they were.

    Parameters
    ----------
    tables
        Of the mapping.
    root
        Where the sources are.
    folder
        Where the given rows are kept: they hold patients' data.
    progress
        Called while a table is read, and once it is.

    Raises
    ------
    UserError
        When a source cannot be read, or lacks a column.
    """
    return [_staged(table, root, folder / table.name, progress) for table in tables]


def sources_of(tables: tuple[SourceTable, ...], root: Path | str) -> list[Path]:
    """The folder that the sources are in, and each of their files; none of a server."""
    of_files = [table.source for table in tables if table.source.format != "postgresql"]
    files = [Path(root) / one.path for source in of_files for one in files_of(root, source)]
    return [Path(root), *files] if files else []


def read_json(file: Path) -> dict:
    """What an earlier run wrote down; nothing where there is none, or it is not to be read."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _staged(table: SourceTable, root: Path | str, folder: Path, progress: Progress) -> Staged:
    progress(f"look at {table.name}", None, None)
    source_hash = content_hash(root, table.source)
    known = read_json(folder / ABOUT)
    fingerprint = _fingerprint(table, source_hash)
    is_known = source_hash is not None and known.get("fingerprint") == fingerprint
    if is_known and all((folder / name).is_file() for name in WRITTEN):
        return Staged(folder, Given(**known["given"]), source_hash, was_read=False)
    refuse_all_but(folder, ABOUT, WRITTEN)
    started, step = time.perf_counter(), f"read {table.name}"
    with written_whole(folder) as made:
        given = write_given(table, root, made, lambda rows: progress(step, rows, None))
        content = {"fingerprint": fingerprint, "given": asdict(given)}
        (made / ABOUT).write_text(json.dumps(content) + "\n", encoding="utf-8")
    progress(step, given.read, time.perf_counter() - started)
    return Staged(folder, given, source_hash, was_read=True)


def _fingerprint(table: SourceTable, source_hash: str | None) -> str:
    """What given rows depend on: how they are read, the source, and the mapping of its columns."""
    keys = {"to", "source", "columns", "constants", "values", "keep", "wide", "decimal"}
    parts = [version("lncohort"), source_hash, table.model_dump_json(include=keys)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
