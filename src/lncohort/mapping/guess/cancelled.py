"""Rows that a column says are cancelled, of tables without a part for it: 报告状态 作废."""

from dataclasses import replace

from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.headers import fit_of_header
from lncohort.mapping.guess.table_guess import FEWEST_ROWS, Question, TableGuess
from lncohort.mapping.words import read_status

TARGETS = ("lab", "procedure", "biopsy", "assessment")
MOST_TEXTS = 20  # of a column of states
SURE_HEADER = 0.5  # 作废标志, and not 婚姻状态


def without_cancelled(guess: TableGuess, columns: list[Column]) -> TableGuess:
    """A guess that keeps the rows whose status does not say that they were cancelled.

    Where the status stands in codes, it is asked what they mean.

    Parameters
    ----------
    guess
        Of a table.
    columns
        Of that table.
    """
    if guess.target not in TARGETS or guess.keep:
        return guess
    played = {part.column.name for part in guess.played.values()}
    for column in columns:
        told = column.profile.texts
        texts = sorted({text.strip() for text, rows in told if rows >= FEWEST_ROWS} - {""})
        header = fit_of_header(column.name, "prescription", "status")
        if column.name in played or not 0 < len(texts) <= MOST_TEXTS or not header:
            continue
        read = {text: read_status(text) for text in texts}
        if None in read.values() and len(texts) > 1 and header >= SURE_HEADER:
            text = (
                f"{column.name}: what do its codes mean? Where some are of cancelled rows, name the "
                "others under [table.keep]"
            )
            asked = Question("keep", column.name, text)
            return replace(guess, questions=(*guess.questions, asked))
        if False in read.values() and True in read.values():
            return replace(guess, keep={column.name: ("", *(t for t in texts if read[t]))})
    return guess
