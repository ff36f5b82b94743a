"""What check says to look at next."""

from lncohort.mapping.advice import advice
from mapping.hospital import ORDER, PATIENTS, RESULT, mapped


def told(found):
    return {(table, wrong): rows for table, rows, wrong, _ in advice(found.account)}


def test_nothing_is_advised_where_nothing_is_wrong(tmp_path):
    assert advice(mapped(tmp_path).account) == []


def test_each_thing_that_can_be_mended_is_told_with_its_rows(tmp_path):
    people = [*PATIENTS, {"id": "P3", "sex": "1", "born": "1980-01-02"}]
    orders = [ORDER | {"no": str(i), "id": "P1", "directions": "遵医嘱"} for i in range(2)]
    results = [
        *(RESULT | {"at": f"2015-01-{day:02}", "unit": "", "result": "0.9"} for day in range(1, 8)),
        RESULT | {"test": "胱抑素"},
        RESULT | {"at": "2015-02"},
        RESULT | {"id": "P77"},
    ]
    found = mapped(tmp_path, patient=people, prescription=orders, lab=results)
    assert told(found) == {
        ("", "serum_creatinine without a unit"): 7,
        ("", "identifiers in no patient table"): 1,
        ("", "patients without a sex: unused"): 1,
        ("lab", "a month is no day"): 1,
        ("lab", "names that stand for nothing"): 1,
        ("prescription", "how long it lasts is unknown"): 2,
        ("prescription", "the dose of most is unknown"): 2,
    }


def test_an_assumed_unit_that_its_values_do_not_fit_is_told(tmp_path):
    keys = {"units": {"serum_creatinine": "umol/L"}}
    people = [*PATIENTS, *(PATIENTS[0] | {"id": f"P{number}"} for number in range(3, 9))]
    results = [
        *(
            RESULT | {"id": f"P{number}", "at": "2015-01-01", "unit": "", "result": "0.9"}
            for number in range(1, 8)
        ),
        *(RESULT | {"at": f"2016-01-{day:02}"} for day in range(1, 28)),
    ]
    found = mapped(tmp_path, keys, patient=people, lab=results)
    assert advice(found.account) == [
        ("", 7, "serum_creatinine in umol/l looks like mg/dL", "see [units]")
    ]


def test_a_unit_that_a_test_does_not_have_is_told_as_unused(tmp_path):
    people = [PATIENTS[0] | {"id": f"P{number}"} for number in range(9)]
    results = [RESULT | {"id": f"P{number}", "unit": "U/L"} for number in range(9)]
    found = mapped(tmp_path, patient=people, lab=results)
    assert told(found) == {
        ("", "serum_creatinine in u/l, a unit that it does not have: refused"): 9
    }


def test_prescriptions_without_a_route_are_told(tmp_path):
    bare = ORDER | {
        "drug": "普乐可复",
        "strength": "1mg",
        "directions": "1mg bid",
        "quantity": "28",
    }
    orders = [bare | {"no": "1", "of": "mg"}, bare | {"no": "2", "of": "mg", "route": "口服"}]
    found = mapped(tmp_path, prescription=orders)
    assert told(found)["", "prescriptions without a route: refused"] == 1


def test_a_concentration_is_not_to_be_mended_into_an_amount_a_day(tmp_path):
    people = [PATIENTS[0] | {"id": f"P{number}"} for number in range(9)]
    protein = {"test": "24小时尿总蛋白", "specimen": "24小时尿", "unit": "mg/L", "result": "850"}
    results = [RESULT | protein | {"id": f"P{number}"} for number in range(9)]
    found = mapped(tmp_path, patient=people, lab=results)
    (row,) = advice(found.account)
    assert row[2] == "urine_protein_24h in mg/l, which is another quantity: refused"
    assert "leave it" in row[3] and "mg/24h" not in row[3]


def test_a_mass_of_protein_in_24_hours_needs_no_mending(tmp_path):
    people = [PATIENTS[0] | {"id": f"P{number}"} for number in range(9)]
    protein = {"test": "24小时尿蛋白定量", "unit": "g", "result": "0.85"}
    results = [RESULT | protein | {"id": f"P{number}"} for number in range(9)]
    assert advice(mapped(tmp_path, patient=people, lab=results).account) == []
