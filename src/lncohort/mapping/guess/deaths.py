"""Deaths that a table of stays tells by how they ended: 离院方式 死亡."""

import re
from dataclasses import replace

from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.reading import read_columns
from lncohort.mapping.guess.table_guess import Question, TableGuess
from lncohort.texts.plain import plain

DEATH = re.compile(r"[\d.、: -]*(?:院内|已)?死亡(?:出院)?|died|dead|death|expired|deceased")
CODED = "离院方式"  # of the front page: 1 to 5 and 9
CODES = {"1", "2", "3", "4", "5", "9"}
MOST_TEXTS = 20  # of a column of ways to end


def with_deaths(guess: TableGuess, columns: list[Column]) -> list[TableGuess]:
    """A guess, and behind stays a table of the deaths that ended some of them.

    Where the ways to end stand in codes, it is asked what they mean.

    Parameters
    ----------
    guess
        Of a table.
    columns
        Of that table.
    """
    if guess.target != "encounter" or "end_date" not in guess.played:
        return [guess]
    for column in columns:
        texts = [text for text, _ in column.profile.texts if text.strip()]
        deaths = tuple(sorted({text.strip() for text in texts if DEATH.fullmatch(plain(text))}))
        if deaths and len(texts) <= MOST_TEXTS:
            played = {
                "patient_id": guess.played["patient_id"],
                "death_date": guess.played["end_date"],
            }
            found = read_columns(guess.spec, "death", guess.confidence, played, {}, ())
            return [guess, replace(found, keep={column.name: deaths})]
        if CODED in column.name and texts and {text.strip() for text in texts} <= CODES:
            text = (
                f'{column.name}: where 5 is death, add a [[table]] with to = "death", death_date the day '
                f'of discharge and [table.keep] "{column.name}" = ["5"]'
            )
            return [
                replace(guess, questions=(*guess.questions, Question("death", column.name, text)))
            ]
    return [guess]
