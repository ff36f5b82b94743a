"""The command line: exit codes, messages, and nothing half-written."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lncohort import cli
from lncohort.study import load_study
from lncohort.study.loader import dump_study
from small_extract import a_patient, creatinine, day, proteinuria, supply


@pytest.fixture
def lncohort(monkeypatch, capsys):
    """Run a command in this process; return its exit code, output and errors."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["lncohort", *map(str, arguments)])
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def several_patients(count=60):
    """Patients on tacrolimus or mycophenolate, some of whom respond."""
    rows = {}
    for i in range(count):
        who = f"q{i:03d}"
        response = 0.2 if i % 3 == 0 else 1.5
        drug = "tacrolimus" if i % 2 else "mycophenolate"
        dose = 3.0 if i % 2 else 1500.0
        one = a_patient(
            who,
            prescription=[supply(0, 200, dose, patient_id=who, drug=drug)],
            lab=[proteinuria(200, response, who), creatinine(200, 80.0, who)],
        )
        for table, content in one.items():
            rows.setdefault(table, []).extend(content)
    return rows


@pytest.fixture
def extract(extract_folder):
    return extract_folder(several_patients())


@pytest.fixture
def short_study(tmp_path):
    """A study file with one analysis, for what is the same whatever is estimated."""
    nanjing = load_study("nanjing")
    short = {"analyses": nanjing.analyses[:1], "published": None, "target_trial": None}
    file = tmp_path / "short.toml"
    file.write_text(dump_study(nanjing.model_copy(update=short)), encoding="utf-8")
    return file


