"""What a folder's tables are taken for, and what is asked where their texts do not tell."""

import csv

import pytest

from lncohort.mapping.guess import answered, guess_folder, mapping_source
from lncohort.sources import find_tables

PEOPLE = [{"病案号": f"000{n}", "性别": "女", "出生日期": "1980/3/5"} for n in range(100, 160)]
IDS = [person["病案号"] for person in PEOPLE]
ORDERS = [
    {"病案号": number, "药品名称": "他克莫司胶囊", "用法用量": "1mg bid", "开方日期": "2015-03-01"}
    for number in IDS
]
RESULTS = [
    {"病案号": number, "检验项目": "肌酐", "结果": "88", "单位": "umol/L", "采样时间": "2015-02-01"}
    for number in IDS
]


def guessed(folder, **tables):
    """The guess of a folder with a patient table and the tables given."""
    for name, rows in ({"患者": PEOPLE} | tables).items():
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return guess_folder(folder, find_tables(folder))


def of(guess, target):
    """The one table of a target."""
    (table,) = [table for table in guess.tables if table.target == target]
    return table


def columns(table):
    return {role: played.column.name for role, played in table.played.items()}


def questions(table):
    return {question.about for question in table.questions}


def with_column(rows, name, *texts):
    return [row | {name: texts[i % len(texts)]} for i, row in enumerate(rows)]


def test_tables_of_a_second_campus_are_found_beside_those_of_the_first(tmp_path):
    second = [{"登记号": f"E{n}", "性别": "男", "出生日期": "1970-01-01"} for n in range(40)]
    rows = [{**row, "病案号": f"E{i}"} for i, row in enumerate(ORDERS[:40])]
    guess = guessed(tmp_path, 东院患者=second, 东院处方=rows, 处方=ORDERS)
    assert [table.target for table in guess.tables].count("patient") == 2
    assert [table.target for table in guess.tables].count("prescription") == 2


def test_a_table_of_links_is_found_though_its_old_identifiers_are_not_known(tmp_path):
    links = [{"旧病案号": f"9{n}", "主病案号": number} for n, number in enumerate(IDS)]
    table = of(guessed(tmp_path, 对照=links), "patient_link")
    assert columns(table) == {"patient_id": "旧病案号", "same_as": "主病案号"}


def test_births_given_as_months_stand_for_their_middle(tmp_path):
    people = [{"登记号": f"E{n}", "性别": "男", "出生年月": "1980-05"} for n in range(40)]
    guess = guessed(tmp_path, 东院患者=people)
    days = {table.spec.path: table.day_of_month for table in guess.tables}
    assert days == {"东院患者.csv": 15, "患者.csv": None}
    assert "day_of_month = 15" in mapping_source(guess, "h", ".")


def test_how_sure_a_diagnosis_is_stands_in_a_column_of_its_own(tmp_path):
    rows = [
        {"病人ID": f"P{n}", "诊断名称": "狼疮性肾炎", "诊断状态": state, "诊断日期": "2015-01-02"}
        for n, state in enumerate(("确诊", "疑似", "已排除", "确诊"))
    ]
    told = columns(of(guessed(tmp_path, 诊断=rows), "diagnosis"))
    assert told["certainty"] == "诊断状态"


def test_dialysis_is_a_procedure_and_not_a_diagnosis(tmp_path):
    rows = [{"病案号": n, "治疗方式": "血液透析", "治疗日期": "2016-01-02"} for n in IDS]
    assert [t.target for t in guessed(tmp_path, 透析记录=rows).tables] == ["patient", "procedure"]


def test_an_amount_that_might_be_a_strength_is_none_without_a_header_that_says_so(tmp_path):
    rows = with_column(ORDERS, "备用", "0.5g", "0.8g")
    assert "strength" not in columns(of(guessed(tmp_path, 处方=rows), "prescription"))


def test_times_of_the_half_day_are_dates(tmp_path):
    rows = [
        row | {"开方日期": ("2015/3/5 上午 8:30:00", "2015年3月5日08:30:00")[n % 2]}
        for n, row in enumerate(ORDERS)
    ]
    assert columns(of(guessed(tmp_path, 处方=rows), "prescription"))["start_date"] == "开方日期"


