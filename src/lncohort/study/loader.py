"""Reads and writes study files, and tells every error in one at once."""

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import tomli_w

from lncohort.errors import UserError
from lncohort.model_file import load_model
from lncohort.study.consistency import inconsistencies
from lncohort.study.model import Study


def studies() -> list[str]:
    """Names of the studies that ship with the package."""
    return sorted(
        file.name.removesuffix(".toml")
        for file in _library().iterdir()
        if file.name.endswith(".toml")
    )


def study_source(study: str | Path) -> tuple[str, bytes]:
    """File name and bytes of a study file.

    Parameters
    ----------
    study
        Name of a shipped study, or path of a study file.

    Raises
    ------
    UserError
        When there is no such study, or its file cannot be read.
    """
    if str(study) in studies():
        name = f"{study}.toml"
        return name, (_library() / name).read_bytes()
    try:
        return str(study), Path(study).read_bytes()
    except FileNotFoundError as error:
        near = get_close_matches(str(study), studies(), n=1)
        hint = f' did you mean "{near[0]}"?' if near else ""
        raise UserError(
            f"{study}: no such study file, and no study of that name ships;{hint} expected one "
            f"of {', '.join(studies())}, or the path of a file made by `lncohort init-study`."
        ) from error
    except OSError as error:
        raise UserError(f"{study}: cannot be read ({error.strerror}).") from error


def load_study(study: str | Path) -> Study:
    """Load a study.

    Parameters
    ----------
    study
        Name of a shipped study, or path of a study file.

    Raises
    ------
    UserError
        With all errors of the file together, each with its key path.
    """
    label, source = study_source(study)
    return load_model(label, source, Study, inconsistencies)


def dump_study(study: Study) -> str:
    """Write a study as TOML that loads as the same study."""
    content = study.model_dump(by_alias=True, exclude_none=True)
    return tomli_w.dumps(content)


def _library():
    return files("lncohort.study") / "library"