def test_help_starts_without_the_heavy_libraries():
    code = (
        "import sys; sys.argv = ['lncohort', '--help']\n"
        "from lncohort.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'duckdb', 'pandas', 'numpy', 'pyarrow', 'pydantic', 'matplotlib', 'rich'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Commands" in done.stdout


@pytest.mark.parametrize(
    "command",
    [["contract"], ["studies"], ["describe", "nanjing"], ["codes"], ["--version"]],
)
def test_commands_that_only_tell_end_well(lncohort, command):
    code, out, err = lncohort(*command)
    assert (code, err) == (0, "")
    assert out.strip()


def test_init_study_writes_a_copy_that_loads_and_overwrites_nothing(lncohort, tmp_path):
    file = tmp_path / "mine.toml"
    assert lncohort("init-study", file)[0] == 0
    assert lncohort("describe", file)[0] == 0
    before = file.read_bytes()
    code, _, err = lncohort("init-study", file)
    assert code == 2
    assert "nothing is overwritten" in err
    assert file.read_bytes() == before


def test_run_ends_with_the_main_estimate_the_audit_and_the_report(lncohort, extract, tmp_path):
    out = tmp_path / "results"
    code, printed, progress = lncohort("run", "nanjing", "--extract", extract, "--out", out)
    assert code == 0
    estimate, trial, audit, report = printed.splitlines()
    assert estimate.startswith("main estimate: ") and "adjusted OR" in estimate
    assert trial.startswith("target trial, clone, censor, weight: HR ")
    assert audit.startswith("audit: fail: immortal_time")
    assert str(out / "report.html") in report
    assert "intake" in progress
    assert {path.name for path in out.iterdir()} == {
        "report.html",
        "results.json",
        "manifest.json",
        "analysis_set.parquet",
        "tables",
        "figures",
    }


def test_check_says_what_a_run_would_reject(lncohort, extract_folder):
    rows = several_patients()
    rows["prescription"].append(supply(0, 30, -1.0, patient_id="q001", prescription_id="bad"))
    rows["prescription"].append(supply(0, 30, 1.0, patient_id="ghost", prescription_id="lost"))
    code, out, _ = lncohort("check", extract_folder(rows))
    assert code == 0
    assert "dose_not_positive" in out
    assert "unknown_patient" in out
    assert "ghost" not in out


def test_check_tells_no_unit_that_few_patients_have(lncohort, extract_folder):
    rows = several_patients()
    rows["lab"] += [creatinine(201 + i, 80.0, "q001") | {"unit": "Zhang San"} for i in range(9)]
    code, out, _ = lncohort("check", extract_folder(rows))
    assert code == 0
    assert ("serum_creatinine", "few", "9", "0", "few", "few", "few") in {
        tuple(line.split()) for line in out.splitlines()
    }
    assert "Zhang" not in out


UNKNOWN = "Covariates of which nothing is known of anyone"


def test_check_tells_the_covariates_that_are_unknown_of_everyone(lncohort, extract_folder):
    code, out, _ = lncohort("check", extract_folder(several_patients()))
    assert code == 0
    told = out[out.index(UNKNOWN) : out.index("Covered days")]
    found = {tuple(line.split()) for line in told.splitlines()}
    assert {("sledai", "SLEDAI-2K"), ("class", "ISN/RPS", "class")} <= found
    assert ("biopsy", "IV", "0") in {tuple(line.split()) for line in out.splitlines()}


def test_check_is_silent_of_covariates_that_are_known_of_someone(lncohort, extract_folder):
    rows = several_patients()
    at = {"patient_id": "q001"}
    rows["assessment"] = [
        at | {"instrument": "sledai_2k", "assessment_date": day(-2), "score": 9.0}
    ]
    rows["biopsy"] = [at | {"biopsy_date": day(-2), "isn_rps_class": "IV"}]
    code, out, _ = lncohort("check", extract_folder(rows))
    told = out[out.find(UNKNOWN) : out.index("Covered days")] if UNKNOWN in out else ""
    assert code == 0
    assert "sledai" not in told and "class" not in told


def test_check_shows_the_nearest_spelling_of_a_name_that_no_row_has(lncohort, extract_folder):
    rows = several_patients()
    rows["procedure"] = [
        {"patient_id": f"q{i:03d}", "concept": concept, "procedure_date": day(50)}
        for i in range(5)
        for concept in ("Dialysis", f"kidney_transplant {i}")
    ]
    code, out, _ = lncohort("check", extract_folder(rows))
    assert code == 0
    found = {tuple(line.split()) for line in out.splitlines()}
    assert ("procedure", "dialysis", "0", "Dialysis") in found
    assert ("procedure", "kidney_transplant", "0") in found  # few patients: it may be no name
    assert ("prescription", "tacrolimus", "30") in found


def test_check_refuses_what_a_run_would_refuse_and_still_shows_the_names(lncohort, extract_folder):
    rows = several_patients()
    for row in rows["diagnosis"]:
        row["concept"] = "lupus nephritis"
    code, out, err = lncohort("check", extract_folder(rows))
    assert code == 2
    assert any("lupus_nephritis" in line and "lupus nephritis" in line for line in out.splitlines())
    assert "no patient is left in the cohort" in err


def refused(lncohort, tmp_path, *command):
    """Run a command that must be refused: exit 2, no traceback, nothing left behind."""
    before = {path for path in tmp_path.rglob("*")}
    code, out, err = lncohort(*command)
    assert code == 2
    assert out == ""
    assert err.startswith("Error: ")
    assert "Traceback" not in err
    assert {path for path in tmp_path.rglob("*")} == before
    return err


def test_extract_that_is_not_there_is_refused(lncohort, tmp_path):
    err = refused(
        lncohort, tmp_path, "run", "nanjing", "--extract", tmp_path / "no", "--out", tmp_path / "o"
    )
    assert "does not exist" in err
    assert "does not exist" in refused(lncohort, tmp_path, "check", tmp_path / "no")


def test_existing_output_is_kept_unless_forced(lncohort, extract, tmp_path):
    out = tmp_path / "results"
    out.mkdir()
    (out / "mine.txt").write_text("precious")
    command = ("run", "nanjing", "--extract", extract, "--out", out)
    assert "is not empty" in refused(lncohort, tmp_path, *command)
    assert "not the folder of an earlier run" in refused(lncohort, tmp_path, *command, "--force")
    assert (out / "mine.txt").read_text() == "precious"


def test_force_replaces_an_earlier_run_whole_and_quiet_prints_nothing(
    lncohort, short_study, extract, tmp_path
):
    out = tmp_path / "results"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "left_over.csv").write_text("old")
    (out / "manifest.json").write_text("{}")
    command = ("run", short_study, "--extract", extract, "--out", out, "--quiet")
    assert lncohort(*command, "--force") == (0, "", "")
    assert (out / "manifest.json").read_text() != "{}"
    assert not (out / "tables" / "left_over.csv").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_simulated_extract_is_checked_and_never_written_over(lncohort, tmp_path):
    out = tmp_path / "extract"
    command = ("simulate", "--patients", 60, "--seed", 1, "--out", out)
    assert lncohort(*command)[0] == 0
    assert lncohort("check", out)[0] == 0
    assert "is not empty" in refused(lncohort, tmp_path, *command)


def test_a_scenario_is_simulated_and_an_unknown_one_refused(lncohort, tmp_path):
    out = tmp_path / "extract"
    command = ("simulate", "--patients", 60, "--seed", 1, "--scenario", "null", "--out", out)
    assert lncohort(*command)[0] == 0
    assert lncohort("check", out)[0] == 0
    other = (
        "simulate",
        "--patients",
        60,
        "--seed",
        1,
        "--scenario",
        "nul",
        "--out",
        tmp_path / "b",
    )
    assert 'did you mean "null"?' in refused(lncohort, tmp_path, *other)
    assert not (tmp_path / "b").exists()


