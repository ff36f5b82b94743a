"""Procedures among orders and charges: 血液透析 between the drugs of a day."""

from dataclasses import replace

from lncohort.mapping.guess.parts import Played
from lncohort.mapping.guess.reading import read_columns
from lncohort.mapping.guess.table_guess import FEWEST_ROWS, TableGuess
from lncohort.mapping.names import Names, dialysis_or_graft
from lncohort.mapping.words import read_status


def with_treatments(guess: TableGuess, names: Names) -> list[TableGuess]:
    """A guess, and behind orders a table of those that are procedures, and were carried out.

    Parameters
    ----------
    guess
        Of a table.
    names
        Names and code lists.
    """
    if guess.target != "prescription" or not {"drug", "start_date"} <= guess.played.keys():
        return [guess]
    drug = guess.played["drug"]
    keep = {drug.column.name: _texts(drug, lambda text: _is_procedure(names, text))}
    if "status" in guess.played:
        status = guess.played["status"]
        keep[status.column.name] = _texts(status, lambda text: read_status(text) is True)
    if not all(keep.values()):
        return [guess]
    played = {
        "patient_id": guess.played["patient_id"],
        "procedure": drug,
        "procedure_date": guess.played["start_date"],
    }
    found = read_columns(guess.spec, "procedure", guess.confidence, played, {}, ())
    return [guess, replace(found, keep=keep)]


def _texts(part: Played, is_one) -> tuple[str, ...]:
    """The texts of a column that are one of a kind; those of few rows may be of a patient."""
    told = (text.strip() for text, rows in part.column.profile.texts if rows >= FEWEST_ROWS)
    return tuple(sorted({text for text in told if text and is_one(text)}))


def _is_procedure(names: Names, text: str) -> bool:
    found = names.of_name("procedure", text) or dialysis_or_graft(names, text)
    return found is not None and names.of_name("drug", text) is None
