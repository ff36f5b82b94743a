"""The command line: parses, calls the API, prints. Heavy imports stand inside the commands."""

import errno
import os
import signal
import sys
from traceback import format_tb
from typing import Annotated

import typer

from lncohort.cli.check import check
from lncohort.cli.codes import codes
from lncohort.cli.contract import contract
from lncohort.cli.describe import describe
from lncohort.cli.explain import explain
from lncohort.cli.init import init
from lncohort.cli.init_study import init_study
from lncohort.cli.map import map as map_
from lncohort.cli.pool import pool
from lncohort.cli.power import power
from lncohort.cli.results_table import results_table
from lncohort.cli.run import run
from lncohort.cli.selftest import selftest
from lncohort.cli.simulate import simulate
from lncohort.cli.studies import studies
from lncohort.cli.timeline import timeline
from lncohort.cli.validate import validate
from lncohort.errors import UserError
from lncohort.texts.one_line import printable

COMMANDS = (  # in the order of the work, as --help lists them
    contract,
    codes,
    init,
    map_,
    check,
    studies,
    describe,
    explain,
    init_study,
    run,
    pool,
    timeline,
    simulate,
    validate,
    power,
    selftest,
    results_table,
)

REFUSALS = (  # of the file system: no fault of ours
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO),
    *(errno.ENAMETOOLONG, errno.ELOOP, errno.EMFILE),
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Retrospective cohort analysis: from hospital extracts to a report.",
)
for command in COMMANDS:
    app.command()(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"lncohort {version('lncohort')}")
        raise typer.Exit


@app.callback()
def lncohort(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version."),
    ] = False,
) -> None:
    """Retrospective cohort analysis: from hospital extracts to a report."""


def _tell_error(message: str) -> None:
    lines = [printable(line) for line in message.splitlines()]
    typer.echo("\n".join(["Error: " + lines[0], *lines[1:]]), err=True)


def main() -> None:
    """Run a command.

    What the user can mend is told without a traceback, with exit code 2; so is a refusal of the
    file system. An error of ours is told
    by its place, with exit code 1; its text may quote a patient's values and is shown only where
    LNCOHORT_DEBUG is set. A signal to end is obeyed once what is half-written is removed, with
    exit code 128 + its number.
    """
    signals = []

    def stop(number, _frame):
        signals.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for stream in (sys.stdout, sys.stderr):  # a terminal may lack the signs of a name
        stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except BaseException as error:
        done = isinstance(error, SystemExit) and not error.code
        if signals and not done:  # libraries may have made another error of it
            typer.echo("Interrupted: nothing half-written is left.", err=True)
            sys.exit(128 + signals[0])
        if isinstance(error, UserError):
            _tell_error(str(error))
            sys.exit(2)
        if isinstance(error, OSError) and error.errno in REFUSALS:
            _tell_error(
                f"{error.filename or 'a file'}: {error.strerror}. Give the right, make room, or "
                "choose another place."
            )
            sys.exit(2)
        if isinstance(error, SystemExit) or os.environ.get("LNCOHORT_DEBUG"):
            raise
        typer.echo("".join(format_tb(error.__traceback__)), err=True)
        typer.echo(
            f"Error: {type(error).__name__}, a fault of lncohort and not of your input. Report it "
            "with the lines above; they hold no data. Its text may quote a patient's values: "
            "LNCOHORT_DEBUG=1 shows it to you alone.",
            err=True,
        )
        sys.exit(1)