def test_figures_of_a_scenario_are_not_set_beside_the_published(lncohort, tmp_path):
    out = tmp_path / "extract"
    lncohort("simulate", "--patients", 60, "--seed", 1, "--scenario", "null", "--out", out)
    command = ("results-table", "--extract", out, "--out", tmp_path / "results.md")
    assert "is of the scenario null" in refused(lncohort, tmp_path, *command)


def test_what_stands_beside_earlier_results_or_is_read_is_kept_even_when_forced(
    lncohort, extract, tmp_path
):
    (extract / "manifest.json").write_text("{}")
    over = ("run", "nanjing", "--extract", extract, "--force", "--out")
    assert "what is read is never replaced" in refused(lncohort, tmp_path, *over, extract)
    assert "what is read is never replaced" in refused(lncohort, tmp_path, *over, tmp_path)
    out = tmp_path / "results"
    out.mkdir()
    (out / "manifest.json").write_text("{}")
    (out / "mine.txt").write_text("precious")
    err = refused(lncohort, tmp_path, *over, out)
    assert "holds 1 files or folders that no run writes (the first is mine.txt)" in err


def test_a_refusal_of_the_file_system_is_no_fault_of_ours(lncohort, tmp_path):
    err = refused(lncohort, tmp_path, "check", "x" * 300)
    assert "File name too long" in err


def test_output_below_a_file_cannot_be_written(lncohort, extract, tmp_path):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "results"
    err = refused(
        lncohort, tmp_path, "run", "nanjing", "--extract", extract, "--out", out, "--quiet"
    )
    assert "cannot be written" in err


def test_full_disk_leaves_nothing(lncohort, short_study, extract, tmp_path, monkeypatch):
    def full(results, folder):
        (folder / "report.html").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lncohort.run.write_report", full)
    out = tmp_path / "results"
    err = refused(
        lncohort, tmp_path, "run", short_study, "--extract", extract, "--out", out, "--quiet"
    )
    assert "No space left on device" in err
    assert "nothing was left there" in err