def test_a_patient_and_a_day_alone_are_no_stay(tmp_path):
    rows = [{"病案号": number, "日期": "2015-02-01", "金额": "88"} for number in IDS]
    assert "encounter" not in {table.target for table in guessed(tmp_path, 费用=rows).tables}


def test_formats_that_read_in_one_way_only_are_not_named_so_that_rare_ones_are_read_too(tmp_path):
    rows = [row | {"采样时间": f"2015-02-{i % 28 + 1:02} 08:00"} for i, row in enumerate(RESULTS)]
    assert of(guessed(tmp_path, 检验=rows), "lab").date_formats == ()
    rows = [row | {"采样时间": f"{i % 28 + 1:02}.02.2015"} for i, row in enumerate(RESULTS)]
    assert of(guessed(tmp_path, 检验=rows), "lab").date_formats == ("%d.%m.%Y",)


def test_the_kind_of_an_order_is_no_directions_but_tells_the_ward(tmp_path):
    rows = with_column(with_column(ORDERS, "医嘱类型", "长期医嘱", "临时医嘱"), "住院次数", "1")
    table = of(guessed(tmp_path, orders=rows), "prescription")
    assert columns(table)["directions"] == "用法用量"
    assert columns(table)["order_type"] == "医嘱类型"
    assert table.inpatient
    assert not of(guessed(tmp_path, 门诊处方=ORDERS, orders=PEOPLE), "prescription").inpatient


def test_what_a_quantity_is_counted_in_is_asked_and_the_answer_kept(tmp_path):
    rows = with_column(with_column(ORDERS, "数量", "2"), "规格", "1mg*50粒")
    table = of(guessed(tmp_path, 处方=rows), "prescription")
    (question,) = table.questions
    assert question.about == "quantity_unit"
    assert answered(table, question, "盒").constants == {"quantity_unit": "盒"}
    told = of(guessed(tmp_path, 处方=with_column(rows, "数量单位", "盒")), "prescription")
    assert questions(told) == set()


def test_a_file_of_what_was_given_back_is_told_by_its_name(tmp_path):
    rows = with_column(with_column(ORDERS, "数量", "2"), "单位", "盒")
    assert of(guessed(tmp_path, 退药记录=rows), "prescription").refunds


@pytest.mark.parametrize(
    ("drug", "column", "asked"),
    [
        ("他克莫司胶囊", {}, True),
        ("他克莫司胶囊 1mg*50粒", {}, False),
        ("他克莫司胶囊", {"规格": "1mg*50粒"}, False),
        ("他克莫司胶囊", {"每日剂量": "2"}, False),
    ],
)
def test_strengths_are_asked_for_where_nothing_tells_them(tmp_path, drug, column, asked):
    rows = [row | {"药品名称": drug} | column for row in ORDERS]
    table = of(guessed(tmp_path, 处方=rows), "prescription")
    assert ("strength" in questions(table)) == asked


def test_the_unit_of_a_wide_column_is_asked_with_what_its_values_look_like(tmp_path):
    rows = [
        {"病案号": n, "日期": "2015-02-01", "血肌酐": f"0.{50 + i % 50}", "白蛋白(g/L)": "40"}
        for i, n in enumerate(IDS)
    ]
    table = of(guessed(tmp_path, 随访=rows), "lab")
    (question,) = table.questions
    assert question.text == "unit of 血肌酐 (serum_creatinine)? Its values look like mg/dL."
    assert answered(table, question, "mg/dL").wide[0].unit == "mg/dL"


def test_the_units_of_a_long_table_without_them_are_asked_for(tmp_path):
    rows = [{key: text for key, text in row.items() if key != "单位"} for row in RESULTS]
    assert questions(of(guessed(tmp_path, 检验=rows), "lab")) == {"units"}
    assert questions(of(guessed(tmp_path, 检验=RESULTS), "lab")) == set()


@pytest.mark.parametrize(
    ("codes", "system"),
    [(("L04AD02", "L04AA06"), "ATC"), (("YP00012", "YP00013"), None)],
)
def test_a_system_of_codes_is_told_by_its_codes_and_others_are_not_read(tmp_path, codes, system):
    guess = guessed(tmp_path, 处方=with_column(ORDERS, "药品编码", *codes))
    table = of(guess, "prescription")
    assert table.code_system == system
    assert ("code" in table.played) == (system is not None)
    assert ("code_system" in questions(table)) == (system is None)
    assert ("code_system = " in mapping_source(guess, "h", ".")) == (system is not None)


