"""A table in many files: which they are, in which order, and that they stay in the folder."""

import pytest

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, content_hash, files_of, open_rows
from sources.reading import read


def spec_of(path):
    return SourceSpec(
        path=path, format="text", encoding="utf-8", delimiter=",", quote='"', header_row=1
    )


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def paths(root, path):
    return [one.path for one in files_of(root, spec_of(path))]


def test_the_files_that_fit_are_taken_in_the_order_of_their_names(tmp_path):
    write(tmp_path, 检验_201502="", 检验_201501="", 处方_201501="", 检验="")
    (tmp_path / "旧").mkdir()
    write(tmp_path / "旧", 检验_201401="")
    (tmp_path / "检验_夹.csv").mkdir()
    write(tmp_path, **{".检验_1": "", "~$检验_1": ""})
    assert paths(tmp_path, "检验_*.csv") == ["检验_201501.csv", "检验_201502.csv"]
    assert paths(tmp_path, "检验_*2.CSV") == ["检验_201502.csv"]
    assert paths(tmp_path, "*/检验_*.csv") == ["旧/检验_201401.csv"]
    listed = ("处方_201501.csv", "检验_*.csv", "检验_201501.csv")
    assert paths(tmp_path, listed) == ["处方_201501.csv", "检验_201501.csv", "检验_201502.csv"]


def test_a_name_that_is_there_is_that_file_alone(tmp_path):
    write(tmp_path, **{"lab[1]": "", "lab1": ""})
    assert paths(tmp_path, "lab[1].csv") == ["lab[1].csv"]
    assert paths(tmp_path, "lab[12].csv") == ["lab1.csv"]


def test_what_leads_out_of_the_folder_is_refused(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    write(outside, lab_1="id\n1\n")
    for path in ("../outside/lab_*.csv", f"{outside}/lab_*.csv", "*/../../outside/lab_1.csv"):
        with pytest.raises(UserError, match="leads out of"):
            files_of(inside, spec_of(path))
    (inside / "lab_1.csv").symlink_to(outside / "lab_1.csv")
    (inside / "folder").symlink_to(outside)
    for path in ("lab_*.csv", "*/lab_*.csv", "folder/lab_*.csv"):
        with pytest.raises(UserError, match="is a link"), open_rows(None, inside, spec_of(path)):
            pass


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("labs_*.csv", "no file in .* fits"),
        ("labs.csv", "is not in"),
        ("folder", r"is a folder.*folder/\*\.parquet"),
        ("a*.csv", "has a name with bytes"),
    ],
)
def test_what_is_no_file_is_told(tmp_path, path, problem):
    (tmp_path / "folder").mkdir()
    (tmp_path / "a\nb.csv").write_text("id\n1\n")
    with pytest.raises(UserError, match=problem):
        files_of(tmp_path, spec_of(path))


def test_rows_of_many_files_are_counted_and_numbered_as_of_one(tmp_path):
    write(tmp_path, lab_1="id,value,only\nP1,1,x\nP2\nP3,3,x\n合计,3,\n", lab_2="value,id\n4,P4\n")
    write(tmp_path, lab_3="id,value\nP5,5\nP6,6,6\n合计,2\n", lab_4="id,value\n")
    spec = spec_of("lab_*.csv")
    rows, numbers, counts = read(tmp_path, spec)
    assert rows == [
        ("P1", "1"),
        ("P3", "3"),
        ("合计", "3"),
        ("P4", "4"),
        ("P5", "5"),
        ("合计", "2"),
    ]
    assert numbers == [1, 3, 4, 5, 6, 8]
    assert (counts.read, counts.damaged.total(), counts.handed_out) == (8, 2, 6)
    assert counts.damaged == {"too few fields": 1, "too many fields": 1}
    footed = spec.model_copy(update={"path": ("lab_1.csv", "lab_3.csv"), "footer_rows": 1})
    rows, numbers, counts = read(tmp_path, footed)
    assert rows == [("P1", "1"), ("P3", "3"), ("P5", "5")]
    assert (numbers, counts.footer, counts.read) == ([1, 3, 4], 2, 5)


def test_the_hash_is_of_all_files_and_their_names(tmp_path):
    write(tmp_path, lab_1="id\n1\n", lab_2="id\n2\n")
    spec, hashes = spec_of("lab_*.csv"), set()
    hashes.add(content_hash(tmp_path, spec))
    write(tmp_path, lab_3="id\n3\n")
    hashes.add(content_hash(tmp_path, spec))
    write(tmp_path, lab_1="id\n9\n")
    hashes.add(content_hash(tmp_path, spec))
    (tmp_path / "lab_3.csv").rename(tmp_path / "lab_4.csv")
    hashes.add(content_hash(tmp_path, spec))
    assert len(hashes) == 4
    write(tmp_path, other="id\n3\n")
    assert content_hash(tmp_path, spec) in hashes


def test_a_file_that_is_damaged_is_told_by_its_own_name(tmp_path):
    (tmp_path / "lab_1.csv").write_bytes(b"id\n1\n")
    (tmp_path / "lab_2.csv").write_bytes(b"")
    with pytest.raises(UserError, match=r"^lab_2\.csv: header_row"):
        read(tmp_path, spec_of("lab_*.csv"))
