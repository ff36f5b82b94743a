"""The rules by which a hospital's rows become an extract."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lncohort.errors import UserError
from lncohort.extract.extract import Extract
from lncohort.mapping.extract import map_extract
from lncohort.terminal import print_progress
from mapping.hospital import (
    ORDER,
    PATIENTS,
    RESULT,
    TABLES,
    extract_rows,
    mapped,
    reasons,
    write_hospital,
)

STAY = {"id": "P1", "in": "2015-03-01", "out": "2015-03-11"}


def order(**changes):
    return ORDER | changes


def only_order(found):
    (row,) = extract_rows(found, "prescription")
    return row


def test_an_extract_of_a_mapping_meets_the_contract_and_every_row_is_accounted_for(tmp_path):
    found = mapped(
        tmp_path,
        diagnosis=[{"id": "P1", "text": "狼疮性肾炎", "on": "2015-02-01"}],
        prescription=[ORDER, order(drug="阿司匹林"), order(start="", no="2"), order(id="", no="3")],
    )
    Extract.open(found.folder)
    for table in found.account.tables:
        fates = ("used", "rejected", "unmapped", "out_of_scope")
        assert table["read"] == sum(table[fate] for fate in fates)
    assert reasons(found, "prescription") == {
        "missing_patient_id": 1,
        "missing_start_date": 1,
        "unknown_name": 1,
    }


@pytest.mark.parametrize(
    ("changes", "days", "dose"),
    [
        ({}, 25, 2.0),
        ({"quantity": "3", "of": "片"}, 1, 2.0),
        ({"directions": "3片 每日两次", "quantity": "20", "of": "片"}, 3, 6.0),
        ({"directions": "遵医嘱"}, None, None),
        ({"directions": "遵医嘱", "days": "25"}, 25, 2.0),
        ({"directions": "必要时 1mg", "days": "25"}, 25, None),
        ({"directions": "1mg qod"}, 100, 0.5),
        ({"directions": "1-2mg bid", "days": "10"}, 10, 5.0),
        ({"of": ""}, None, 2.0),
        ({"drug": "他克莫司胶囊 0.5mg*50粒", "strength": ""}, 12, 2.0),
    ],
)
def test_supply_and_dose_are_read_and_never_guessed(tmp_path, changes, days, dose):
    row = only_order(mapped(tmp_path, prescription=[order(**changes)]))
    assert (row["days_supply"], row["daily_dose_mg"]) == (days, dose)


def test_supply_is_taken_from_the_first_source_that_is_there_in_the_order_of_the_table(tmp_path):
    told = order(end="2015-03-10", days="30")
    by_end = only_order(mapped(tmp_path, prescription=[told]))
    assert (by_end["end_date"], by_end["days_supply"]) == (date(2015, 3, 10), None)
    keys = {"prescription": {"supply": ["days_supply", "end_date"]}}
    assert only_order(mapped(tmp_path, keys, prescription=[told]))["days_supply"] == 30


def test_a_refund_cancels_the_dispensing_that_it_gives_back(tmp_path):
    rows = [
        order(quantity="2", no="1"),
        order(quantity="2", no="2", start="2015-04-01"),
        order(quantity="-2", no="3", start="2015-04-03"),
        order(quantity="2", no="4", start="2015-05-01"),
    ]
    found = mapped(tmp_path, prescription=rows)
    months = sorted(row["start_date"].month for row in extract_rows(found, "prescription"))
    assert months == [3, 5]
    assert reasons(found, "prescription") == {"refund": 1, "refunded": 1}


def test_each_refund_cancels_the_dispensing_before_it_and_no_later_one(tmp_path):
    rows = [
        order(quantity="2", no="1", start="2015-01-01"),
        order(quantity="2", no="2", start="2015-02-01"),
        order(quantity="-2", no="3", start="2015-02-03"),
        order(quantity="2", no="4", start="2015-03-01"),
        order(quantity="2", no="5", start="2015-04-01"),
        order(quantity="-2", no="6", start="2015-04-03"),
        order(quantity="-2", no="7", start="2014-12-01"),
    ]
    found = mapped(tmp_path, prescription=rows)
    months = sorted(row["start_date"].month for row in extract_rows(found, "prescription"))
    assert months == [1, 3]
    assert reasons(found, "prescription") == {
        "refund": 2,
        "refunded": 2,
        "refund_without_dispensing": 1,
    }


@given(
    events=st.lists(
        st.tuples(st.integers(1, 28), st.sampled_from(["2", "-2", "3", "-3"])), max_size=12
    )
)
@settings(max_examples=10, deadline=None)
def test_refunds_pair_with_dispensings_as_a_stack_of_boxes_does(events):
    with TemporaryDirectory() as folder:
        rows = [
            order(quantity=quantity, no=str(number), start=f"2015-03-{day:02}")
            for number, (day, quantity) in enumerate(events)
        ]
        found = mapped(Path(folder), prescription=rows)
        kept = sorted(
            (row["start_date"].day, row["days_supply"])
            for row in extract_rows(found, "prescription")
        )
    stacks = {"2": [], "3": []}
    for _, (day, quantity) in sorted(
        enumerate(events), key=lambda e: (e[1][0], e[1][1] < "0", e[0])
    ):
        stack = stacks[quantity.lstrip("-")]
        if not quantity.startswith("-"):
            stack.append((day, int(quantity) * 25))
        elif stack:
            stack.pop()
        elif quantity == "-2":  # part of the latest that holds more is given back
            return
    assert kept == sorted(stacks["2"] + stacks["3"])


def test_what_two_tables_dispense_is_given_back_once(tmp_path):
    both = [order(no="1"), order(no="2", quantity="-1", start="2015-03-04")]
    found = mapped(tmp_path, prescription=both, prescription_2=[order(no="77")])
    assert extract_rows(found, "prescription") == []
    assert reasons(found, "prescription_2") == {"same_supply_in_another_table": 1}


def test_two_alike_in_one_table_and_one_in_another_are_two(tmp_path):
    both = [order(no="1"), order(no="2")]
    found = mapped(tmp_path, prescription=[order(no="77")], prescription_2=both)
    assert len(extract_rows(found, "prescription")) == 2


def test_directions_tell_how_long_where_no_column_does(tmp_path):
    rows = [
        order(directions="1mg bid 共7天", quantity="", of=""),
        order(directions="1mg st", no="2", quantity="", of="", start="2015-05-01"),
        order(directions="1mg bid 共7天", no="3", days="9", start="2015-06-01"),
    ]
    found = extract_rows(mapped(tmp_path, prescription=rows), "prescription")
    told = sorted((row["start_date"].month, row["days_supply"]) for row in found)
    assert told == [(3, 7), (5, 1), (6, 9)]


@pytest.mark.parametrize(
    ("directions", "strength", "daily", "problem"),
    [
        ("1mg(2粒) bid", "0.5mg*50粒", 2.0, None),
        ("0.5mg*2粒 bid", "0.5mg*50粒", 2.0, None),
        ("1mg(2粒) bid", "1mg*50粒", None, "contradicts_strength"),
        ("1mg(2粒) bid", "", None, "strength_not_told"),
        ("2粒 bid", "", None, "strength_not_told"),
        ("2支 bid", "1mg*50粒", None, "another_unit_than_the_strength"),
        ("4mg 早晚分服", "1mg*50粒", None, "ambiguous_word"),
    ],
)
def test_directions_not_understood_are_told_with_the_reason(
    tmp_path, directions, strength, daily, problem
):
    rows = [
        order(id=f"P{i}", no=str(i), directions=directions, strength=strength, days="10", of="片")
        for i in range(5)
    ]
    found = mapped(tmp_path, prescription=[row | {"quantity": ""} for row in rows])
    assert {row["daily_dose_mg"] for row in extract_rows(found, "prescription")} == {daily}
    told = [(r["directions"], r["reason"], r["rows"]) for r in found.account.unread_directions]
    assert told == ([] if problem is None else [(directions, problem, 5)])


def test_a_refund_in_part_shortens_the_supply(tmp_path):
    rows = [order(quantity="3", no="1"), order(quantity="-1", no="2", start="2015-03-05")]
    found = mapped(tmp_path, prescription=rows)
    assert only_order(found)["days_supply"] == 50
    assert reasons(found, "prescription") == {"refund": 1}


def test_a_refund_of_another_strength_takes_nothing_back(tmp_path):
    back = order(no="2", quantity="-1", start="2015-03-04", strength="0.5mg*50粒")
    found = mapped(tmp_path, prescription=[order(no="1"), back])
    assert only_order(found)["days_supply"] == 25
    assert reasons(found, "prescription") == {"refund_without_dispensing": 1}


@pytest.mark.parametrize(
    ("status", "quantity", "expected"),
    [
        ("退药", "-2", {"refund": 1, "refunded": 1}),
        ("作废", "-2", {"cancelled_or_not_executed": 1}),
        ("已退费", "2", {"cancelled_or_not_executed": 1}),
        ("已退费", "", {"cancelled_or_not_executed": 1}),
    ],
)
def test_a_row_of_status_given_back_is_a_refund_where_its_quantity_is_below_0(
    tmp_path, status, quantity, expected
):
    back = order(no="2", quantity=quantity, start="2015-03-04", status=status)
    found = mapped(tmp_path, prescription=[order(no="1", quantity="2"), back])
    assert reasons(found, "prescription") == expected


@pytest.mark.parametrize(
    ("changes", "days", "dose"),
    [
        ({"quantity": ""}, 1, 1.0),
        ({"quantity": "", "end": "2015-03-09"}, 1, 1.0),
        ({"quantity": "1", "of": "粒"}, 1, 1.0),
        ({"quantity": "50", "of": "粒"}, None, None),
    ],
)
def test_what_is_taken_once_lasts_a_day_unless_more_was_dispensed(tmp_path, changes, days, dose):
    row = only_order(mapped(tmp_path, prescription=[order(directions="1mg st") | changes]))
    assert (row["end_date"], row["days_supply"], row["daily_dose_mg"]) == (None, days, dose)


def test_a_table_of_refunds_takes_back_whatever_the_sign_of_its_quantities(tmp_path):
    given = [order(no="1"), order(no="2", start="2015-05-01")]
    back = [order(no="9", start="2015-03-04"), order(no="8", start="2015-03-05", quantity="")]
    keys = {"prescription_2": {"refunds": True}}
    found = mapped(tmp_path, keys, prescription=given, prescription_2=back)
    assert only_order(found)["start_date"] == date(2015, 5, 1)
    assert reasons(found, "prescription_2") == {"refund": 1, "missing_quantity": 1}


def test_a_refund_of_nothing_is_told(tmp_path):
    rows = [order(no="1"), order(quantity="-4", no="2", start="2015-02-01")]
    assert reasons(mapped(tmp_path, prescription=rows), "prescription") == {
        "refund_without_dispensing": 1
    }


@pytest.mark.parametrize("status", ["已取消", "作废", "未执行", "Cancelled"])
def test_an_order_that_was_not_carried_out_is_no_exposure(tmp_path, status):
    found = mapped(tmp_path, prescription=[order(status=status), order(no="2", status="已执行")])
    assert reasons(found, "prescription") == {"cancelled_or_not_executed": 1}
    assert len(extract_rows(found, "prescription")) == 1


def test_an_inpatient_order_that_was_never_stopped_ends_at_discharge(tmp_path):
    keys = {"prescription": {"inpatient": True}}
    endless = order(quantity="", of="", start="2015-03-02")
    row = only_order(mapped(tmp_path, keys, prescription=[endless], encounter=[STAY]))
    assert (row["end_date"], row["daily_dose_mg"]) == (date(2015, 3, 11), 2.0)
    outpatient = only_order(mapped(tmp_path, prescription=[endless], encounter=[STAY]))
    assert outpatient["end_date"] is None


@pytest.mark.parametrize(
    ("number", "end"),
    [("A", date(2015, 3, 11)), ("B", date(2015, 3, 5)), ("C", None), ("", date(2015, 3, 5))],
)
def test_an_order_ends_at_the_discharge_from_the_stay_of_its_number(
    tmp_path, monkeypatch, number, end
):
    for name in ("prescription", "encounter"):
        monkeypatch.setitem(TABLES, name, TABLES[name] | {"encounter_id": "stay"})
    found = mapped(
        tmp_path,
        {"prescription": {"inpatient": True}},
        prescription=[order(quantity="", of="", start="2015-03-02", stay=number)],
        encounter=[STAY | {"stay": "A"}, STAY | {"stay": "B", "out": "2015-03-05"}],
    )
    assert only_order(found)["end_date"] == end


@pytest.mark.parametrize(
    ("changes", "supply_from", "dose_from"),
    [
        ({"end": "2015-03-10"}, "end_date", "directions"),
        ({"days": "10"}, "days_supply", "directions"),
        ({}, "quantity", "directions"),
        ({"quantity": ""}, "discharge", "directions"),
        ({"days": "10", "directions": "遵医嘱"}, "days_supply", "quantity"),
        ({"directions": "必要时 1mg", "days": "10"}, "days_supply", "unknown"),
        ({"quantity": "", "start": "2015-05-01"}, "unknown", "directions"),
        ({"route": "静滴", "days": "1"}, "pulse", "directions"),
    ],
)
def test_where_a_supply_and_a_dose_were_read_is_told(tmp_path, changes, supply_from, dose_from):
    keys = {"prescription": {"inpatient": True}}
    found = mapped(tmp_path, keys, prescription=[order(**changes)], encounter=[STAY])
    (source,) = found.account.order_sources
    assert (source["supply_from"], source["dose_from"]) == (supply_from, dose_from)
    (dose,) = found.account.doses
    assert (dose["dose_from"], dose["rows"]) == (dose_from, 1)


def test_an_empty_diagnosis_is_out_of_scope_and_no_copy_of_another(tmp_path):
    told = {"id": "P1", "text": "狼疮性肾炎", "icd": "", "on": "2015-01-01"}
    found = mapped(tmp_path, diagnosis=[told, told | {"text": ""}, told | {"text": ""}])
    assert reasons(found, "diagnosis") == {"empty_cell": 2}


def test_a_temporary_order_is_for_once_and_never_lasts_until_discharge(tmp_path):
    columns = TABLES["prescription"] | {"order_type": "status"}
    del columns["status"]
    stay = {"id": "P1", "in": "2015-03-01", "out": "2015-03-14"}
    order = ORDER | {"quantity": "", "status": "临时医嘱"}
    found = mapped(
        tmp_path,
        {"prescription": {"inpatient": True, "columns": columns}},
        encounter=[stay],
        prescription=[
            order | {"directions": "2mg"},
            order | {"directions": "1mg bid", "start": "2015-03-02"},
            order | {"directions": "1mg bid", "start": "2015-03-03", "status": "长期医嘱"},
            order | {"directions": "2mg", "start": "2015-03-04", "status": "出院带药"},
        ],
    )
    rows = sorted(extract_rows(found, "prescription"), key=lambda row: row["start_date"])
    told = [(row["days_supply"], row["end_date"], row["daily_dose_mg"]) for row in rows]
    until_discharge = (None, date(2015, 3, 14), 2)
    assert told == [(1, None, 2), (None, None, 2), until_discharge, (None, None, None)]


def test_a_code_of_status_counts_for_nothing_until_it_is_told(tmp_path):
    orders = [order(status="1"), order(status="0", start="2016-03-01")]
    assert reasons(mapped(tmp_path, prescription=orders), "prescription") == {"unknown_status": 2}
    keys = {"prescription": {"values": {"status": {"1": "作废", "0": "执行"}}}}
    (tmp_path / "told").mkdir()
    found = mapped(tmp_path / "told", keys, prescription=orders)
    assert reasons(found, "prescription") == {"cancelled_or_not_executed": 1}


def test_a_unit_behind_a_quantity_goes_before_the_one_beside_it(tmp_path):
    orders = [
        ORDER | {"quantity": "2盒", "of": ""},
        ORDER | {"quantity": "50粒", "of": "盒", "start": "2016-03-01"},
        ORDER | {"quantity": "", "of": "", "days": "4周", "start": "2017-03-01"},
    ]
    found = mapped(tmp_path, prescription=orders)
    assert [r["days_supply"] for r in extract_rows(found, "prescription")] == [50, 25, 28]


def test_a_label_before_an_identifier_is_no_part_of_it_and_a_kind_of_number_is(tmp_path):
    ids = ("ID:P1", "id：P1", "No.P1")
    results = [RESULT | {"id": given, "result": str(n)} for n, given in enumerate(ids)]
    found = mapped(tmp_path, lab=[*results, RESULT | {"id": "门诊:P1"}, RESULT | {"id": "ID P1"}])
    told = [row["patient_id"] for row in extract_rows(found, "lab")]
    assert told == ["P1", "P1", "No.P1", "门诊:P1", "IDP1"]


def test_an_unmapped_test_is_told_with_its_specimen(tmp_path):
    rows = [RESULT | {"id": f"P{n}", "specimen": "胸水"} for n in range(9)]
    (told,) = mapped(tmp_path, lab=rows).account.unmapped_names
    assert (told["name"], told["specimen"], told["rows"]) == ("肌酐", "胸水", 9)


def test_a_refused_mapping_leaves_nothing(tmp_path):
    file = write_hospital(tmp_path, lab=[RESULT | {"at": "unknown"}])
    with pytest.raises(UserError, match="1 of 1 rows cannot be used"):
        map_extract(file)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set()
    map_extract(file, refuse=False)
    with pytest.raises(UserError, match="1 of 1 rows cannot be used"):
        map_extract(file)


def test_the_same_supply_in_two_tables_counts_once_and_two_strengths_of_a_day_both(tmp_path):
    both = [order(no="1"), order(no="2", strength="0.5mg*50粒")]
    found = mapped(tmp_path, prescription=both, prescription_2=[order(no="77")])
    assert len(extract_rows(found, "prescription")) == 2
    assert reasons(found, "prescription_2") == {"same_supply_in_another_table": 1}


def test_a_copy_counts_once_and_orders_of_different_numbers_are_no_copies(tmp_path):
    rows = [order(no="1"), order(no="1"), order(no="2")]
    found = mapped(tmp_path, prescription=rows)
    assert len(extract_rows(found, "prescription")) == 2
    assert reasons(found, "prescription") == {"copy_of_a_row": 1}


def test_a_copy_in_another_table_of_results_counts_once(tmp_path):
    other = RESULT | {"test": "白蛋白", "result": "31", "unit": "g/L"}
    later = RESULT | {"at": "2015-02-27 08:01"}
    found = mapped(tmp_path, lab=[other, RESULT], lab_2=[later, RESULT, other])
    assert reasons(found, "lab") == {}
    assert reasons(found, "lab_2") == {"copy_of_a_row": 2}
    assert [row["value"] for row in extract_rows(found, "lab")] == [31, 88, 88]


def test_a_date_is_read_by_the_formats_of_its_own_table(tmp_path):
    keys = {"lab": {"date_formats": ["%d/%m/%Y"]}, "lab_2": {"date_formats": ["%m/%d/%Y"]}}
    rows = [RESULT | {"at": "03/04/2015"}]
    found = mapped(tmp_path, keys, lab=rows, lab_2=[rows[0] | {"result": "90"}])
    assert [row["sample_date"] for row in extract_rows(found, "lab")] == [
        date(2015, 4, 3),
        date(2015, 3, 4),
    ]


@pytest.mark.parametrize("drug", ["他克莫司软膏", "0.1% tacrolimus ointment", "磷酸氯喹片"])
def test_a_look_alike_is_not_the_drug(tmp_path, drug):
    found = mapped(tmp_path, prescription=[order(drug=drug)])
    assert extract_rows(found, "prescription") == []
    assert reasons(found, "prescription") == {"unknown_name": 1}


def test_an_infusion_is_a_pulse_of_all_its_doses(tmp_path):
    pulse = order(drug="环磷酰胺注射液", strength="0.2g", route="静滴", quantity="", of="")
    rows = [
        pulse | {"no": "1", "directions": "0.8g 静滴"},
        pulse | {"no": "2", "directions": "0.4g qd", "start": "2015-04-01", "end": "2015-04-02"},
        pulse | {"no": "3", "directions": "0.4g qd", "start": "2015-05-01", "end": "2015-06-02"},
    ]
    found = mapped(tmp_path, prescription=rows)
    assert [row["pulse_dose_mg"] for row in extract_rows(found, "prescription")] == [800.0, 800.0]
    assert reasons(found, "prescription") == {"infusions_over_more_than_14_days": 1}


def test_a_drug_for_the_skin_is_no_systemic_exposure(tmp_path):
    found = mapped(tmp_path, prescription=[order(route="外用")])
    assert reasons(found, "prescription") == {"not_a_systemic_route": 1}


def test_results_keep_their_bound_and_words_are_no_numbers(tmp_path):
    rows = [
        RESULT | {"at": f"2015-02-{day:02}", "result": text}
        for day, text in enumerate(
            ("88", "<0.15", "≥5.0", "见报告", "+++", "阴性", "1:320", "", "88↑", "1,234.5"), start=1
        )
    ]
    found = mapped(tmp_path, lab=rows)
    assert sorted(row["value"] for row in extract_rows(found, "lab")) == [0.15, 5, 88, 88, 1234.5]
    assert reasons(found, "lab") == {
        "text_without_number": 1,
        "grade_is_no_amount": 2,
        "titre_is_no_amount": 1,
        "missing_value": 1,
    }


def test_a_comma_is_the_decimal_mark_where_the_table_says_so(tmp_path):
    rows = [RESULT | {"result": "0,45"}, RESULT | {"result": "1.234", "at": "2015-02-28"}]
    found = mapped(tmp_path, {"lab": {"decimal": ","}}, lab=rows)
    assert sorted(row["value"] for row in extract_rows(found, "lab")) == [0.45, 1234]


def test_a_test_is_one_of_its_specimen(tmp_path):
    rows = [
        RESULT | {"specimen": "血清"},
        RESULT | {"specimen": "尿液", "result": "9000"},
        RESULT | {"specimen": "24小时尿", "test": "蛋白定量", "result": "1.5", "unit": "g/24h"},
    ]
    found = mapped(tmp_path, lab=rows)
    tests = sorted((row["test"], row["value"]) for row in extract_rows(found, "lab"))
    assert tests == [("serum_creatinine", 88), ("urine_protein_24h", 1.5)]
    assert reasons(found, "lab") == {"unknown_name": 1}


def test_wide_results_are_counted_by_cell(tmp_path):
    (tmp_path / "wide.csv").write_text(
        "id,at,Cr(umol/L),Alb\nP1,2015-02-01,88,35\nP2,2015-02-01,,40\n", encoding="utf-8"
    )
    file = write_hospital(tmp_path)
    wide = """
