"""What every table of a study file is: frozen, with no key but its own."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A table of the study file: frozen, and no key but its own."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


def require_keys(
    part: Part, kind: str, needed: Iterable[str], allowed: Iterable[str], others: Iterable[str]
) -> None:
    """Refuse a part that lacks a key of its kind, or has one that its kind would pass over."""
    given = {key for key in others if getattr(part, key) not in (None, (), {})}
    missing = [key for key in needed if key not in given]
    if missing:
        raise ValueError(f'"{kind}" needs the key {", ".join(missing)}')
    unused = sorted(given.difference(needed, allowed))
    if unused:
        raise ValueError(f'"{kind}" does not use the key {", ".join(unused)}; leave it out')


def require_different(key: str, names: tuple[str, ...]) -> None:
    if len(set(names)) < len(names):
        raise ValueError(f"{key} must differ, found {', '.join(names)}")


def require_increasing(key: str, cuts: tuple[float, ...]) -> None:
    if any(b <= a for a, b in zip(cuts, cuts[1:], strict=False)):
        raise ValueError(f"{key} must increase, found {list(cuts)}")