@pytest.mark.parametrize("code", ["M32.1+N08.5*", "M32.101†N08.5*", "I10.x00", "E11.900", "N04"])
def test_chinese_editions_of_the_icd_are_told(tmp_path, code):
    rows = [
        {"病案号": number, "诊断名称": "高血压", "诊断编码": code, "诊断日期": "2015-02-01"}
        for number in IDS
    ]
    assert of(guessed(tmp_path, 诊断=rows), "diagnosis").code_system == "ICD-10"


def test_no_value_of_a_patient_stands_in_the_mapping_file(tmp_path):
    source = mapping_source(guessed(tmp_path, 处方=ORDERS, 检验=RESULTS), "h", ".")
    assert "0001" not in source
    assert "9999" in source


def test_a_quantity_with_its_unit_is_one_and_no_class_of_a_biopsy(tmp_path):
    rows = with_column(ORDERS, "数量", "2盒", "-1盒", "4盒")
    guess = guessed(tmp_path, 处方=rows)
    table = of(guess, "prescription")
    assert columns(table)["quantity"] == "数量"
    assert "quantity_unit" not in questions(table)
    assert {found.target for found in guess.tables} == {"patient", "prescription"}


def test_numbers_without_a_header_that_says_so_are_no_class(tmp_path):
    rows = with_column(
        [{"病案号": n, "检查日期": "2015-03-01"} for n in IDS], "住院次", "1", "4", "5"
    )
    assert "biopsy" not in {found.target for found in guessed(tmp_path, 入院=rows).tables}


@pytest.mark.parametrize(
    ("header", "test", "unit"),
    [
        ("肌酐_umol/L", "serum_creatinine", "umol/L"),
        ("白蛋白 g/L", "serum_albumin", "g/L"),
        ("血红蛋白g/L", "haemoglobin", "g/L"),
        ("补体C3[g/L]", "complement_c3", "g/L"),
        ("eGFR(mL/(min·1.73m²))", "egfr", "mL/(min·1.73m²)"),
        ("血红蛋白(HGB)", "haemoglobin", None),
    ],
)
def test_a_wide_column_is_a_test_with_its_unit_however_they_are_joined(
    tmp_path, header, test, unit
):
    rows = [{"病案号": n, "日期": "2015-03-01", "血钾(mmol/L)": "4.1", header: "88"} for n in IDS]
    found = {
        wide.column.name: (wide.test, wide.unit)
        for wide in of(guessed(tmp_path, 化验=rows), "lab").wide
    }
    assert found[header] == (test, unit)


def test_columns_that_play_no_part_are_named(tmp_path):
    table = of(
        guessed(tmp_path, 处方=with_column(ORDERS, "开单医生备注", "无特殊")), "prescription"
    )
    assert table.unused == ("开单医生备注",)
    assert "# Columns that play no part: 开单医生备注" in mapping_source(
        guessed(tmp_path, 处方=with_column(ORDERS, "开单医生备注", "无特殊")), "h", "."
    )


def test_a_table_without_names_of_columns_is_asked_about_or_told(tmp_path):
    rows = [f"{number},Ⅳ型,2015年3月5日" for number in IDS]
    (tmp_path / "活检.csv").write_text("\n".join(rows), encoding="utf-8")
    words = [f"张三{n},肾内科,无" for n in range(60)]
    (tmp_path / "其他.csv").write_text("\n".join(words), encoding="utf-8")
    guess = guessed(tmp_path)
    assert "header_row" in questions(of(guess, "biopsy"))
    assert guess.unused == ["其他.csv (no row names its columns; write names above them)"]


def test_each_further_column_of_diagnoses_is_a_table_with_the_code_beside_it(tmp_path):
    rows = [
        {
            "病案号": number,
            "入院日期": "2015-03-01",
            "主要诊断": "狼疮性肾炎",
            "主要诊断编码": "M32.1+N08.5*",
            "其他诊断1": "高血压",
            "其他诊断编码1": "I10.x00",
            "其他诊断2": "2型糖尿病",
            "科室": "肾内科",
        }
        for number in IDS
    ]
    guess = guessed(tmp_path, 病案首页=rows)
    told = [columns(table) for table in guess.tables if table.target == "diagnosis"]
    assert [(table["diagnosis"], table.get("code")) for table in told] == [
        ("主要诊断", "主要诊断编码"),
        ("其他诊断1", "其他诊断编码1"),
        ("其他诊断2", None),
    ]
    assert {table["diagnosis_date"] for table in told} == {"入院日期"}