[[table]]
name = "wide"
to = "lab"
columns = { patient_id = "id", sample_date = "at" }
source = { path = "wide.csv", format = "text", encoding = "utf-8", delimiter = ",", quote = "", header_row = 1 }
[[table.wide]]
column = "Cr(umol/L)"
test = "serum_creatinine"
unit = "umol/L"
[[table.wide]]
column = "Alb"
test = "serum_albumin"
unit = "g/L"
"""
    file.write_text(file.read_text(encoding="utf-8") + wide, encoding="utf-8")
    found = map_extract(file, refuse=False)
    assert len(extract_rows(found, "lab")) == 4
    (table,) = (t for t in found.account.tables if t["name"] == "wide")
    assert (table["read"], table["used"], table["out_of_scope"]) == (4, 3, 1)


def test_a_linked_identifier_is_merged_into_its_patient_with_its_records(tmp_path):
    people = [*PATIENTS, {"id": "X9", "sex": "女", "born": "1980-01-02"}]
    found = mapped(
        tmp_path,
        patient=people,
        patient_link=[{"old": "X9", "new": "X8"}, {"old": "X8", "new": "P1"}],
        lab=[RESULT, RESULT | {"id": "X9", "at": "2016-01-01"}],
    )
    assert {row["patient_id"] for row in extract_rows(found, "lab")} == {"P1"}
    assert len(extract_rows(found, "patient")) == 2
    assert reasons(found, "patient") == {"merged_into_one_patient": 1}


def test_links_in_a_circle_are_refused(tmp_path):
    links = [{"old": "P1", "new": "P2"}, {"old": "P2", "new": "P1"}]
    with pytest.raises(UserError, match="in a circle"):
        mapped(tmp_path, patient_link=links)


def test_patients_of_one_identifier_who_differ_both_stand_for_intake_to_reject(tmp_path):
    people = [*PATIENTS, {"id": "P1", "sex": "女", "born": "1990-09-09"}]
    assert len(extract_rows(mapped(tmp_path, patient=people), "patient")) == 3


def test_identifiers_agree_without_blanks_and_where_told_without_leading_zeros(tmp_path):
    people = [{"id": " 007 ", "sex": "女", "born": "1980-01-02"}]
    rows = [RESULT | {"id": "7"}]
    kept = mapped(tmp_path, patient=people, lab=rows)
    assert kept.account.patients["strangers"] == 2
    dropped = mapped(
        tmp_path,
        {"mapping": {"name": "test", "leading_zeros": "drop"}},
        patient=people,
        lab=rows,
        prescription=[order(id="007")],
    )
    assert dropped.account.patients["strangers"] == 0


def test_a_diagnosis_that_is_ruled_out_or_doubted_is_none(tmp_path):
    texts = ("狼疮性肾炎", "排除狼疮性肾炎", "狼疮性肾炎?", "1.系统性红斑狼疮 2.高血压", "感冒")
    rows = [{"id": "P1", "text": t, "on": f"2015-02-0{i}"} for i, t in enumerate(texts, start=1)]
    found = mapped(tmp_path, diagnosis=rows)
    assert sorted(row["concept"] for row in extract_rows(found, "diagnosis")) == [
        "hypertension",
        "lupus_nephritis",
        "systemic_lupus_erythematosus",
    ]
    assert reasons(found, "diagnosis") == {"ruled_out_or_doubted": 2, "unknown_name": 1}


@pytest.mark.parametrize(
    ("text", "code", "concepts"),
    [
        ("狼疮性肾炎", "M32.9", {"lupus_nephritis", "systemic_lupus_erythematosus"}),
        ("肾小球疾患", "M32.1+N08.5*", {"lupus_nephritis", "systemic_lupus_erythematosus"}),
        ("狼疮性肾炎？", "M32.1†N08.5*", set()),
        ("高血压", "I10.x00", {"hypertension"}),
        ("感冒", "I10", {"hypertension"}),
    ],
)
def test_a_diagnosis_is_what_its_words_and_each_of_its_codes_say(tmp_path, text, code, concepts):
    rows = [{"id": "P1", "text": text, "icd": code, "on": "2015-02-01"}]
    found = extract_rows(mapped(tmp_path, diagnosis=rows), "diagnosis")
    assert {row["concept"] for row in found} == concepts


def test_a_code_that_needs_another_counts_only_beside_it(tmp_path):
    rows = [
        {"id": "P1", "icd": "N08.5*", "on": "2015-02-01"},
        {"id": "P1", "icd": "M32.9", "on": "2014-02-01"},
        {"id": "P2", "icd": "N08.5*", "on": "2015-02-01"},
    ]
    found = mapped(tmp_path, diagnosis=rows)
    kidney = [r for r in extract_rows(found, "diagnosis") if r["concept"] == "lupus_nephritis"]
    assert [row["patient_id"] for row in kidney] == ["P1"]


def test_a_month_is_no_day_unless_the_table_says_which(tmp_path):
    rows = [RESULT | {"at": "2015-02"}]
    assert reasons(mapped(tmp_path, lab=rows), "lab") == {"day_unknown": 1}
    found = mapped(tmp_path, {"lab": {"day_of_month": 15}}, lab=rows)
    assert extract_rows(found, "lab")[0]["sample_date"] == date(2015, 2, 15)


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("2015-02-27 08:30:00", []),
        ("2015/2/27 8:30", []),
        ("2015/2/27 上午 8:30:00", []),
        ("2015年2月27日08:30:00", []),
        ("2015/2/27 下午8:30", []),
        ("2015-02-27T08:30:00.000", []),
        ("20150227083000", ["%Y%m%d"]),
        ("2015年2月27日 8时30分", []),
        ("42062.354", ["excel_serial"]),
        ("42062", ["excel_serial"]),
        ("27.02.2015", ["%d.%m.%Y"]),
        ("27/02/2015 08:30 AM", ["%d/%m/%Y"]),
        ("27 Feb 2015", ["%d %b %Y"]),
    ],
)
def test_the_day_of_a_date_is_read_whatever_stands_behind_it(tmp_path, text, formats):
    found = mapped(tmp_path, {"lab": {"date_formats": formats}}, lab=[RESULT | {"at": text}])
    assert extract_rows(found, "lab")[0]["sample_date"] == date(2015, 2, 27)


def test_rows_that_the_mapping_does_not_keep_are_out_of_scope(tmp_path):
    keys = {"lab": {"keep": {"unit": ["umol/L"]}}}
    found = mapped(tmp_path, keys, lab=[RESULT, RESULT | {"unit": "x", "at": "2015-03-03"}])
    assert reasons(found, "lab") == {"not_kept": 1}


def test_observation_runs_over_the_records_and_parts_at_long_gaps(tmp_path):
    rows = [RESULT | {"at": f"{year}-01-01"} for year in (2010, 2011, 2015)]
    whole = extract_rows(mapped(tmp_path, lab=rows), "observation_period")
    assert [(r["start_date"].year, r["end_date"].year) for r in whole] == [(2010, 2015)]
    keys = {"observation": {"from": "records", "gap_days": 400}}
    parted = extract_rows(mapped(tmp_path, keys, lab=rows), "observation_period")
    assert [(r["start_date"].year, r["end_date"].year) for r in parted] == [
        (2010, 2011),
        (2015, 2015),
    ]


def test_biopsies_and_scores_are_read(tmp_path):
    found = mapped(
        tmp_path,
        biopsy=[
            {"id": "P1", "on": "2015-01-01", "class": "Ⅳ+Ⅴ型"},
            {"id": "P2", "on": "2015-01-01", "class": "见病理"},
        ],
        assessment=[{"id": "P1", "what": "SLEDAI-2K", "on": "2015-01-01", "points": "12"}],
        procedure=[{"id": "P1", "text": "血液透析", "on": "2015-01-01"}],
    )
    assert extract_rows(found, "biopsy")[0]["isn_rps_class"] == "IV+V"
    assert reasons(found, "biopsy") == {"unknown_class": 1}
    assert extract_rows(found, "assessment")[0]["score"] == 12
    assert extract_rows(found, "procedure")[0]["concept"] == "dialysis"


def test_a_second_run_on_unchanged_tables_reads_nothing_and_says_so(tmp_path):
    file = write_hospital(tmp_path)
    assert not map_extract(file, refuse=False).was_unchanged
    read = []

    def progress(step, rows, seconds):
        if seconds is not None:
            read.append(step)

    again = map_extract(file, refuse=False, progress=progress)
    assert again.was_unchanged
    assert read == []
    content = (tmp_path / "lab.csv").read_text(encoding="utf-8")
    (tmp_path / "lab.csv").write_text(content + content.splitlines()[1] + "\n", encoding="utf-8")
    changed = map_extract(file, refuse=False, progress=progress)
    assert not changed.was_unchanged
    assert [step for step in read if step.startswith("read")] == ["read lab"]


def test_long_steps_tell_how_far_they_are_and_what_they_took(tmp_path, monkeypatch, capsys):
    told = []

    def progress(step, rows, seconds):
        told.append((step, rows, seconds is not None))
        print_progress(step, rows, seconds)

    map_extract(write_hospital(tmp_path, lab=[RESULT, RESULT]), progress=progress)
    assert told.index(("read lab", 2, False)) < told.index(("read lab", 2, True))
    assert ("map lab", None, False) in told and ("write lab", None, False) in told
    finished = [(step, rows) for step, rows, is_done in told if is_done]
    assert finished == [
        *(("read patient", 2), ("read prescription", 1), ("read lab", 2)),
        *(("map", 5), ("write", 5)),
    ]
    assert len(capsys.readouterr().err.splitlines()) == len(finished)  # no terminal: no more
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_progress("read lab", 2, None)
    assert capsys.readouterr().err.endswith("...\r")


def test_a_column_that_is_not_there_is_told_with_the_nearest(tmp_path):
    file = write_hospital(tmp_path)
    text = file.read_text(encoding="utf-8").replace('result = "result"', 'result = "reslt"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"lab\.csv: column reslt: not there.*\"result\""):
        map_extract(file)
    assert not (tmp_path / "extract").exists()


def test_a_folder_that_is_no_extract_of_a_mapping_is_not_replaced(tmp_path):
    file = write_hospital(tmp_path)
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="not the folder of an earlier run"):
        map_extract(file)


def test_names_of_few_patients_are_told_nowhere(tmp_path):
    rows = [RESULT | {"test": "张三的检查"}, RESULT | {"test": "张三的检查", "at": "2015-03-03"}]
    found = mapped(tmp_path, lab=rows)
    assert found.account.unmapped_names == []
    assert "张三" not in (found.folder / "mapping_manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("prescription", ORDER | {"drug": "张三的药"}),
        ("lab", RESULT | {"test": "张三的检查"}),
        ("diagnosis", {"text": "张三的病", "on": "2015-03-01"}),
        ("procedure", {"text": "张三的手术", "on": "2015-03-01"}),
    ],
)
def test_one_patient_whose_identifier_is_written_in_many_ways_is_few(tmp_path, table, row):
    ways = ["P1", "ID:P1", "id：P1", "编号:P1", "no.:P1", "P 1"]
    found = mapped(tmp_path, **{table: [row | {"id": way} for way in ways]})
    assert found.account.unmapped_names == []
    others = [row | {"id": f"P{n}"} for n in range(2, 6)]
    many = mapped(tmp_path, **{table: [row | {"id": way} for way in ways] + others})
    (told,) = many.account.unmapped_names
    assert told["rows"] == len(ways) + len(others)


def test_an_operator_in_a_column_of_its_own_is_read_once_a_table(tmp_path):
    keys = {}
    for name in ("lab", "lab_2"):
        keys[name] = {"columns": TABLES["lab"] | {"operator": "specimen"}}
        del keys[name]["columns"]["specimen"]
    rows = [RESULT | {"specimen": "<"}]
    again = [RESULT | {"specimen": "<", "at": "2016-02-27"}]
    found = mapped(tmp_path, keys, lab=rows, lab_2=again)
    assert len(extract_rows(found, "lab")) == 2


def test_words_that_programs_write_for_nothing_are_nothing(tmp_path):
    people = [PATIENTS[0] | {"id": "P3", "born": "NULL"}, *PATIENTS]
    rows = [RESULT | {"unit": "NA"}, RESULT | {"at": "NaT"}, RESULT | {"result": "NaN"}]
    found = mapped(tmp_path, patient=people, lab=rows)
    assert [row["birth_date"] for row in extract_rows(found, "patient")][0] is None
    assert reasons(found, "lab") == {"missing_date": 1, "missing_value": 1}
    assert extract_rows(found, "lab")[0]["unit"] is None


def test_units_of_few_patients_are_told_by_no_name(tmp_path):
    rows = [RESULT | {"unit": "张三的单位", "at": f"2015-03-{day:02}"} for day in range(1, 10)]
    found = mapped(tmp_path, lab=[*rows, RESULT | {"unit": "李四"}])
    (unit,) = found.account.units
    assert unit == {
        "test": "serum_creatinine",
        "unit": "units of few patients",
        "code_name": "",
        "assumed": False,
        "rows": 10,
        "censored": 0,
    }
    manifest = (found.folder / "mapping_manifest.json").read_text(encoding="utf-8")
    assert "张三" not in manifest and "李四" not in manifest


def test_a_strength_that_is_no_number_is_unknown(tmp_path):
    for amount in ("1/0", "1e999999999", "nan", "一", ""):
        folder = tmp_path / (amount.replace("/", "") or "none")
        folder.mkdir()
        file = write_hospital(folder, prescription=[order(strength="")])
        (folder / "strength.csv").write_text(f"c,a,u\n1,{amount},mg\n", encoding="utf-8")
        source = 'path = "strength.csv", format = "text", encoding = "utf-8", delimiter = ","'
        told = 'columns = { code = "c", amount = "a", amount_unit = "u" }'
        table = f'\n[[table]]\nname = "strength"\nto = "strength"\n{told}\n'
        table += f"source = {{ {source}, quote = '\"', header_row = 1 }}\n"
        text = (
            file.read_text(encoding="utf-8")
            .replace('drug = "drug"', 'drug = "drug"\ncode = "no"')
            .replace('to = "prescription"', 'to = "prescription"\ncode_system = "RxNorm"')
        )
        file.write_text(text + table, encoding="utf-8")
        found = map_extract(file, refuse=False)
        assert len(extract_rows(found, "prescription")) == 1


def test_an_extract_of_which_a_file_is_gone_is_made_again(tmp_path):
    file = write_hospital(tmp_path)
    found = map_extract(file, refuse=False)
    (found.folder / "lab.parquet").unlink()
    (found.folder / "mapping_manifest.json").write_text("not json", encoding="utf-8")
    assert not map_extract(file, refuse=False).was_unchanged
    Extract.open(found.folder)


def of_age(folder, age, *seen):
    """The births that a patient gets who was of one age on several days."""
    columns = {"patient_id": "id", "sex": "sex", "seen_date": "born"}
    keys = {"patient": {"columns": columns, "constants": {"age": age}}}
    rows = [{"id": "P1", "sex": "女", "born": day} for day in seen]
    found = mapped(folder, keys, patient=rows)
    return [row["birth_date"] for row in extract_rows(found, "patient")], found


def test_a_birth_is_reckoned_from_ages_as_their_median(tmp_path):
    births, found = of_age(tmp_path, "34岁", "2015-01-01", "2015/3/2 上午8:30", "2015-11-01")
    assert births == [date(1980, 8, 31)]
    assert found.account.patients["births_assumed"] == 1


def test_an_age_years_apart_from_the_others_is_of_another_birth(tmp_path):
    births, found = of_age(tmp_path, "34岁", "2015-01-01", "2015-03-02", "2017-11-01")
    assert births == [date(1980, 8, 31), date(1983, 5, 3)]


def test_an_age_that_is_none_tells_no_birth(tmp_path):
    births, found = of_age(tmp_path, "成人", "2015-01-01")
    assert births == [None]
    assert found.account.patients["birthless"] == 1


def test_an_age_without_its_day_is_refused(tmp_path):
    columns = {"patient_id": "id", "sex": "sex", "age": "born"}
    with pytest.raises(UserError, match="age needs seen_date"):
        mapped(tmp_path, {"patient": {"columns": columns}})


def test_a_column_beside_a_diagnosis_doubts_its_words_and_its_code(tmp_path):
    columns = {"patient_id": "id", "diagnosis": "text", "certainty": "icd", "diagnosis_date": "on"}
    rows = [
        {"id": "P1", "text": "狼疮性肾炎", "icd": "疑诊", "on": "2015-02-01"},
        {"id": "P1", "text": "高血压", "icd": "确诊", "on": "2015-02-02"},
        {"id": "P1", "text": "糖尿病", "icd": "", "on": "2015-02-03"},
        {"id": "P1", "text": "干燥综合征?", "icd": "确诊", "on": "2015-02-04"},
        {"id": "P2", "text": "M32.14", "icd": "1", "on": "2015-02-05"},
    ]
    found = mapped(tmp_path, {"diagnosis": {"columns": columns}}, diagnosis=rows)
    concepts = [row["concept"] for row in extract_rows(found, "diagnosis")]
    assert sorted(concepts) == ["diabetes", "hypertension"]
    assert reasons(found, "diagnosis") == {"ruled_out_or_doubted": 3}


def test_codes_of_certainty_are_what_the_mapping_says(tmp_path):
    columns = {"patient_id": "id", "diagnosis": "text", "certainty": "icd", "diagnosis_date": "on"}
    rows = [
        {"id": "P1", "text": "狼疮性肾炎", "icd": "0", "on": "2015-02-01"},
        {"id": "P2", "text": "狼疮性肾炎", "icd": "1", "on": "2015-02-01"},
    ]
    values = {"certainty": {"1": "疑诊", "0": "确诊"}}
    found = mapped(tmp_path, {"diagnosis": {"columns": columns, "values": values}}, diagnosis=rows)
    assert [row["patient_id"] for row in extract_rows(found, "diagnosis")] == ["P1"]


FILLS = [order(no=f"A{month}", start=f"2015-{month:02}-01") for month in range(1, 7)]


def fills_later(days, rows=FILLS):
    """The same fills some days later, as another table has them."""
    return [row | {"start": f"{row['start'][:8]}{1 + days:02}"} for row in rows]


@pytest.mark.parametrize(("days", "used"), [(1, 6), (3, 6), (4, 12)])
def test_what_is_dispensed_days_after_its_prescription_in_another_table_counts_once(
    tmp_path, days, used
):
    found = mapped(tmp_path, prescription=FILLS, prescription_2=fills_later(days))
    rows = extract_rows(found, "prescription")
    assert len(rows) == used
    assert {row["start_date"].day for row in rows} >= {1}
    told = {"same_supply_in_another_table": 6} if used == 6 else {}
    assert reasons(found, "prescription_2") == told


def test_a_refund_takes_back_both_of_a_supply_that_stands_in_two_tables_days_apart(tmp_path):
    given_back = order(no="R", start="2015-02-03", quantity="-1")
    dispensed = [*fills_later(1), given_back]
    found = mapped(tmp_path, prescription=FILLS, prescription_2=dispensed)
    months = [row["start_date"].month for row in extract_rows(found, "prescription")]
    assert sorted(months) == [1, 3, 4, 5, 6]


def test_tables_that_share_few_supplies_have_each_their_own(tmp_path):
    others = [order(no=f"B{day}", id="P2", start=f"2015-0{1 + day}-10") for day in range(5)]
    dispensed = [*fills_later(2, FILLS[:2]), *others]
    found = mapped(tmp_path, prescription=FILLS, prescription_2=dispensed)
    assert len(extract_rows(found, "prescription")) == 13


def test_two_boxes_on_two_days_need_two_prescriptions_to_be_the_same(tmp_path):
    dispensed = [*fills_later(1), order(no="C", start="2015-03-03")]
    found = mapped(tmp_path, prescription=FILLS, prescription_2=dispensed)
    assert len(extract_rows(found, "prescription")) == 7


def test_a_diagnosis_without_a_day_is_of_the_first_day_of_its_visit(tmp_path):
    columns = {"patient_id": "id", "encounter_id": "icd", "diagnosis": "text"}
    visits = [
        {"id": "P1", "no": "V1", "in": "2015-02-01", "out": "2015-02-09"},
        {"id": "P1", "no": "V2", "in": "2016-02-01", "out": "2016-02-09"},
        {"id": "P2", "no": "V1", "in": "2017-02-01", "out": "2017-02-09"},
    ]
    rows = [
        {"id": "P1", "icd": "V2", "text": "狼疮性肾炎"},
        {"id": "P2", "icd": "V1", "text": "高血压"},
        {"id": "P2", "icd": "V9", "text": "糖尿病"},
        {"id": "P2", "icd": "", "text": "糖尿病"},
    ]
    keys = {"diagnosis": {"columns": columns}}
    tables = TABLES["encounter"] | {"encounter_id": "no"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TABLES, "encounter", tables)
        found = mapped(tmp_path, keys, diagnosis=rows, encounter=visits)
    told = {
        (r["patient_id"], r["concept"], r["diagnosis_date"])
        for r in extract_rows(found, "diagnosis")
    }
    assert told == {
        ("P1", "lupus_nephritis", date(2016, 2, 1)),
        ("P2", "hypertension", date(2017, 2, 1)),
    }
    assert reasons(found, "diagnosis") == {"missing_date": 2}


def test_a_result_is_used_rejected_unmapped_or_out_of_scope(tmp_path):
    labs = [
        RESULT,
        RESULT | {"test": "没有这项"},
        RESULT | {"test": "没有这项", "at": ""},
        RESULT | {"test": "血型"},
        RESULT | {"at": ""},
        RESULT | {"result": "阴性"},
    ]
    found = mapped(tmp_path, {"names": {"lab": {"血型": "-"}}}, lab=labs)
    (table,) = (table for table in found.account.tables if table["name"] == "lab")
    fates = [table[fate] for fate in ("used", "rejected", "unmapped", "out_of_scope")]
    assert fates == [1, 2, 2, 1]
    assert reasons(found, "lab") == {
        "unknown_name": 2,
        "ignored_name": 1,
        "missing_date": 1,
        "grade_is_no_amount": 1,
    }
