"""Code lists: the form of what ships, a user's own, and every fault at once."""

import pytest

from lncohort.codes import read_code_lists
from lncohort.codes.lists import COLUMNS
from lncohort.codes.tell import all_concepts, found_concepts, of_concept
from lncohort.errors import UserError
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.study import load_study

HEAD = "concept,kind,system,code,match"


@pytest.fixture
def own(tmp_path):
    def write(*lines, name="own.csv"):
        file = tmp_path / name
        file.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
        return file

    return write


def test_shipped_lists_have_their_form_and_no_code_serves_two_concepts():
    known = read_code_lists()  # refuses otherwise
    assert tuple(known.rows.columns) == COLUMNS
    assert len(known.rows) > 700
    assert len(known.sha256) == 64


def test_every_drug_and_test_of_the_shipped_study_has_a_list():
    concepts = set(read_code_lists().concepts())
    assert {drug.name for drug in load_study("nanjing").drugs} <= concepts
    assert set(LAB_TESTS) <= concepts


def test_own_list_adds_to_the_shipped_one_and_changes_the_hash(own):
    file = own("tacrolimus,drug,name_zh,院内他克,contains")
    both = read_code_lists([file])
    assert len(both.rows) == len(read_code_lists().rows) + 1
    assert both.sha256 != read_code_lists().sha256
    assert len(read_code_lists([file], only_own=True).rows) == 1


def test_every_fault_is_told_at_once_with_its_line(own):
    file = own(
        "tacrolimus,medicine,ATC,L04AD02,exact",
        "tacrolimus,drug,ATC,L04,contains",
        ",drug,ATC,L04AX,exact",
    )
    with pytest.raises(UserError) as caught:
        read_code_lists([file], only_own=True)
    told = str(caught.value).splitlines()
    assert len(told) == 3
    assert 'own.csv, line 2: kind is "medicine", expected one of drug, lab' in told[0]
    assert 'line 3: match "contains" is of names' in told[1]
    assert "line 4: concept is empty" in told[2]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("mycophenolate,drug,ATC,L04AD02,exact", "stands for tacrolimus and mycophenolate"),
        ("tacrolimus,drug,ATC,l04ad02,exact", "stands there twice"),
        ("ciclosporin,drug,name_en,  FK506 ,contains", "stands for tacrolimus and ciclosporin"),
    ],
)
def test_code_that_stands_for_two_concepts_or_twice_is_refused(own, line, told):
    with pytest.raises(UserError, match=told):
        read_code_lists([own(line)])


def test_file_that_is_no_list_is_refused(tmp_path, own):
    file = tmp_path / "no.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="expected a CSV file in UTF-8"):
        read_code_lists([file])
    file.write_text("concept,code,colour\n", encoding="utf-8")
    with pytest.raises(UserError, match="lacks the column kind.*unknown column colour"):
        read_code_lists([file])
    with pytest.raises(UserError, match="cannot be read"):
        read_code_lists([tmp_path / "nowhere.csv"])


def test_lists_are_told_as_tables():
    known = read_code_lists()
    assert "L04AD02" in [row[1] for row in of_concept(known, "tacrolimus")[2]]
    assert len(all_concepts(known)[2]) == len(known.concepts())
    with pytest.raises(UserError, match='did you mean "tacrolimus"'):
        of_concept(known, "tacrolimmus")
    assert {row[2] for row in found_concepts(known, "FK506")[2]} == {
        "tacrolimus",
        "tacrolimus_trough",
    }
    with pytest.raises(UserError, match="stands for no concept"):
        found_concepts(known, "他克莫司软膏")