@pytest.mark.parametrize(("sent", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("told_as", [KeyboardInterrupt, RuntimeError])
def test_interruption_leaves_nothing_whatever_a_library_makes_of_it(
    lncohort, extract, tmp_path, monkeypatch, sent, expected, told_as
):
    def interrupted(study, extract, *_):
        try:
            os.kill(os.getpid(), sent)
            time.sleep(5)
        except KeyboardInterrupt as error:
            raise told_as from error

    monkeypatch.setattr("lncohort.run.build", interrupted)
    before = {path for path in tmp_path.rglob("*")}
    code, _, err = lncohort(
        "run", "nanjing", "--extract", extract, "--out", tmp_path / "results", "--quiet"
    )
    assert (code, err) == (expected, "Interrupted: nothing half-written is left.\n")
    assert {path for path in tmp_path.rglob("*")} == before


VALUE_OF_A_PATIENT = "q017 weighs 71 kg"


@pytest.fixture
def fault(monkeypatch):
    def faulty(results, folder):
        (folder / "report.html").write_text("half")
        raise ValueError(VALUE_OF_A_PATIENT)

    monkeypatch.setattr("lncohort.run.write_report", faulty)


def test_fault_of_ours_is_told_by_its_place_and_without_values(
    lncohort, short_study, extract, tmp_path, fault
):
    before = {path for path in tmp_path.rglob("*")}
    command = ("run", short_study, "--extract", extract, "--out", tmp_path / "results", "--quiet")
    code, out, err = lncohort(*command)
    assert (code, out) == (1, "")
    assert "ValueError, a fault of lncohort" in err
    assert "in faulty" in err
    assert VALUE_OF_A_PATIENT not in err
    assert {path for path in tmp_path.rglob("*")} == before


def test_text_of_a_fault_is_shown_on_demand(
    lncohort, short_study, extract, tmp_path, fault, monkeypatch
):
    monkeypatch.setenv("LNCOHORT_DEBUG", "1")
    with pytest.raises(ValueError, match=VALUE_OF_A_PATIENT):
        lncohort("run", short_study, "--extract", extract, "--out", tmp_path / "results", "--quiet")


def test_table_of_which_most_rows_cannot_be_used_is_refused(lncohort, extract_folder, tmp_path):
    rows = several_patients()
    for row in rows["prescription"]:
        row["end_date"] = day(-1)
    extract = extract_folder(rows)
    err = refused(
        lncohort,
        tmp_path,
        "run",
        "nanjing",
        "--extract",
        extract,
        "--out",
        tmp_path / "o",
        "--quiet",
    )
    assert "prescription.parquet: 60 of 60 rows cannot be used: end_before_start (60)" in err


def test_study_of_which_nobody_is_eligible_is_refused(lncohort, extract_folder, tmp_path):
    rows = several_patients()
    rows["diagnosis"] = []
    extract = extract_folder(rows)
    err = refused(
        lncohort,
        tmp_path,
        "run",
        "nanjing",
        "--extract",
        extract,
        "--out",
        tmp_path / "o",
        "--quiet",
    )
    assert "a diagnosis of lupus nephritis" in err


def test_outcome_that_nobody_has_gives_a_report_without_odds_ratios(
    lncohort, extract_folder, tmp_path
):
    rows = several_patients()
    for row in rows["lab"]:
        if row["test"] == "urine_protein_24h":
            row["value"] = 3.0
    out = tmp_path / "results"
    code, printed, _ = lncohort("run", "nanjing", "--extract", extract_folder(rows), "--out", out)
    assert code == 0
    assert "not estimable: 0 responses among" in printed
    assert (out / "report.html").is_file()


def test_drug_unknown_to_the_study_is_out_of_scope_and_counted(
    lncohort, short_study, extract_folder, tmp_path
):
    import json

    rows = several_patients()
    rows["prescription"].append(supply(0, 30, patient_id="q001", drug="aspirin"))
    out = tmp_path / "results"
    extract = extract_folder(rows)
    assert lncohort("run", short_study, "--extract", extract, "--out", out, "--quiet")[0] == 0
    counts = {t["table"]: t for t in json.loads((out / "manifest.json").read_text())["rows"]}
    assert counts["prescription"]["out_of_scope"] == 1


def test_explain_prints_a_rule_and_refuses_an_unknown_name(lncohort):
    code, told, _ = lncohort("explain", "grace_days")
    assert code == 0
    assert "File: sql/exposure/drug_era.sql" in told
    code, told, error = lncohort("explain", "grace_day")
    assert (code, told) == (2, "")
    assert "did you mean grace_days" in error


def test_timeline_shows_one_patient_and_says_that_it_stays_here(lncohort, extract, tmp_path):
    picture = tmp_path / "one.svg"
    code, told, _ = lncohort("timeline", extract, "--patient", "q001", "--svg", picture)
    assert code == 0
    assert told.startswith("Patient-level: ")
    assert "tacrolimus" in told
    assert picture.is_file()
    code, told, error = lncohort("timeline", extract, "--patient", "q999")
    assert (code, told) == (2, "")
    assert "q0" not in error


def test_codes_prints_a_list_and_finds_the_concept_of_a_name(lncohort, tmp_path):
    code, out, _ = lncohort("codes", "tacrolimus")
    assert code == 0
    assert "L04AD02" in out and "他克莫司" in out
    code, out, _ = lncohort("codes", "--find", "醋酸泼尼松片")
    assert code == 0 and "prednisone" in out
    code, _, err = lncohort("codes", "tacrolimmus")
    assert code == 2 and 'did you mean "tacrolimus"' in err
    file = tmp_path / "own.csv"
    file.write_text("concept,kind,system,code,match\nmine,drug,ATC,X01,exact\n", encoding="utf-8")
    code, out, _ = lncohort("codes", "mine", "--lists", file, "--only")
    assert code == 0 and "X01" in out


def test_brackets_in_a_printed_name_are_no_markup(capsys):
    from lncohort.terminal import print_table

    print_table("of [names.drug]", ("name",), [("tacrolimus [prograf]",), ("[/b]",)])
    printed = capsys.readouterr().out
    assert all(text in printed for text in ("[names.drug]", "[prograf]", "[/b]"))


def test_init_writes_the_mapping_of_omop_tables_and_asks_for_what_is_not_there(lncohort, tmp_path):
    (tmp_path / "cdm").mkdir()
    person = "person_id,gender_concept_id,year_of_birth\n1,8532,1980\n"
    supply = "person_id,drug_concept_id,drug_exposure_start_date\n1,950637,2015-03-01\n"
    (tmp_path / "cdm" / "PERSON.csv").write_text(person, encoding="utf-8")
    (tmp_path / "cdm" / "drug_exposure.csv").write_text(supply, encoding="utf-8")
    code, printed, _ = lncohort("init", tmp_path / "cdm", "--out", tmp_path / "mapping.toml")
    assert code == 0
    assert "PERSON.csv: OMOP person" in printed
    assert "1 questions stand in it" in printed  # where the measurements are
    code, _, error = lncohort("check", "--mapping", tmp_path / "mapping.toml")
    assert (code, 'one with to = "lab" is needed' in error) == (2, True)
