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
from lncohort.study.consistency import Place, Problem, inconsistencies
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
    problems = []
    try:
        loaded = Study.model_validate(content)
    except ValidationError as error:
        problems = _mistakes(error)
    problems += inconsistencies(content)
    if problems:
        lines = (f"{label}: {_key(content, place)}: {told}" for place, told in problems)
        raise UserError("\n".join(dict.fromkeys(lines)))
    return loaded


def dump_study(study: Study) -> str:
    """Write a study as TOML that loads as the same study."""
    content = study.model_dump(by_alias=True, exclude_none=True)
    return tomli_w.dumps(content)


def _library():
    return files("lncohort.study") / "library"


def _key(content: dict, place: Place) -> str:
    """The way to a key, in which a table of an array is called by its name or counted from 1."""
    parts, found = [], content
    for part in place:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            found = None
        name = found.get("name") if isinstance(found, dict) else None
        counted = part + 1 if isinstance(part, int) else part
        parts.append(name if isinstance(part, int) and isinstance(name, str) else str(counted))
    return ".".join(parts)


def _mistakes(error: ValidationError) -> list[Problem]:
    """What the model refuses, in words."""
    return [(problem["loc"], _told(problem)) for problem in error.errors()]


def _told(problem: dict) -> str:
    place, found = problem["loc"], problem["input"]
    match problem["type"]:
        case "extra_forbidden":
            known = _keys_at(place[:-1])
            near = get_close_matches(str(place[-1]), known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(known)}"
            return f"unknown key; {hint}"
        case "missing":
            return "missing; this key is needed"
        case "model_type":
            kind = "a list" if isinstance(found, list) else f"{found!r}"
            return f"expected a table, with keys of its own; found {kind}"
        case "tuple_type":
            kind = "a table" if isinstance(found, dict) else f"{found!r}"
            return f"expected a list; found {kind}"
    message = problem["msg"].removeprefix("Value error, ")
    return message if isinstance(found, dict) else f"{message}; found {found!r}"


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
