"""The mistakes that users make most: each is told with its place and its remedy, and nothing is left."""

import errno
import tomllib
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
import tomli_w

from mapping.commands import call, obedient
from mapping.hospital import ORDER, PATIENTS, RESULT, write_hospital


@pytest.fixture
def file(tmp_path):
    return write_hospital(tmp_path, lab=[RESULT, RESULT | {"at": "2015-03-01"}])


def changed(file, table, **keys):
    """The mapping file with other keys of the source of a table, or of the table."""
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    (of,) = (one for one in content["table"] if one["name"] == table)
    for key, value in keys.items():
        (of["source"] if key in ("path", "table", *of["source"]) else of)[key] = value
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    return content


def told(file, *parts):
    """Each command refuses the mapping by a message with these parts, and leaves no extract."""
    for command in (("check",), ("map",), ("run", "nanjing", "--out", file.parent / "results")):
        answer = obedient(
            file.parent, [file.parent / "extract.staged"], *command, "--mapping", file
        )
        assert answer.code == 2
        for part in parts:
            assert part in answer.text, answer.text
    assert {path.name for path in file.parent.iterdir() if path.is_dir()} <= {"extract.staged"}


def told_with_its_tables(file, *parts):
    """The extract is made to be looked at; check prints its tables, and each command refuses it."""
    checked = call("check", "--mapping", file)
    assert "Why rows are not used" in checked.text
    for answer in (checked, call("map", "--mapping", file)):
        assert answer.code == 2
        for part in parts:
            assert part in answer.text, answer.text
    run = call("run", "nanjing", "--mapping", file, "--out", file.parent / "results")
    assert run.code == 2 and parts[0] in run.text
    assert not (file.parent / "results").exists()


def test_a_mapping_file_that_is_not_there(tmp_path):
    answer = call("map", "--mapping", tmp_path / "mapping.toml")
    assert answer.code == 2
    assert "cannot be read (No such file or directory); expected a mapping file" in answer.text


def test_a_folder_that_is_not_there(tmp_path):
    answer = call("init", tmp_path / "raw", "--out", tmp_path / "mapping.toml")
    assert answer.code == 2 and "does not exist; expected a folder" in answer.text
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_path(file):
    changed(file, "lab", path="labs.csv")
    told(file, "labs.csv: is not in", "correct the path")


def test_a_file_that_may_not_be_read(file, monkeypatch):
    opened = Path.open

    def refuse(path, *arguments, **keys):
        if path.name == "lab.csv":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **keys)

    monkeypatch.setattr(Path, "open", refuse)
    answer = call("map", "--mapping", file)
    assert answer.code == 2
    assert "lab.csv: Permission denied. Give the right" in answer.text
    assert not (file.parent / "extract").exists()


def test_a_wrong_column(file):
    changed(
        file,
        "lab",
        columns={"patient_id": "id", "test": "tset", "sample_date": "at", "result": "result"},
    )
    told(
        file, 'lab.csv: column tset: not there, though table.lab names it; found "test"', "Correct"
    )


def test_a_row_of_names_that_runs_into_the_first_patient_tells_nothing_of_them(file):
    path = file.parent / "lab.csv"
    names, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([names.replace("result", '"result'), 'X"', *rows]), encoding="utf-8")
    changed(file, "lab", header_row=1)
    answer = call("map", "--mapping", file)
    assert answer.code == 2 and "columns, none of a name like it" in answer.text
    assert "P1" not in answer.text


def test_a_wrong_encoding(file):
    path = file.parent / "lab.csv"
    text = path.read_text(encoding="utf-8").replace("result", "结果")
    path.write_bytes(text.encode("gb18030"))
    columns = {"patient_id": "id", "test": "test", "sample_date": "at", "result": "结果"}
    changed(file, "lab", columns=columns)
    told(file, "lab.csv: column 结果: not there", "looks like one of encoding = 'gb18030'")
    changed(file, "lab", encoding="utf-16")
    told(file, "lab.csv: encoding: utf-16; found a text that does not begin as one", "gb18030")
    changed(file, "lab", encoding="gbl")
    told(file, "table.lab.source.encoding: no encoding of texts", "found 'gbl'")


def test_a_wrong_header_row_tells_no_row_of_a_patient(file):
    changed(file, "lab", header_row=2)
    told(file, "lab.csv: column id, test", "looks like one of header_row = 1. Correct table.source")
    assert "P1" not in call("map", "--mapping", file).text
    changed(file, "lab", header_row=20)
    told(file, "lab.csv: header_row: 20; no row begins at that line of the first 3 rows")