def test_the_column_whose_names_are_known_is_the_one_of_tests(tmp_path):
    rows = [{"检验项目": "生化全套", **row, "检验细项": row["检验项目"]} for row in RESULTS]
    rows = [row | {"检验项目": "生化全套"} for row in rows]
    assert columns(of(guessed(tmp_path, 检验=rows), "lab"))["test"] == "检验细项"


def test_a_first_row_that_may_be_of_a_patient_is_told_nowhere(tmp_path):
    rows = with_column(ORDERS, "张三丰13800001111", "无特殊")
    assert of(guessed(tmp_path, 处方=rows), "prescription").unused == ()


def test_codes_of_a_status_are_asked_about(tmp_path):
    rows = with_column(ORDERS, "作废标志", "0", "1")
    guess = guessed(tmp_path, 处方=rows)
    assert "status" in questions(of(guess, "prescription"))
    assert '# [table.values.status]\n# "1" = "作废"' in mapping_source(guess, "h", ".")
    words = guessed(tmp_path, 处方=with_column(ORDERS, "作废标志", "作废", "正常"))
    assert "status" not in questions(of(words, "prescription"))


def test_a_label_before_identifiers_is_no_loss_of_zeros(tmp_path):
    labelled = [row | {"病案号": f"ID:{row['病案号']}"} for row in ORDERS]
    guess = guessed(tmp_path, 处方=labelled)
    assert guess.leading_zeros == "keep"
    assert of(guess, "prescription").played["patient_id"].confidence > 0.9


def test_a_running_number_that_is_a_known_identifier_is_none(tmp_path):
    rows = [{"序号": str(n), **row} for n, row in enumerate(RESULTS, start=100)]
    rows = [row | {"病案号": f"MZ{i}"} if i % 3 else row for i, row in enumerate(rows)]
    table = of(guessed(tmp_path, 检验=rows), "lab")
    assert columns(table)["patient_id"] == "病案号"


def test_identifiers_of_another_numbering_do_not_hide_those_that_are_known(tmp_path):
    forms = ("000{}", "ID：000{}", "编号: 000{} ", "０００{}")
    rows = [row | {"就诊卡号": form.format(row["病案号"][3:])} for row in RESULTS for form in forms]
    rows += [row | {"就诊卡号": f"MZ{n}"} for n, row in enumerate(RESULTS * 4) for _ in range(3)]
    for row in rows:
        del row["病案号"]
    guess = guessed(tmp_path, 检验=rows)
    identifier = of(guess, "lab").played["patient_id"]
    assert (identifier.column.name, guess.leading_zeros) == ("就诊卡号", "keep")
    assert identifier.confidence > 0.55  # 0.45 where none was known


def test_a_table_of_other_numbers_is_one_of_links(tmp_path):
    links = [
        {"患者ID": number, "其他号": f"MZ{n}", "号类型": "门诊号"} for n, number in enumerate(IDS)
    ]
    table = of(guessed(tmp_path, 号码对照表=links), "patient_link")
    assert columns(table) == {"patient_id": "其他号", "same_as": "患者ID"}


def test_a_day_of_entry_is_no_day_of_death_of_birth_or_of_a_stop(tmp_path):
    entered = with_column(PEOPLE, "建档日期", "2015-03-01")
    orders = with_column(ORDERS, "审核时间", "2015-03-02")
    guess = guessed(tmp_path, 患者=entered, 处方=orders)
    assert "death_date" not in columns(of(guess, "patient"))
    assert "end_date" not in columns(of(guess, "prescription"))


VISITS = [
    {
        "病案号": number,
        "性别": "女",
        "年龄": "34岁",
        "就诊日期": "2015-03-01",
        "出院日期": "2015-03-09",
    }
    for number in IDS
]


def test_births_are_reckoned_from_ages_where_none_are_given(tmp_path):
    people = [{"病案号": number, "姓名": "某"} for number in IDS]
    table = of(guessed(tmp_path, 患者=people, 就诊=VISITS, 检验=RESULTS), "patient")
    assert columns(table) == {
        "patient_id": "病案号", "sex": "性别", "age": "年龄", "seen_date": "就诊日期"
    }  # fmt: skip


