"""What the README says can be typed."""

import os
from pathlib import Path

from lncohort.results import Results

ROOT = Path(__file__).parents[1]


def blocks():
    """The indented blocks of the README, each as its lines."""
    found, lines = [], []
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            lines.append(line[4:])
        elif lines and line.strip():
            found.append(lines)
            lines = []
    return found


def test_notebook_lines_run_as_they_stand(monkeypatch):
    monkeypatch.chdir(ROOT)
    (code,) = [lines for lines in blocks() if lines[0] == "import lncohort"]
    names = {}
    exec("\n".join(code), names)
    assert isinstance(names["results"], Results)
    assert len(names["results"].estimates) > 100
    (code,) = [lines for lines in blocks() if lines[0].startswith("from lncohort.estimate")]
    exec("\n".join(code), names)
    assert list(names["fit"].coefficients.index) == ["age", "egfr"]


def test_make_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (commands,) = [lines for lines in blocks() if lines[0].startswith("make ")]
    for line in commands:
        assert f"\n{line.split()[1]}:" in makefile


def test_continuous_integration_calls_the_readme_test_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_command_named_is_a_command():
    from typer.main import get_command

    from lncohort.cli import app

    commands = set(get_command(app).commands)
    named = {
        line.split()[1] for lines in blocks() for line in lines if line.startswith("lncohort ")
    }
    assert named
    assert named <= commands
