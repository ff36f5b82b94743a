"""The files of a table: one, those whose names fit a pattern, or those of a list."""

import os
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from lncohort.errors import UserError
from lncohort.sources.paths import inside, refuse_outside
from lncohort.sources.spec import SourceSpec
from lncohort.texts.one_line import printable

SIGNS = "*?["
PASSED_OVER = (".", "~$", "_SUCCESS")  # how names begin that are no file of the hospital


def files_of(root: str | Path, spec: SourceSpec) -> list[SourceSpec]:
    """Each file of a table as a table of its own, those that fit a pattern in the order of their names.

    A path that is there is that one file, whatever signs are in its name; a file counts once.

    Parameters
    ----------
    root
        The folder in which the files stand; not looked at for PostgreSQL.
    spec
        How the table is read.

    Raises
    ------
    UserError
        When there is no such file, a path leads out of the folder, or what fits is a link.
    """
    if spec.format == "postgresql":
        return [spec]
    paths = [path for one in spec.paths for path in _paths(Path(root), one)]
    return [spec.model_copy(update={"path": path}) for path in dict.fromkeys(paths)]


def _paths(root: Path, path: str) -> list[str]:
    """The files of a path or pattern."""
    refuse_outside(root, path)
    is_one = not is_pattern(path) or (root / path).exists()
    paths = [path] if is_one else sorted(_fitting(root, path))
    for one in paths:
        if not one.isprintable():
            raise UserError(
                f"{printable(one)}: has a name with bytes or signs that are no letters. Rename it."
            )
        if inside(root, one).is_dir():
            raise UserError(
                f"{one}: is a folder; expected a file, or a pattern that the names of several fit. "
                f"Name the files in it, as in {one}/*.parquet."
            )
    return paths


def is_pattern(path: str) -> bool:
    """Whether a path may name several files."""
    return any(sign in path for sign in SIGNS)


def fits(path: str, pattern: str) -> bool:
    """Whether a path fits a pattern, name by name, in capital or small letters.

    ``*`` stands for any signs of a name, ``?`` for one, ``[0-9]`` for one of these.
    """
    names, wanted = PurePosixPath(path).parts, PurePosixPath(pattern).parts
    return len(names) == len(wanted) and all(map(_fits, names, wanted))


def _fits(name: str, wanted: str) -> bool:
    return fnmatchcase(name.casefold(), wanted.casefold())


def _fitting(root: Path, pattern: str) -> list[str]:
    """The files whose paths fit; a link that fits is refused, and not passed over."""
    *folders, _ = wanted = PurePosixPath(pattern).parts
    found = [PurePosixPath()]
    for depth, part in enumerate(wanted):
        found = [
            place / name
            for place in found
            for name in os.listdir(inside(root, str(place)))
            if not name.startswith(PASSED_OVER)
            and _fits(name, part)
            and inside(root, str(place / name)).is_dir() == (depth < len(folders))
        ]
    if not found:
        raise UserError(
            f"{pattern}: no file in {root} fits; expected the name of one, or a pattern such as "
            "labs_*.csv. Put the files back, or correct the path."
        )
    return [path.as_posix() for path in found]
