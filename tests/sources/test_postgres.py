"""Tables of a real PostgreSQL server, which the test starts on a socket in its own folder."""

import pytest
from adbc_driver_postgresql import dbapi

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, content_hash, find_tables
from sources.postgres_server import PASSWORD, postgres_server
from sources.reading import read

SETUP = """
CREATE SCHEMA "医院 ""1"" x";
CREATE TABLE "医院 ""1"" x"."Lab; drop" (
    id bigint, code uuid, day date, at timestamp, value double precision, exact numeric,
    flag boolean, note text, "标本" text
);
INSERT INTO "医院 ""1"" x"."Lab; drop" VALUES
    (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2020-01-02', '2020-01-02 03:04:05', 2, 1.50,
     true, '', '血'),
    (2, NULL, NULL, NULL, 0.1, NULL, false, NULL, E'a\\nb');
CREATE TABLE big AS SELECT n AS id, 'P' || n AS patient FROM generate_series(1, 200000) AS n;
CREATE MATERIALIZED VIEW kept AS SELECT DATE '2020-01-02' AS day, 7 AS n;
CREATE VIEW broken AS SELECT 1 / (n - 3) AS x FROM generate_series(1, 5) AS n;
"""


@pytest.fixture(scope="module")
def address():
    with postgres_server() as address:
        yield address


@pytest.fixture
def filled(address, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute('DROP SCHEMA IF EXISTS "医院 ""1"" x" CASCADE')
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        for statement in SETUP.strip().split(";\n"):
            cursor.execute(statement.rstrip(";"))
    return address


def test_tables_and_views_are_found_and_every_value_is_text(filled):
    found = {table.spec.table: table for table in find_tables(filled)}
    assert list(found) == ["public.big", "public.broken", "public.kept", '医院 "1" x.Lab; drop']
    assert read("anywhere", found["public.kept"].spec)[0] == [("2020-01-02", "7")]
    lab = found['医院 "1" x.Lab; drop']
    assert lab.columns == ("id", "code", "day", "at", "value", "exact", "flag", "note", "标本")
    rows, numbers, counts = read("anywhere", lab.spec)
    assert rows == [
        (
            "1", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "2020-01-02", "2020-01-02 03:04:05", "2",
            "1.50", "true", "", "血",
        ),
        ("2", None, None, None, "0.1", None, "false", None, "a\nb"),
    ]  # fmt: skip
    assert (numbers, counts.read) == ([1, 2], 2)
    assert content_hash("anywhere", lab.spec) is None


def test_a_large_table_is_streamed_whole(filled):
    spec = SourceSpec(path=filled, format="postgresql", table="public.big")
    rows, numbers, counts = read("anywhere", spec)
    assert rows == [(str(n), f"P{n}") for n in range(1, 200_001)]
    assert numbers == list(range(1, 200_001))
    assert counts.read == 200_000


def test_the_password_comes_from_a_file_and_is_never_told(filled, monkeypatch, tmp_path):
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    with pytest.raises(UserError, match="cannot be reached.*PGPASSWORD"):
        find_tables(filled)
    (tmp_path / "pgpass").write_text(f"*:*:*:reader:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    assert len(find_tables(filled)) == 4
    monkeypatch.setenv("PGPASSWORD", "wrong " + PASSWORD)
    with pytest.raises(UserError) as refused:
        find_tables(filled)
    assert PASSWORD not in str(refused.value)


def test_a_failure_on_the_way_is_an_error_and_no_short_table(filled):
    spec = SourceSpec(path=filled, format="postgresql", table="public.broken")
    with pytest.raises(UserError, match="reading stopped"):
        read("anywhere", spec)


def test_a_table_that_is_not_there_is_an_error(filled):
    spec = SourceSpec(path=filled, format="postgresql", table="public.none")
    with pytest.raises(UserError, match=r"no table public\.none; found public\.big"):
        read("anywhere", spec)
