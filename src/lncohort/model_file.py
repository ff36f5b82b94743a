"""Reads TOML into a model, and tells every error of a file at once, each with its key."""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError

from lncohort.errors import UserError

Place = tuple[str | int, ...]
Problem = tuple[Place, str]
Model = TypeVar("Model", bound=BaseModel)


def load_model(
    label: str,
    source: bytes,
    model: type[Model],
    contradictions: Callable[[dict], Iterable[Problem]] = lambda content: (),
) -> Model:
    """Read a TOML file as a model.

    Parameters
    ----------
    label
        The file, as messages call it.
    source
        Its bytes.
    model
        What it must be.
    contradictions
        Gives what the parts of the content say against each other, before it is a model.

    Raises
    ------
    UserError
        With all errors of the file together, each with its key path.
    """
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
        loaded = model.model_validate(content)
    except ValidationError as error:
        problems = [(problem["loc"], _told(model, problem)) for problem in error.errors()]
    problems += contradictions(content)
    if problems:
        lines = (
            ": ".join([label, *filter(None, [_key(content, place)]), told])
            for place, told in problems
        )
        raise UserError("\n".join(dict.fromkeys(lines)))
    return loaded


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


def _told(model: type[BaseModel], problem: dict) -> str:
    """What the model refuses, in words."""
    place, found = problem["loc"], problem["input"]
    match problem["type"]:
        case "extra_forbidden":
            known = _keys_at(model, place[:-1])
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


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that the file knows at a place."""
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