def test_ages_beside_results_make_no_patients_where_births_are_given(tmp_path):
    results = with_column(with_column(RESULTS, "性别", "女"), "年龄", "34岁")
    table = of(guessed(tmp_path, 检验=results, 就诊=VISITS), "patient")
    assert columns(table)["birth_date"] == "出生日期"


def test_of_two_tables_with_ages_one_counts(tmp_path):
    people = [{"病案号": number, "姓名": "某"} for number in IDS]
    results = with_column(with_column(RESULTS, "性别", "女"), "年龄", "34岁")
    of(guessed(tmp_path, 患者=people, 检验=results, 就诊=VISITS), "patient")


def test_the_name_of_a_file_of_orders_tells_how_long_they_last(tmp_path):
    guess = guessed(tmp_path, 长期医嘱=ORDERS, 临时医嘱=ORDERS, 出院带药=ORDERS, 临时处方=ORDERS)
    orders = {t.spec.path: t for t in guess.tables if t.target == "prescription"}
    assert {path: table.constants.get("order_type") for path, table in orders.items()} == {
        "长期医嘱.csv": "长期", "临时医嘱.csv": "临时", "出院带药.csv": "出院带药", "临时处方.csv": None
    }  # fmt: skip
    assert {path for path, table in orders.items() if table.inpatient} == {
        "长期医嘱.csv", "临时医嘱.csv"
    }  # fmt: skip


def test_a_column_tells_the_kind_of_an_order_before_the_name_of_the_file(tmp_path):
    orders = with_column(ORDERS, "医嘱类型", "长期", "临时")
    table = of(guessed(tmp_path, 长期医嘱=orders), "prescription")
    assert table.constants == {} and columns(table)["order_type"] == "医嘱类型"


def test_a_number_of_a_stay_that_another_patient_has_as_identifier_is_no_link(tmp_path):
    reports = [
        {"病案号": number, "住院号": IDS[-1 - n], "报告日期": "2015-03-01", "病理诊断": "LN IV型"}
        for n, number in enumerate(IDS)
    ]
    guess = guessed(tmp_path, 病理=reports)
    assert "patient_link" not in [table.target for table in guess.tables]
    merged = [{"旧病案号": IDS[-1 - n], "主病案号": number} for n, number in enumerate(IDS[:20])]
    of(guessed(tmp_path, 合并=merged), "patient_link")


DIAGNOSES = [
    {"病案号": number, "诊断名称": "狼疮性肾炎", "诊断时间": "2015-03-01", "主要诊断标志": "1"}
    for number in IDS
]


def test_doubt_in_a_column_of_its_own_is_read_and_asked_for_where_it_is_in_codes(tmp_path):
    words = of(
        guessed(tmp_path, 诊断=with_column(DIAGNOSES, "诊断状态", "确诊", "疑诊")), "diagnosis"
    )
    assert columns(words)["certainty"] == "诊断状态" and questions(words) == set()
    codes = of(guessed(tmp_path, 诊断=with_column(DIAGNOSES, "疑诊标志", "0", "1")), "diagnosis")
    assert columns(codes)["certainty"] == "疑诊标志" and questions(codes) == {"certainty"}
    plain = of(guessed(tmp_path, 诊断=DIAGNOSES), "diagnosis")
    assert "certainty" not in columns(plain)


def test_the_end_of_a_visit_is_a_discharge(tmp_path):
    visits = [
        {
            "病案号": number,
            "就诊号": "1",
            "就诊开始时间": "2015-03-01",
            "就诊结束时间": "2015-03-09",
        }
        for number in IDS
    ]
    assert (
        columns(of(guessed(tmp_path, 就诊信息=visits), "encounter"))["end_date"] == "就诊结束时间"
    )


def test_a_number_of_a_patient_behind_a_letter_is_no_code_of_a_disease(tmp_path):
    people = [
        person | {"门诊号": f"M32{10000 + n}", "入院日期": "2015-03-01"}
        for n, person in enumerate(PEOPLE)
    ]
    guess = guessed(tmp_path, 患者=people)
    assert "diagnosis" not in [table.target for table in guess.tables]


