"""Writes the rules page: each case with its tables and its picture (``make docs``)."""

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from lncohort.spec.cases import Case, Table, cases, cases_folder
from lncohort.spec.picture import draw

INTRODUCTION = """# The rules of exposure

Printed from the cases in [`tests/spec/cases`](../tests/spec/cases) by `make docs`; the tests run each of \
them, and fail when this page is not what they say. Dates are counted in days from 1 January 2015 \
(day 0); ends are exclusive, except those of an extract (`end_date`). The functions are those of \
[the plain-table API](exposure.md), and their SQL is that of a study. `lncohort explain` prints \
the same examples in the terminal.
"""


def files() -> dict[str, str]:
    """Every file of the page, by its path inside the folder of the docs."""
    made = {}
    lines = [INTRODUCTION]
    for topic, of_topic in groupby(cases(), key=lambda case: case.topic):
        lines.append(f"## {topic}\n")
        for case in of_topic:
            picture = draw(case, case.expected)
            place = "rules/" + re.sub("[^a-z0-9]+", "-", case.name.lower()) + ".svg"
            if picture is not None:
                made[place] = picture
            lines += list(_section(case, None if picture is None else place))
    lines.append((cases_folder() / "peers.md").read_text(encoding="utf-8").rstrip())
    return {"rules.md": "\n".join(lines) + "\n"} | made


def _section(case: Case, picture: str | None) -> Iterator[str]:
    yield f"### {case.name[0].upper()}{case.name[1:]}\n"
    yield f"{case.rule}\n"
    if picture is not None:
        yield f"![{case.rule}]({picture})\n"
    if case.settings:
        yield ", ".join(f"`{key} = {_told(value)}`" for key, value in case.settings.items()) + "\n"
    for name, table in [*case.given.items(), *case.expected.items()]:
        heading = f"`{name}`" if name in case.given else f"→ `{name}`"
        yield f"{heading}\n" if table else f"{heading}: no row\n"
        if table:
            yield markdown(table) + "\n"


def _told(value) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).replace("'", '"')


def markdown(table: Table) -> str:
    """A table of text in Markdown."""
    columns = list(table[0])
    rows = [columns, ["---"] * len(columns), *([row[c] for c in columns] for row in table)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(folder: Path) -> None:
    """Write the page and its pictures into the folder of the docs, and remove old pictures."""
    made = files()
    for old in (folder / "rules").glob("*.svg"):
        old.unlink()
    for place, text in made.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
