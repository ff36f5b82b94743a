"""Copies of the hospital's tables as text, made once and used again while a table is unchanged."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lncohort.folders import written_whole
from lncohort.mapping.given import Staged, columns_named, stage
from lncohort.mapping.model import SourceTable
from lncohort.sources import content_hash

MANIFEST = "mapping_manifest.json"  # beside the tables of an extract that a mapping made
STAGED = ".staged"
ROWS, ABOUT = "rows.parquet", "about.json"


@dataclass(frozen=True)
class Copied:
    """A staged table, the hash of its source, and whether it was read anew."""

    staged: Staged
    source_hash: str | None
    was_read: bool


def staged_tables(
    tables: tuple[SourceTable, ...],
    root: Path | str,
    folder: Path,
    progress: Callable[[str, int | None, float], None] | None,
) -> list[Copied]:
    """Copy every table whose source, or whose named columns, are not what they were.

    Parameters
    ----------
    tables
        Of the mapping.
    root
        Where the sources are.
    folder
        Where the copies are kept: they hold patients' rows.

    Raises
    ------
    UserError
        When a source cannot be read, or lacks a column.
    """
    return [_copied(table, root, folder / table.name, progress) for table in tables]


def _copied(table: SourceTable, root: Path | str, folder: Path, progress) -> Copied:
    source_hash = content_hash(root, table.source)
    about = folder / ABOUT
    known = json.loads(about.read_text(encoding="utf-8")) if about.is_file() else {}
    fingerprint = _fingerprint(table, source_hash)
    if source_hash is not None and known.get("fingerprint") == fingerprint:
        staged = Staged(folder / ROWS, known["read"], known["damaged"])
        return Copied(staged, source_hash, was_read=False)
    started = time.perf_counter()
    with written_whole(folder) as made:
        staged = stage(table, root, made / ROWS)
        about = {"fingerprint": fingerprint, "read": staged.read, "damaged": staged.damaged}
        (made / ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")
    if progress is not None:
        progress(f"read {table.name}", staged.read, time.perf_counter() - started)
    return Copied(Staged(folder / ROWS, staged.read, staged.damaged), source_hash, was_read=True)


def _fingerprint(table: SourceTable, source_hash: str | None) -> str:
    """What a copy depends on: the source, how it is read, and the columns that are kept."""
    parts = [source_hash, table.source.model_dump_json(), *sorted(columns_named(table))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
