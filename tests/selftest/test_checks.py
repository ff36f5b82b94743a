"""A check that finds a fault, or breaks, has failed, and says what it found."""

import pytest

from lncohort.selftest import checks
from lncohort.selftest.checks import published_figures, rules, run_checks


def test_a_wrong_rule_is_named(monkeypatch):
    right = checks.run_case

    def wrong(case):
        found = right(case)
        return {**found, "eras": []} if case.name == first.name else found

    first = next(case for case in checks.cases() if "eras" in case.expected)
    monkeypatch.setattr(checks, "cases", lambda: (first,))
    assert rules() == ("1 rules", [])
    monkeypatch.setattr(checks, "run_case", wrong)
    assert rules() == ("1 rules", [first.name])


def test_a_wrong_figure_is_named(monkeypatch):
    assert published_figures("evalue-basics")[1] == []
    right = checks.figures_of("evalue-basics")
    wrong = {**right, "rr_3.9": right["rr_3.9"] | {"value": 7.0}}
    monkeypatch.setattr(checks, "figures_of", lambda case: wrong)
    (told,) = published_figures("evalue-basics")[1]
    assert told.startswith("rr_3.9: found 7.0")


def test_an_error_in_a_check_is_its_failure(monkeypatch):
    monkeypatch.setattr(checks, "expected_figures", lambda: {})
    monkeypatch.setattr(checks, "rules", lambda: 1 / 0)
    monkeypatch.setattr(checks, "sample_study", lambda: ("47 files", [f"{i}" for i in range(7)]))
    monkeypatch.setattr(checks, "simulated_cohorts", lambda: ("11 estimates", []))
    found = {outcome.check: outcome for outcome in run_checks()}
    assert found["bias and coverage of simulated cohorts"].passed
    assert found["files are those of the wheel"].passed
    assert found["rules hold in their examples"].told.startswith("ZeroDivisionError")
    sample = found["sample study, run twice"]
    assert (sample.passed, sample.told) == (False, "0; 1; 2; 3; 4; and 2 more")


@pytest.mark.parametrize("changed", [b"other", None])
def test_a_file_that_is_not_as_installed_is_named(monkeypatch, tmp_path, changed):
    package = tmp_path / "lncohort"
    package.mkdir()
    (package / "a.sql").write_bytes(b"SELECT 1")

    class File:
        parts = ("lncohort", "a.sql")

        class hash:  # noqa: N801
            value = checks.recorded_form(b"SELECT 1")

        def locate(self):
            return package / "a.sql"

        def __str__(self):
            return "lncohort/a.sql"

    monkeypatch.setattr(checks, "package_folder", lambda: package)
    monkeypatch.setattr(checks, "distribution", lambda name: type("D", (), {"files": [File()]}))
    assert checks.files_of_the_wheel() == ("1 files", [])
    if changed is None:
        (package / "a.sql").unlink()
    else:
        (package / "a.sql").write_bytes(changed)
    assert checks.files_of_the_wheel()[1] == ["lncohort/a.sql: is not as it was installed"]
