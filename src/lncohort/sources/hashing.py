"""Whether a source is what it was the last time."""

import hashlib
from pathlib import Path

from lncohort.sources.files import files_of
from lncohort.sources.spec import SourceSpec


def content_hash(root: str | Path, spec: SourceSpec) -> str | None:
    """SHA-256 of the names and contents of the files that hold a table.

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
        When a file is not there, or lies outside of ``root``.
    """
    if spec.format == "postgresql":
        return None
    total = hashlib.sha256()
    for one in files_of(root, spec):
        path = Path(root) / one.path
        beside = [path.with_name(path.name + end) for end in ("-wal", ".wal")]
        for part in (path, *(log for log in beside if log.is_file())):
            with part.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{part.relative_to(root).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()
