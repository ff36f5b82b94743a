"""The folder of pooled results: whole, without requests, with each site and what must be minded."""

import csv

import pytest
from typer.testing import CliRunner

from lncohort.cli import app
from lncohort.errors import UserError
from lncohort.pooling.write import pool_folders
from pooling.sent import SIZE, ratio, send


@pytest.fixture
def folders(tmp_path, nanjing):
    rows = {"north": [ratio(2.0, 1.2, 3.3)], "south": [ratio(3.0, 1.5, 6.0)]}
    return [send(tmp_path / name, nanjing, own, ["unit"]) for name, own in rows.items()]


def test_command_writes_the_page_the_table_and_the_forest(folders, tmp_path):
    out = tmp_path / "pooled"
    told = CliRunner().invoke(app, ["pool", *map(str, folders), "--out", str(out)])
    assert told.exit_code == 0, told.output
    assert "warning: 1 of 1 estimates are of two sites" in told.output
    assert sorted(p.name for p in out.iterdir()) == ["forest.svg", "pooled.csv", "pooled.html"]
    page = (out / "pooled.html").read_text("utf-8")
    for words in ("pooled over 2 sites", "1 of 1 estimates are of two sites", "At north these"):
        assert words in page
    assert "north 2.00 (1.20–3.30)" in (out / "forest.svg").read_text("utf-8")
    with (out / "pooled.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["sites"] for row in rows] == ["2"] * 5


def test_same_results_give_the_same_bytes(folders, tmp_path):
    for name in ("one", "two"):
        pool_folders(folders, tmp_path / name)
    for file in ("forest.svg", "pooled.csv", "pooled.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_folder_that_stands_is_kept(folders, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(UserError, match="not empty"):
        pool_folders(folders, tmp_path / "out")
    assert (tmp_path / "out" / "mine").exists()


def test_a_main_estimate_of_one_site_alone_is_said_and_not_drawn(tmp_path, nanjing):
    sent = [
        send(tmp_path / "a", nanjing, [ratio(2.0, 1.2, 3.3)]),
        send(tmp_path / "b", nanjing, SIZE),
    ]
    pool_folders(sent, tmp_path / "out")
    assert not (tmp_path / "out" / "forest.svg").exists()
    assert "was not sent by two sites" in (tmp_path / "out" / "pooled.html").read_text("utf-8")
