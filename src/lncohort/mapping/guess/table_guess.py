"""What a table of a hospital seems to be of, and what its texts leave open."""

from dataclasses import dataclass, field, replace

from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.parts import Played
from lncohort.mapping.model import CodeSystem
from lncohort.sources import SourceSpec

FEWEST_ROWS = 5  # of a text or a shape that is written into the mapping file


@dataclass(frozen=True)
class Question:
    """What the texts of a table do not tell.

    Attributes
    ----------
    about : str
        ``header_row``, ``status``, ``certainty``, ``sex``, ``date_formats``, ``unit``,
        ``quantity_unit``, ``days_supply``, ``daily_dose_mg``, ``strength``, ``units``, ``wide``,
        ``keep``, ``code_system`` or ``death``.
    column : str
        Of the table.
    text : str
        The question.
    choices : tuple of str
        The answers that there can be; none where it is free.
    """

    about: str
    column: str
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class WideTest:
    """A column of a wide table of results."""

    column: Column
    test: str
    unit: str | None


@dataclass(frozen=True)
class TableGuess:
    """What a table seems to be of.

    Attributes
    ----------
    target : str
    confidence : float
        From 0 to 1.
    played : dict of str to Played
        By role.
    wide : tuple of WideTest
        Columns of results, of a wide table.
    constants : dict of str to str
    keep : dict of str to tuple of str
        Of a column, the texts of the rows that are meant; empty: all rows.
    date_formats : tuple of str
    day_of_month : int or None
        Of births that are given as months.
    decimal : str or None
        None where the texts do not tell it, and no comma stands in them.
    inpatient, refunds : bool
    sex_codes : dict of str to str
        What codes of sex mean, where somebody told it.
    code_system : str or None
        That the texts of the codes are of.
    questions : tuple of Question
    unused : tuple of str
        Columns of the table that play no part.
    """

    spec: SourceSpec
    target: str
    confidence: float
    played: dict[str, Played]
    wide: tuple[WideTest, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    day_of_month: int | None = None
    decimal: str | None = None
    inpatient: bool = False
    refunds: bool = False
    sex_codes: dict[str, str] = field(default_factory=dict)
    code_system: CodeSystem | None = None
    questions: tuple[Question, ...] = ()
    unused: tuple[str, ...] = ()


def answered(guess: TableGuess, question: Question, answer: str) -> TableGuess:
    """A guess with the answer to one of its questions."""
    left = tuple(other for other in guess.questions if other != question)
    if question.about == "sex":
        codes = dict(part.split(" ") for part in answer.split(", "))
        return replace(guess, sex_codes=codes, questions=left)
    if question.about == "date_formats":
        return replace(guess, date_formats=(*guess.date_formats, answer), questions=left)
    if question.about == "quantity_unit":
        constants = guess.constants | {"quantity_unit": answer}
        return replace(guess, constants=constants, questions=left)
    if question.about != "unit":
        return guess  # what one answer does not settle stays a question
    wide = tuple(
        replace(test, unit=answer) if test.column.name == question.column else test
        for test in guess.wide
    )
    return replace(guess, wide=wide, questions=left)