CHARGES = [
    {"病案号": number, "药品名称": "他克莫司胶囊", "规格": "0.5mg*50粒", "数量": "4", "单位": "粒"}
    | {"收费日期": f"2015-03-{1 + n % 9:02}"}
    for n, number in enumerate(IDS)
]


def test_what_is_charged_day_by_day_on_a_ward_is_no_order_until_discharge(tmp_path):
    table = of(guessed(tmp_path, 住院收费明细=CHARGES), "prescription")
    assert not table.inpatient
    assert questions(table) == {"days_supply"}


def test_columns_of_several_visits_are_each_of_their_own_day(tmp_path):
    rows = [
        {"病案号": number, "入组日期": "2015-01-01", "肌酐(umol/L)": "88", "白蛋白(g/L)": "30"}
        | {"随访1日期": "2015-04-01", "随访1肌酐(umol/L)": "80", "随访1 24小时尿蛋白(g/24h)": "1.5"}
        | {
            "随访12日期": "2016-04-01",
            "随访12肌酐(umol/L)": "70",
            "随访12SLEDAI": "4",
            "随访1SLEDAI": "8",
        }
        for number in IDS
    ]
    guess = guessed(tmp_path, 随访表=rows)
    days = {
        columns(table)["sample_date"]: {test.column.name for test in table.wide}
        for table in guess.tables
        if table.target == "lab"
    }
    assert days == {
        "入组日期": {"肌酐(umol/L)", "白蛋白(g/L)"},
        "随访1日期": {"随访1肌酐(umol/L)", "随访1 24小时尿蛋白(g/24h)"},
        "随访12日期": {"随访12肌酐(umol/L)"},
    }
    scores = {
        columns(t)["assessment_date"]: columns(t)["score"]
        for t in guess.tables
        if t.target == "assessment"
    }
    assert scores == {"随访1日期": "随访1SLEDAI", "随访12日期": "随访12SLEDAI"}


def test_columns_of_one_test_whose_days_are_not_told_are_asked_for_and_not_read(tmp_path):
    rows = [
        {"病案号": number, "入组日期": "2015-01-01", "血红蛋白(g/L)": "99", "白蛋白(g/L)": "30"}
        | {"24小时尿蛋白_3月(g/24h)": "1.5", "24小时尿蛋白_6月(g/24h)": "0.5"}
        for number in IDS
    ]
    table = of(guessed(tmp_path, 随访表=rows), "lab")
    assert {test.test for test in table.wide} == {"haemoglobin", "serum_albumin"}
    assert questions(table) == {"wide"}


def test_diagnoses_without_a_day_are_those_of_their_visits(tmp_path):
    rows = [{"病案号": n, "就诊号": f"V{n}", "诊断名称": "狼疮性肾炎"} for n in IDS]
    table = of(guessed(tmp_path, 诊断明细=rows), "diagnosis")
    assert columns(table) == {
        "patient_id": "病案号",
        "encounter_id": "就诊号",
        "diagnosis": "诊断名称",
    }


STAYS = [{"病案号": number, "入院日期": "2015-03-01", "出院日期": "2015-03-09"} for number in IDS]


def test_a_stay_that_ended_in_death_tells_its_day(tmp_path):
    guess = guessed(tmp_path, 病案首页=with_column(STAYS, "离院方式", "医嘱离院", "5.死亡", "死亡"))
    table = of(guess, "death")
    assert columns(table) == {"patient_id": "病案号", "death_date": "出院日期"}
    assert table.keep == {"离院方式": ("5.死亡", "死亡")}
    assert 'to = "death"' in mapping_source(guess, "x", ".")
    assert '"离院方式" = ["5.死亡", "死亡"]' in mapping_source(guess, "x", ".")


def test_ways_to_end_a_stay_in_codes_are_asked_for(tmp_path):
    guess = guessed(tmp_path, 病案首页=with_column(STAYS, "离院方式", "1", "5"))
    assert questions(of(guess, "encounter")) == {"death"}
    assert "death" not in {table.target for table in guess.tables}


def test_no_death_is_found_where_none_ended_a_stay(tmp_path):
    guess = guessed(tmp_path, 病案首页=with_column(STAYS, "离院方式", "医嘱离院", "未亡"))
    assert "death" not in {table.target for table in guess.tables}


