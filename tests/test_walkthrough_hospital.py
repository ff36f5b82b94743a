"""The walk through a hospital's folder runs as it stands, and prints what it says."""

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from hospital_walkthrough import blocks, edited, runs
from lncohort.cli import app


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What every command of the page prints, run in its order in an empty folder."""
    folder = tmp_path_factory.mktemp("walk")
    outputs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "100")
        for arguments, _ in runs():
            result = CliRunner().invoke(app, arguments)
            assert result.exit_code == 0, (arguments, result.output)
            outputs.append(result.stdout)
            if arguments[0] == "init":
                mapping = folder / "mapping.toml"
                mapping.write_text(edited(mapping.read_text(encoding="utf-8")), encoding="utf-8")
    return outputs


def words(line):
    """A line without the widths of its columns."""
    return " ".join(line.split())


@pytest.mark.parametrize("number", range(len(runs())))
def test_a_command_prints_the_lines_of_the_page_in_their_order(printed, number):
    arguments, expected = runs()[number]
    found = [words(line) for line in printed[number].splitlines()]
    place = 0
    for line in map(words, expected):
        assert line in found[place:], (arguments, line)
        place = found.index(line, place) + 1


def test_nothing_printed_is_wider_than_the_terminal_or_cut(printed):
    for (arguments, _), output in zip(runs(), printed, strict=True):
        if arguments[0] == "check":
            assert "…" not in output
            assert all(cell_len(line) <= 100 for line in output.splitlines())


def test_no_value_of_a_patient_is_printed(printed):
    assert "测试" not in "".join(printed)


def test_the_page_walks_from_simulate_to_run():
    assert [arguments[0] for arguments, _ in runs()] == [
        "simulate",
        "init",
        "check",
        "check",
        "run",
    ]
    assert sum(kind == "diff" for kind, _ in blocks()) == 3
