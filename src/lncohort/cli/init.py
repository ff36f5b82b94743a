"""`lncohort init`."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    location: Annotated[
        str, typer.Argument(help="folder, file or PostgreSQL address of the hospital's tables")
    ],
    out: Annotated[Path, typer.Option("--out", help="mapping file to be made")] = Path(
        "mapping.toml"
    ),
) -> None:
    """Look at a hospital's tables and write a mapping file to be mended by hand."""
    import sys

    from lncohort.mapping.guess import from_file, guess_folder, is_ours, mapping_source
    from lncohort.mapping.omop import omop_source, omop_tables, omop_unread, written
    from lncohort.sources import find_tables
    from lncohort.terminal import print_progress
    from lncohort.texts.one_line import one_line

    where = from_file(location, out)
    name = Path(where).name or Path(location).resolve().name or "hospital"
    found = find_tables(location)
    for table in found:
        if table.files > 1:
            typer.echo(
                one_line(f"{table.spec.label}: {table.files} files alike, read as one table")
            )
    if omop := omop_tables(found):
        theirs = [table for table in found if not is_ours(location, table.path)]
        unread = omop_unread(theirs, omop)
        source = omop_source(omop, name, where, unread, written(location, omop))
        for table, one in omop.items():
            typer.echo(f"{one_line(one.spec.label)}: OMOP {table}")
        for label in unread[0]:
            typer.echo(one_line(f"{label}: not read, as a table of that name is"))
        for label in unread[1]:
            typer.echo(one_line(f"not read: {label}"))
        _written(out, source)
        return
    guess = guess_folder(location, found, print_progress)
    for table in guess.tables:
        typer.echo(f"{one_line(table.spec.label)}: {table.target} ({table.confidence:.2f})")
    for label in guess.unused:
        typer.echo(f"{one_line(label)}: not read, seems to be of nothing here")
    for path, problem in guess.problems:
        typer.echo(one_line(f"{path}: {problem}"))
    if sys.stdin.isatty() and sys.stdout.isatty():
        guess = _asked(guess)
    _written(out, mapping_source(guess, name, where))


def _written(out: Path, source: str) -> None:
    """Write the mapping file, and say what is left to do."""
    from lncohort.folders import write_new

    write_new(out, source.encode("utf-8"))
    questions = source.count("# QUESTION: ")
    typer.echo(
        f"{out}: {questions} questions stand in it. Mend it, then: lncohort check --mapping {out}"
    )


def _asked(guess):
    """The guess with the answers of whoever sits at the terminal; an empty answer leaves it open."""
    from dataclasses import replace

    from lncohort.mapping.guess import answered
    from lncohort.texts.one_line import one_line

    tables = []
    for table in guess.tables:
        for question in table.questions:
            typer.echo(one_line(f"{table.spec.label}: {question.text}"))
            for number, choice in enumerate(question.choices, start=1):
                typer.echo(f"  {number}  {one_line(choice)}")
            answer = typer.prompt("Answer (empty: leave it open)", default="", show_default=False)
            if question.choices and answer.isdecimal():
                number = int(answer)
                answer = question.choices[number - 1] if 0 < number <= len(question.choices) else ""
            elif question.choices:
                answer = ""
            if answer:
                table = answered(table, question, answer)
        tables.append(table)
    return replace(guess, tables=tables)
