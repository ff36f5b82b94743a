"""The built wheel, alone in another place, simulates, checks and runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that holds the package as the wheel installs it, and nothing of the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder), "."]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, capture_output=True)
    return target


@pytest.fixture
def lncohort(installed, tmp_path):
    def call(*arguments):
        environment = os.environ | {"PYTHONPATH": str(installed), "NO_COLOR": "1"}
        command = [sys.executable, "-m", "lncohort.cli", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return call


def test_wheel_alone_simulates_checks_and_runs(installed, lncohort, tmp_path):
    where = subprocess.run(
        [sys.executable, "-c", "import lncohort; print(lncohort.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed)
    for command in (
        ["studies"],
        ["describe", "nanjing"],
        ["explain", "stockpile_carry"],
        ["simulate", "--patients", "400", "--seed", "3", "--out", "extract"],
        ["check", "extract", "--study", "nanjing"],
        ["run", "nanjing", "--extract", "extract", "--out", "results"],
    ):
        done = lncohort(*command)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "report.html").stat().st_size > 10_000


def test_installed_copy_tests_itself_and_finds_a_file_that_was_changed(
    installed, lncohort, tmp_path
):
    done = lncohort("selftest", "--quick", "--out", "evidence")
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))["content"]
    assert content["verdict"] == "passed"
    compared = content["checks"][0]["told"]
    assert int(compared.removesuffix(" files")) > 200, compared
    changed = installed / "lncohort" / "sql" / "exposure" / "drug_era.sql"
    whole = changed.read_bytes()
    changed.write_bytes(whole.replace(b"grace_days", b"grace_days + 1"))
    try:
        done = lncohort("selftest", "--quick", "--out", "broken")
    finally:
        changed.write_bytes(whole)
    assert done.returncode == 1
    checks = json.loads((tmp_path / "broken.json").read_text(encoding="utf-8"))["content"]["checks"]
    assert [c["passed"] for c in checks[:2]] == [False, False]  # its hash, and the rules
    assert "drug_era.sql" in checks[0]["told"]
