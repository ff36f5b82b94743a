"""What a folder holds is found; nothing outside of it is looked at, nothing stops the search."""

import os

import pytest

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, detect, find_tables, open_rows

TEXT = "patient_id,value\nP1,1\nP2,2\n"


def test_files_are_found_in_folders_in_the_order_of_their_paths(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "lab.CSV").write_text(TEXT)
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / ".hidden.csv").write_text(TEXT)
    (tmp_path / "~$open.xlsx").write_text("")
    assert [table.path for table in find_tables(tmp_path)] == ["a.txt", "b/lab.CSV"]
    assert all(table.columns == ("patient_id", "value") for table in find_tables(tmp_path))


def test_links_are_told_and_not_followed(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.csv").write_text(TEXT)
    (inside / "link.csv").symlink_to(outside / "secret.csv")
    (inside / "folder").symlink_to(outside)
    found = find_tables(inside)
    assert [table.path for table in found] == ["folder", "link.csv"]
    assert all(table.spec is None and "link" in table.problem for table in found)
    for path in ("link.csv", "folder/secret.csv", "../outside/secret.csv", "/etc/passwd"):
        spec = SourceSpec(path=path, format="parquet")
        with pytest.raises(UserError, match="link|leads out"), open_rows(None, inside, spec):
            pass


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "no rows"),
        ("lab.xlsx", b"not a workbook", "cannot be read as a workbook"),
        ("lab.parquet", b"PAR1 and no more", "cannot be read as Parquet"),
        ("lab.db", b"SQLite format 3\0" + b"x" * 100, "cannot be read as SQLite"),
        ("lab.duckdb", b"12345678DUCK" + b"x" * 100, "cannot be opened as a DuckDB file"),
        ("scan.pdf", b"%PDF", "of no kind that is read"),
    ],
)
def test_what_cannot_be_read_is_told_beside_what_can(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "zz.csv").write_text(TEXT)
    broken, good = find_tables(tmp_path)
    assert (broken.path, broken.spec) == (name, None)
    assert problem in broken.problem
    assert good.spec.format == "text"
    with pytest.raises(UserError, match=problem):
        detect(tmp_path / name)


def test_a_folder_with_the_name_of_a_file_and_a_pipe_are_no_tables(tmp_path):
    (tmp_path / "x.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (found,) = find_tables(tmp_path)
    assert found.path == "pipe.csv"
    assert "pipe" in found.problem


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    (tmp_path / "lab.csv").write_text(TEXT)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lncohort.sources.find.text_layout", refuse)
    (found,) = find_tables(tmp_path)
    assert "Permission denied" in found.problem


def test_a_place_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        find_tables(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:hunter2@host/db",
        "postgres://user:hunter2@host/db",
        "postgresql://host/db?user=me&password=hunter2",
        "postgresql://host/db?sslPassword=hunter2",
        "postgresql://[hunter2/db",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_told(address):
    with pytest.raises(UserError, match="PostgreSQL address") as refused:
        find_tables(address)
    assert "hunter2" not in str(refused.value)


def test_a_name_that_is_no_text_is_a_problem_and_no_failure(tmp_path):
    (tmp_path / "a\nb.csv").write_bytes(b"id\n1\n")
    (tmp_path / b"\xff.csv".decode("utf-8", "surrogateescape")).write_bytes(b"id\n1\n")
    for table in find_tables(tmp_path):
        assert table.spec is None and table.path.isprintable()
        assert "Rename it" in table.problem
