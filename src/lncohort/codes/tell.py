"""Code lists as tables to be printed."""

from difflib import get_close_matches

from lncohort.codes.lists import NAMES, CodeLists
from lncohort.codes.match import matcher_of_codes, matcher_of_names
from lncohort.errors import UserError

Printed = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


def all_concepts(known: CodeLists) -> Printed:
    """Every concept with its kind and the size of its list."""
    rows = [
        (concept, own["kind"].iloc[0], str(len(own)), ", ".join(dict.fromkeys(own["system"])))
        for concept, own in known.rows.groupby("concept", sort=False)
    ]
    title = f"{len(known.rows)} codes and names, sha256 {known.sha256[:12]}"
    return title, ("concept", "kind", "rows", "systems"), rows


def of_concept(known: CodeLists, concept: str) -> Printed:
    """The rows of one concept.

    Raises
    ------
    UserError
        When no list has it, with the nearest that one has.
    """
    own = known.rows[known.rows["concept"] == concept]
    if own.empty:
        near = get_close_matches(concept, known.concepts(), n=1)
        hint = f'did you mean "{near[0]}"?' if near else "`lncohort codes` lists all"
        raise UserError(f'no code list has the concept "{concept}"; {hint}')
    columns = ("system", "code", "match", "exclude", "needs", "unit", "note", "verified")
    first = own.iloc[0]
    title = f"{concept} ({first['kind']}): {first['name_en']}, {first['name_zh']}"
    return title, columns, list(own[list(columns)].itertuples(index=False, name=None))


def found_concepts(known: CodeLists, text: str) -> Printed:
    """What a name or a code of an extract stands for, as each kind and in each system.

    Raises
    ------
    UserError
        When it stands for nothing.
    """
    rows = []
    for kind in dict.fromkeys(known.rows["kind"]):
        if (match := matcher_of_names(known.rows, kind)(text)) is not None:
            rows.append((kind, "name", match.concept))
        systems = known.rows.loc[known.rows["kind"] == kind, "system"]
        for system in [s for s in dict.fromkeys(systems) if s not in NAMES]:
            if (match := matcher_of_codes(known.rows, kind, system)(text)) is not None:
                rows.append((kind, system, match.concept))
    if not rows:
        raise UserError(f'"{text}" stands for no concept; add it to a list of your own (--lists)')
    return text, ("as a", "in", "concept"), rows
