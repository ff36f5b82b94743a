"""A table that was found, or what stands in the way of one."""

from dataclasses import dataclass

from lncohort.sources.spec import SourceSpec


@dataclass(frozen=True)
class FoundTable:
    """A table that was found, or a file of which none could be made.

    Attributes
    ----------
    path
        From the folder that was searched; of several files that are one table, their pattern or
        the first.
    spec
        How the table is read; None where there is a problem.
    columns
        Names of its columns, in order; distinct.
    notes
        What was made of its header, for the user to know.
    problem
        Why nothing can be read, and what to do; None where it can.
    files
        How many files are the table.
    """

    path: str
    spec: SourceSpec | None = None
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None
    files: int = 1