def test_a_wrong_delimiter(file):
    changed(file, "lab", delimiter=";")
    told(file, "lab.csv: column id, test", "looks like one of delimiter = ','")
    changed(file, "lab", delimiter='"')
    told(file, "table.lab.source: delimiter and quote are the same sign")


def test_two_tables_of_one_name(file):
    changed(file, "lab", name="patient")
    told(file, "table: names must differ, found patient more than once")


def test_no_table_of_patients(file):
    changed(
        file,
        "patient",
        to="observation_period",
        columns={"patient_id": "id", "start_date": "born", "end_date": "born"},
    )
    told(file, 'mapping.toml: table: one with to = "patient" is needed')


def test_a_format_that_no_date_has(file):
    changed(file, "lab", date_formats=["%d.%m.%Y"])
    told_with_its_tables(
        file, "lab.csv (table.lab): 2 of 2 rows cannot be used: unreadable_date (2)", "Correct its"
    )
    changed(file, "lab", date_formats=["%d.%m.%Q"])
    assert "no format of a day: %d.%m.%Q; expected" in call("map", "--mapping", file).text


def test_tests_none_of_which_is_known(tmp_path):
    file = write_hospital(tmp_path, lab=[RESULT | {"test": "甲"}, RESULT | {"test": "乙"}])
    told_with_its_tables(file, "lab.csv (table.lab): 2 of 2 rows cannot be used: unknown_name (2)")


def test_identifiers_of_which_none_is_of_a_patient(tmp_path):
    people = [person | {"id": "0" + person["id"]} for person in PATIENTS]
    file = write_hospital(tmp_path, patient=people, lab=[RESULT, RESULT | {"at": ""}])
    answer = call("map", "--mapping", file)
    assert answer.code == 2
    assert "patient_id: none of the 2 patients has a record" in answer.text
    assert "leading_zeros" in answer.text


def test_a_wrong_sheet(file):
    book = openpyxl.Workbook()
    book.active.title = "检验"
    book.active.append(["id", "test", "at", "result"])
    book.save(file.parent / "lab.xlsx")
    source = {"path": "lab.xlsx", "format": "excel", "table": "Sheet1", "header_row": 1}
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    (lab,) = (one for one in content["table"] if one["name"] == "lab")
    lab["source"] = source
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    told(file, "lab.xlsx: no sheet Sheet1; found 检验. Correct")


def test_a_damaged_parquet_file(file):
    (file.parent / "lab.parquet").write_bytes(b"PAR1 and no more")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    (lab,) = (one for one in content["table"] if one["name"] == "lab")
    lab["source"] = {"path": "lab.parquet", "format": "parquet"}
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    told(file, "lab.parquet: cannot be read as Parquet", "expected a whole file", "copy it again")


@pytest.mark.parametrize("name", ["extract", "extract.staged/lab"])
def test_a_folder_that_is_not_ours_is_never_replaced(file, name):
    folder = file.parent / name
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("mine", encoding="utf-8")
    assert "is not the folder of an earlier run" in call("map", "--mapping", file).text
    mark = "mapping_manifest.json" if name == "extract" else "about.json"
    (folder / mark).write_text("{}", encoding="utf-8")
    answer = call("map", "--mapping", file)
    assert answer.code == 2
    assert "holds 1 files or folders that no run writes (the first is thesis.txt)" in answer.text
    assert (folder / "thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("extract", [".", "..", "raw", "raw/../raw", "link", "raw/lab.csv"])
def test_an_extract_is_never_put_over_what_it_is_made_of(tmp_path, extract):
    raw = tmp_path / "work" / "raw"
    raw.mkdir(parents=True)
    file = write_hospital(raw, {"mapping": {"name": "t", "location": "raw", "extract": extract}})
    (raw / "mapping_manifest.json").write_text("{}", encoding="utf-8")
    file = file.rename(tmp_path / "work" / "mapping.toml")
    (tmp_path / "work" / "link").symlink_to("raw")
    answer = obedient(tmp_path, [], "map", "--mapping", file)
    assert answer.code == 2 and "what is read is never replaced" in answer.text


@pytest.mark.parametrize(
    "full", [OSError(errno.ENOSPC, "No space left on device"), duckdb.IOException("of a patient")]
)
def test_a_full_disk(file, monkeypatch, full):
    def no_room(*_, **__):
        raise full

    monkeypatch.setattr(pq.ParquetWriter, "write_batch", no_room)
    told(file, "stopped (", "Make room")
    assert "of a patient" not in call("map", "--mapping", file).text


def test_a_table_of_copies_is_understood_and_no_mistake(tmp_path):
    file = write_hospital(tmp_path, prescription_2=[ORDER])
    assert call("map", "--mapping", file).code == 0
