"""Reads and writes mapping files."""

from pathlib import Path

import tomli_w

from lncohort.errors import UserError
from lncohort.mapping.model import Mapping
from lncohort.model_file import load_model
from lncohort.sources.addresses import refuse_passwords


def load_mapping(file: str | Path) -> Mapping:
    """Load a mapping file.

    Raises
    ------
    UserError
        When it cannot be read, or holds a password; with all its errors together, each with its
        key path.
    """
    try:
        source = Path(file).read_bytes()
    except OSError as error:
        raise UserError(
            f"{file}: cannot be read ({error.strerror}); expected a mapping file, as "
            "`lncohort init FOLDER` writes it."
        ) from error
    refuse_passwords(str(file), source.decode("utf-8", errors="replace"))
    return load_model(str(file), source, Mapping)


def dump_mapping(mapping: Mapping) -> str:
    """Write a mapping as TOML that loads as the same mapping."""
    content = mapping.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)
    return tomli_w.dumps(content)
