"""Output folders: they appear whole or not at all, and nothing is overwritten unasked."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from lncohort.errors import UserError


def refuse_existing(out: Path) -> None:
    """Refuse an output folder that holds anything.

    Raises
    ------
    UserError
        When ``out`` is a file, or a folder that is not empty.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder to be made. Choose another --out.")
    if out.is_dir() and any(out.iterdir()):
        raise UserError(
            f"{out}: is not empty; nothing is overwritten. Choose another --out, or remove it."
        )


def refuse_all_but(out: Path, mark: str, written: Collection[str]) -> None:
    """Refuse to replace an output folder that is not of an earlier run, or holds more than it wrote.

    Parameters
    ----------
    out
        The folder that is to be replaced.
    mark
        The file by which a folder of an earlier run is known.
    written
        Names of all that a run writes there, the mark among them.

    Raises
    ------
    UserError
        When ``out`` holds something, and not that file, or anything else beside it.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder to be made. Choose another --out.")
    found = sorted(entry.name for entry in out.iterdir()) if out.is_dir() else []
    if found and not (out / mark).is_file():
        raise UserError(
            f"{out}: holds no {mark}, so it is not the folder of an earlier run; only such a "
            "folder is replaced. Choose another."
        )
    others = [name for name in found if name not in written]
    if others:
        raise UserError(
            f"{out}: holds {len(others)} files or folders that no run writes (the first is "
            f"{others[0]}); nothing of yours is replaced. Move them, or choose another --out."
        )


def refuse_over(out: Path, *sources: Path) -> None:
    """Refuse an output folder that is, or holds, what it would be made of.

    Parameters
    ----------
    out
        The folder that is to be made or replaced.
    sources
        Files and folders that are read; links are followed to where they lead.

    Raises
    ------
    UserError
        When a source lies at or under ``out``.
    """
    place = os.path.realpath(out)
    for source in sources:
        if Path(os.path.realpath(source)).is_relative_to(place):
            raise UserError(
                f"{out}: {source} is read from there; what is read is never replaced. Choose a "
                "folder of its own."
            )


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` that takes its name when all is written, and is gone otherwise.

    What stood at ``out`` is replaced; refuse it before, where it is to be kept.

    Raises
    ------
    UserError
        When the folder cannot be made or written; nothing is left then.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = _beside(out)
    except OSError as error:
        raise UserError(
            f"{out}: cannot be written ({error.strerror}). Choose a folder that you may write to."
        ) from error
    try:
        yield folder
        folder.chmod(0o755)
        _put_in_place(folder, out)
    except OSError as error:
        raise UserError(
            f"{out}: writing stopped ({error.strerror}); nothing was left there. Make room, or "
            "choose another --out."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _beside(out: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))


def _put_in_place(folder: Path, out: Path) -> None:
    """Rename the folder; what stood there before comes back if that fails."""
    if not out.exists():
        folder.rename(out)
        return
    aside = _beside(out)
    out.rename(aside / out.name)
    try:
        folder.rename(out)
    except OSError:
        (aside / out.name).rename(out)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def refuse_file(path: Path) -> None:
    """Refuse a file that stands already.

    Raises
    ------
    UserError
        When it does.
    """
    if path.exists():
        raise UserError(f"{path}: exists; nothing is overwritten. Choose another name.")


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not stand yet.

    Raises
    ------
    UserError
        When it exists or cannot be written.
    """
    try:
        with path.open("xb") as made:
            made.write(content)
    except FileExistsError as error:
        raise UserError(f"{path}: exists; nothing is overwritten. Choose another name.") from error
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}). Choose a folder that you may write to."
        ) from error
