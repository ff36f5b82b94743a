"""Paths that stay inside the folder they belong to."""

import os
from pathlib import Path, PurePosixPath

from lncohort.errors import UserError


def inside(root: Path, path: str) -> Path:
    """The file or folder of a relative path, which follows no link and does not leave ``root``.

    Raises
    ------
    UserError
        When it is absolute, goes up, passes a link, or is not there.
    """
    refuse_outside(root, path)
    found = root
    for part in PurePosixPath(path).parts:
        found = found / part
        if os.path.islink(found):
            raise UserError(
                f"{path}: is a link; links are not followed, for they may lead out of {root}. Copy "
                "the file there."
            )
    if not found.exists():
        raise UserError(
            f"{path}: is not in {root}; expected the file that the mapping names. Put it back, "
            "or correct the path."
        )
    return found


def refuse_outside(root: Path, path: str) -> None:
    """Refuse a path that is absolute or goes up."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise UserError(
            f"{path}: leads out of {root}; expected a path inside that folder, as the search "
            "found it."
        )
