"""The given rows of the hospital's tables, made once and used again while a table is unchanged."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lncohort.folders import refuse_all_but, written_whole
from lncohort.mapping.given import ROWS, Given, write_given
from lncohort.mapping.model import SourceTable
from lncohort.sources import content_hash

MANIFEST = "mapping_manifest.json"  # beside the tables of an extract that a mapping made
STAGED = ".staged"
ABOUT = "about.json"
WRITTEN = (ABOUT, ROWS)


@dataclass(frozen=True)
class Staged:
    """The given rows of a table, the hash of its source, and whether it was read anew."""

    given: Given
    source_hash: str | None
    was_read: bool


def staged_tables(
    tables: tuple[SourceTable, ...],
    root: Path | str,
    folder: Path,
    progress: Callable[[str, int | None, float], None] | None,
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

    Raises
    ------
    UserError
        When a source cannot be read, or lacks a column.
    """
    return [_staged(table, root, folder / table.name, progress) for table in tables]


def sources_of(tables: tuple[SourceTable, ...], root: Path | str) -> list[Path]:
    """The folder that the sources are in, and each of their files; none of a server."""
    files = [Path(root) / t.source.path for t in tables if t.source.format != "postgresql"]
    return [Path(root), *files] if files else []


def read_json(file: Path) -> dict:
    """What an earlier run wrote down; nothing where there is none, or it is not to be read."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _staged(table: SourceTable, root: Path | str, folder: Path, progress) -> Staged:
    source_hash = content_hash(root, table.source)
    known = read_json(folder / ABOUT)
    fingerprint = _fingerprint(table, source_hash)
    is_known = source_hash is not None and known.get("fingerprint") == fingerprint
    if is_known and (folder / ROWS).is_file():
        given = Given(**known["given"] | {"file": folder / known["given"]["file"]})
        return Staged(given, source_hash, was_read=False)
    refuse_all_but(folder, ABOUT, WRITTEN)
    started = time.perf_counter()
    with written_whole(folder) as made:
        given = write_given(table, root, made)
        content = {
            "fingerprint": fingerprint,
            "given": asdict(given) | {"file": given.file.name},
        }
        (made / ABOUT).write_text(json.dumps(content) + "\n", encoding="utf-8")
    if progress is not None:
        progress(f"read {table.name}", given.read, time.perf_counter() - started)
    return Staged(replace(given, file=folder / given.file.name), source_hash, was_read=True)


def _fingerprint(table: SourceTable, source_hash: str | None) -> str:
    """What given rows depend on: the source, and what the mapping says of its columns."""
    keys = {"to", "source", "columns", "constants", "values", "keep", "wide"}
    parts = [source_hash, table.model_dump_json(include=keys)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
