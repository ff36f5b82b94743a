"""Reads and writes study files, and tells every error in one at once."""

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import get_args

import tomli_w
from pydantic import BaseModel, ValidationError

from lncohort.errors import UserError
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
    try:
        content = tomllib.loads(source.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UserError(
            f"{label}: is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{label}: is not TOML: {error}.") from error
    try:
        loaded = Study.model_validate(content)
    except ValidationError as error:
        raise UserError("\n".join(f"{label}: {e}" for e in _told(error, content))) from error
    problems = inconsistencies(loaded)
    if problems:
        raise UserError("\n".join(f"{label}: {problem}" for problem in problems))
    return loaded


def dump_study(study: Study) -> str:
    """Write a study as TOML that loads as the same study."""
    content = study.model_dump(by_alias=True, exclude_none=True)
    return tomli_w.dumps(content)


def _library():
    return files("lncohort.study") / "library"


def _told(error: ValidationError, content: dict) -> Iterator[str]:
    for problem in error.errors():
        place = problem["loc"]
        key = ".".join(str(part) for part in place)
        if problem["type"] == "extra_forbidden":
            near = get_close_matches(str(place[-1]), _keys_at(place[:-1]), n=1)
            hint = (
                f'did you mean "{near[0]}"?'
                if near
                else f"known: {', '.join(_keys_at(place[:-1]))}"
            )
            yield f"{key}: unknown key; {hint}"
        elif problem["type"] == "missing":
            yield f"{key}: missing; this key is needed"
        else:
            message = problem["msg"].removeprefix("Value error, ")
            found = problem["input"]
            shown = "" if isinstance(found, dict | BaseModel) else f"; found {found!r}"
            yield f"{key}: {message}{shown}"


def _keys_at(place: tuple) -> list[str]:
    """The keys that the study file knows at a place."""
    model = Study
    for part in place:
        if isinstance(part, int):
            continue
        field = next(f for n, f in model.model_fields.items() if part in (n, f.alias))
        model = next(t for t in _types(field.annotation) if _is_part(t))
    return [field.alias or name for name, field in model.model_fields.items()]


def _types(annotation) -> Iterator[type]:
    yield annotation
    for inner in get_args(annotation):
        yield from _types(inner)


def _is_part(kind) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
