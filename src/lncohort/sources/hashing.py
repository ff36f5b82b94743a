"""Whether a source is what it was the last time."""

import hashlib
from pathlib import Path

from lncohort.sources.parquet import parts
from lncohort.sources.paths import inside
from lncohort.sources.spec import SourceSpec


def content_hash(root: str | Path, spec: SourceSpec) -> str | None:
    """SHA-256 of the file that holds a table, or of the names and contents of its parts.

    A file of a database counts whole, with what an SQLite or DuckDB has written beside it and
    not yet put into it.

    Returns
    -------
    str or None
        None for PostgreSQL: no cheap sign tells that a table there is unchanged, so it is
        always read again.

    Raises
    ------
    UserError
        When the file is not there, or lies outside of ``root``.
    """
    if spec.format == "postgresql":
        return None
    path = inside(Path(root), spec.path)
    beside = [path.with_name(path.name + end) for end in ("-wal", ".wal")]
    total = hashlib.sha256()
    for part in [*parts(path), *(log for log in beside if log.is_file())]:
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{part.name}\0{digest}\n".encode())
    return total.hexdigest()
