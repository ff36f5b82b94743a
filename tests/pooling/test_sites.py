"""Only results of one study, from differing sites, are read; every fault is told at once."""

import pytest

from lncohort.errors import UserError
from lncohort.pooling.sites import read_sites
from pooling.sent import SIZE, ratio, send


def test_estimates_and_failed_checks_are_read(tmp_path, nanjing):
    folders = [
        send(tmp_path / name, nanjing, [ratio(2.0, 1.0, 4.0)], failed=["unit"]) for name in "ab"
    ]
    one, two = read_sites(folders)
    assert (one.name, two.name) == ("a", "b")
    assert one.estimates["estimate"].tolist() == [2.0]
    assert one.failed == ("unit",)


def test_runs_of_differing_studies_are_refused_with_what_differs(tmp_path, nanjing):
    exposure = nanjing.exposure.model_copy(update={"until": "exit"})
    other = nanjing.model_copy(update={"exposure": exposure})
    folders = [send(tmp_path / "a", nanjing, SIZE), send(tmp_path / "b", other, SIZE)]
    with pytest.raises(UserError, match=r"b: its study is another one than that of a: exposure"):
        read_sites(folders)


def test_every_fault_is_told_at_once(tmp_path, nanjing):
    good = send(tmp_path / "a", nanjing, SIZE)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "results.json").write_text("[1]", encoding="utf-8")
    same = send(tmp_path / "deep" / "a", nanjing, SIZE)
    with pytest.raises(UserError) as told:
        read_sites([good, tmp_path / "broken", tmp_path / "nowhere", same])
    lines = str(told.value).splitlines()
    assert len(lines) == 3
    assert "2 folders have this name" in lines[0]
    assert "is not what `lncohort run` writes" in lines[1]
    assert "cannot be read" in lines[2]


def test_one_site_is_not_pooled(tmp_path, nanjing):
    with pytest.raises(UserError, match="1 site is given"):
        read_sites([send(tmp_path / "a", nanjing, SIZE)])
