"""What stands at a place is replaced only where it is all ours, and never where it is read."""

import pytest

from lncohort.errors import UserError
from lncohort.folders import refuse_all_but, refuse_over

OURS = ("mark", "table")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_an_empty_folder_and_none_may_be_taken(out, tmp_path):
    refuse_all_but(out, "mark", OURS)
    refuse_all_but(tmp_path / "new", "mark", OURS)


def test_a_folder_of_ours_alone_may_be_replaced(out):
    for name in OURS:
        (out / name).write_text("")
    refuse_all_but(out, "mark", OURS)
    (out / "theirs").mkdir()
    with pytest.raises(UserError, match="holds 1 files or folders that no run writes"):
        refuse_all_but(out, "mark", OURS)


def test_a_folder_without_the_mark_and_a_file_are_refused(out):
    (out / "table").write_text("")
    with pytest.raises(UserError, match="not the folder of an earlier run"):
        refuse_all_but(out, "mark", OURS)
    with pytest.raises(UserError, match="is a file"):
        refuse_all_but(out / "table", "mark", OURS)


@pytest.mark.parametrize("way", [".", "raw", "raw/..", "raw/sub/..", "link", "raw/lab.csv"])
def test_a_place_at_or_above_what_is_read_is_refused(tmp_path, way):
    (tmp_path / "raw" / "sub").mkdir(parents=True)
    (tmp_path / "raw" / "lab.csv").write_text("")
    (tmp_path / "link").symlink_to("raw")
    with pytest.raises(UserError, match="what is read is never replaced"):
        refuse_over(tmp_path / way, tmp_path / "raw", tmp_path / "raw" / "lab.csv")


def test_a_place_beside_or_in_the_folder_that_is_read_is_not_over_it(tmp_path):
    (tmp_path / "raw").mkdir()
    for way in ("extract", "raw/extract", "raw2"):
        refuse_over(tmp_path / way, tmp_path / "raw", tmp_path / "raw" / "lab.csv")