def test_dialysis_among_charges_is_a_procedure(tmp_path):
    charges = with_column(CHARGES, "药品名称", "他克莫司胶囊", "血液透析滤过", "床位费", "阿司匹林")
    guess = guessed(tmp_path, 收费明细=with_column(charges, "状态", "已收费", "已退费"))
    table = of(guess, "procedure")
    assert columns(table) == {
        "patient_id": "病案号", "procedure": "药品名称", "procedure_date": "收费日期"
    }  # fmt: skip
    assert table.keep == {"药品名称": ("血液透析滤过",), "状态": ("已收费",)}
    guess = guessed(tmp_path, 收费明细=CHARGES)
    assert "procedure" not in {table.target for table in guess.tables}


def test_columns_called_by_the_beginnings_of_their_syllables_are_found(tmp_path):
    def called(rows, **names):
        return [{names[column]: text for column, text in row.items()} for row in rows]

    people = called(PEOPLE, 病案号="BRID", 性别="XB", 出生日期="CSRQ")
    orders = called(
        with_column(with_column(ORDERS, "医嘱类型", "长期", "临时"), "停止时间", "2015-03-09"),
        **{"病案号": "BRID", "药品名称": "YPMC", "用法用量": "YFYL", "开方日期": "KSSJ"},
        **{"医嘱类型": "YZLB", "停止时间": "TZSJ"},
    )
    results = called(RESULTS, 病案号="BRID", 检验项目="XMMC", 结果="JG", 单位="DW", 采样时间="CYSJ")
    guess = guessed(tmp_path, 患者=people, YZK=orders, JYJG=results)
    assert columns(of(guess, "patient")) == {
        "patient_id": "BRID", "sex": "XB", "birth_date": "CSRQ"
    }  # fmt: skip
    table = of(guess, "prescription")
    assert columns(table) == {
        "patient_id": "BRID", "drug": "YPMC", "directions": "YFYL", "start_date": "KSSJ",
        "end_date": "TZSJ", "order_type": "YZLB",
    }  # fmt: skip
    assert table.inpatient
    assert columns(of(guess, "lab")) == {
        "patient_id": "BRID", "test": "XMMC", "result": "JG", "unit": "DW", "sample_date": "CYSJ"
    }  # fmt: skip


def test_cancelled_reports_are_not_kept(tmp_path):
    table = of(
        guessed(tmp_path, 检验=with_column(RESULTS, "报告状态", "已审核", "作废", "未审核")), "lab"
    )
    assert table.keep == {"报告状态": ("", "已审核")}
    table = of(guessed(tmp_path, 检验=with_column(RESULTS, "作废标志", "0", "1")), "lab")
    assert table.keep == {} and questions(table) == {"keep"}
    table = of(guessed(tmp_path, 检验=with_column(RESULTS, "报告状态", "已审核", "已发布")), "lab")
    assert table.keep == {} and questions(table) == set()


def test_a_procedure_that_few_rows_name_is_not_written_into_the_mapping_file(tmp_path):
    charges = [
        row | {"药品名称": "张三血液透析"} if n < 3 else row for n, row in enumerate(CHARGES)
    ]
    assert "张三" not in mapping_source(guessed(tmp_path, 收费明细=charges), "x", ".")


def test_a_daily_dose_that_does_not_say_its_unit_is_asked_for(tmp_path):
    for header, text, asked in (
        ("日剂量", "1.5", True),
        ("日剂量", "1.5mg", False),
        ("日剂量(mg)", "1.5", False),
    ):
        orders = with_column(ORDERS, header, text)
        table = of(guessed(tmp_path, 处方=orders), "prescription")
        assert columns(table)["daily_dose_mg"] == header
        assert ("daily_dose_mg" in questions(table)) is asked


def test_a_panel_stands_in_for_a_specimen_that_no_column_tells(tmp_path):
    panels = with_column(RESULTS, "检验套餐", "肾功能", "尿蛋白肌酐比", "免疫五项", "电解质")
    table = of(guessed(tmp_path, 检验=panels), "lab")
    assert columns(table)["specimen"] == "检验套餐" and columns(table)["test"] == "检验项目"
    table = of(guessed(tmp_path, 检验=with_column(panels, "标本", "血清", "尿")), "lab")
    assert columns(table)["specimen"] == "标本"
