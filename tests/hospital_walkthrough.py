"""What docs/walkthrough-hospital.md tells a reader to type and to edit."""

import re
import shlex
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "walkthrough-hospital.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = "$ lncohort "


def blocks() -> list[tuple[str, str]]:
    """The kind and text of every block of the page."""
    return FENCE.findall(PAGE.read_text(encoding="utf-8"))


def runs() -> list[tuple[list[str], list[str]]]:
    """The arguments of every command, and the lines that it is said to print."""
    found = []
    for kind, text in blocks():
        if kind != "console":
            continue
        for line in text.splitlines():
            if line.startswith(COMMAND):
                found.append((shlex.split(line.removeprefix(COMMAND)), []))
            elif line != "...":
                found[-1][1].append(line)
    return found


def edited(source: str) -> str:
    """A mapping file with the edits of the page; each fits one place."""
    for kind, text in blocks():
        if kind != "diff":
            continue
        lines = text.splitlines()
        old = "".join(line[1:] + "\n" for line in lines if line[0] in " -")
        new = "".join(line[1:] + "\n" for line in lines if line[0] in " +")
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source
