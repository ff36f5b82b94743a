"""Drives the command line in this process, and holds each command to what it must never do."""

import io
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from lncohort import cli

CANARY = "kqx"  # a part of every value that belongs to one patient alone, and of nothing else
TEXTS = (".toml", ".json", ".html", ".csv", ".svg")


@dataclass(frozen=True)
class Told:
    """The exit code of a command, and all that it printed."""

    code: int
    text: str


def call(*arguments) -> Told:
    """Run a command; signals are as before it."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    code = 0
    with (
        patch.dict(os.environ, {"COLUMNS": "1000"}),  # what is folded could not be searched
        patch.object(sys, "argv", ["lncohort", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(out),
    ):
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    out.flush()
    return Told(code, out.buffer.getvalue().decode("utf-8"))


def obedient(world: Path, made: Iterable[Path], *arguments) -> Told:
    """Run a command, and see that it ended well, told nothing and touched nothing else.

    Parameters
    ----------
    world
        The folder of the example: all that stands there is watched.
    made
        Files and folders that the command may make or replace.
    arguments
        Of the command.
    """
    allowed = [Path(os.path.realpath(path)) for path in made]
    before = snapshot(world)
    told = call(*arguments)
    end = told.text[-1500:]
    assert told.code in (0, 2), end
    assert "Traceback" not in told.text and 'File "' not in told.text, end
    assert told.code == 0 or "Error: " in told.text or "Usage: " in told.text, end
    assert CANARY not in told.text.casefold(), told.text
    after = snapshot(world)
    for path in before.keys() | after.keys():
        if before.get(path) != after.get(path):
            place = Path(os.path.realpath(world)) / path
            assert any(place.is_relative_to(ours) for ours in allowed), (path, end)
    for path in allowed:
        for file in [path, *path.rglob("*")] if path.exists() else ():
            if file.is_file() and file.suffix in TEXTS:
                assert CANARY not in file.read_text(encoding="utf-8").casefold(), file
    return told


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Every file, folder and link under a folder, with the content of files."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(place, name)
            where = str(path.relative_to(folder))
            if path.is_symlink():
                found[where] = os.fsencode(os.readlink(path))
            else:
                found[where] = path.read_bytes() if path.is_file() else None
    return found


@contextmanager
def code_lists_read_once():
    """The shipped code lists are read by every command; here once for all examples."""
    from lncohort.codes import read_code_lists

    shipped = read_code_lists()

    def known(own=(), only_own=False):
        return read_code_lists(own, only_own) if own or only_own else shipped

    with (
        patch("lncohort.mapping.extract.read_code_lists", known),
        patch("lncohort.mapping.guess.folder.read_code_lists", known),
    ):
        yield
