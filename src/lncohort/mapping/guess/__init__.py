"""A first mapping file of a hospital's folder: what each table and column seems to be."""

import os
from pathlib import Path

from lncohort.mapping.guess.folder import FolderGuess, guess_folder, is_ours
from lncohort.mapping.guess.table_guess import answered
from lncohort.mapping.guess.write import mapping_source


def from_file(location: str, file: Path) -> str:
    """A location as a mapping file that stands elsewhere names it."""
    if "://" in location:
        return location
    folder = Path(location).resolve()
    folder = folder.parent if folder.is_file() else folder
    return Path(os.path.relpath(folder, file.resolve().parent)).as_posix()


__all__ = ["FolderGuess", "answered", "from_file", "guess_folder", "is_ours", "mapping_source"]
