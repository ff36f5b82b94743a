"""Header and footer are told from data: a row of data lost as one of them is a patient lost."""

import pytest

from lncohort.sources.layout import distinct_names, find_header, footer_rows, header_of

DATA = [["P001", "2020-01-02", "肌酐", "88.5"], ["P002", "2020-02-03", "白蛋白", "31"]]
NAMES = ["id", "date", "item", "value"]


@pytest.mark.parametrize(
    ("above", "index"),
    [
        ([NAMES], 0),
        ([["某医院检验科"], NAMES], 1),
        ([["某医院", "", "", ""], [], ["导出", "2024-01-01", "", ""], NAMES], 3),
        ([["id", "2019", "2020", "value"]], 0),
        ([], None),
    ],
)
def test_the_header_is_the_first_full_row_that_is_no_data(above, index):
    rows = [*above, *DATA]
    assert find_header(rows) == index


def test_a_row_of_texts_that_come_again_below_is_data():
    rows = [["P1", "肌酐", "高"], ["P2", "肌酐", "低"], ["P3", "白蛋白", "高"]]
    assert find_header(rows) is None
    assert find_header([["编号", "项目", "结果"], *rows]) == 0


def test_a_row_that_differs_from_those_below_in_its_figures_alone_is_data():
    rows = [[f"P{n:04d}", f"病人{'甲乙丙丁'[n % 4]}{n}", f"医生{n}写的话"] for n in range(17, 21)]
    assert find_header(rows) is None
    assert find_header([["P号", "姓名", "备注1"], *rows]) == 0
    assert find_header([["Q1", "Q2", "Q3"], ["是", "否", "否"], ["否", "否", "是"]]) == 0


def test_a_header_written_twice_is_a_header():
    assert find_header([NAMES, *DATA, NAMES, *DATA]) == 0


def test_fields_beyond_the_header_get_a_number_and_are_told():
    header = header_of([["a", "b"], ["1", "2", "3"], ["1", "2", "3"]], 0)
    assert header.names == ("a", "b", "column_3")
    assert "3 fields, the header 2" in header.notes[-1]


def test_blank_names_beyond_the_rows_are_no_columns():
    assert header_of([["a", "b", "", ""], ["1", "2"], ["3", "4"]], 0).names == ("a", "b")


def test_distinct_names_do_not_run_into_one_another():
    assert distinct_names(["a", "A", "a_2", "a", "source_row"]) == (
        "a", "A_3", "a_2", "a_4", "source_row_2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("last", "count"),
    [
        ([["合计", "", "", "2"]], 1),
        ([["总计:2"]], 1),
        ([["Total", "", "", "119.5"], [""], ["Printed by the laboratory"]], 2),
        ([["共 2 条记录"]], 1),
        ([["(2 rows affected)"]], 1),
        ([["----------"], ["制表人: 某"]], 2),
        ([["P003"]], 0),
        ([["P003", "", "", ""]], 0),
        ([["合计", "2020-01-01", "肌酐", "3"]], 0),
        ([["P003", "2020-01-01"]], 0),
        ([], 0),
    ],
)
def test_a_footer_is_told_from_a_row_of_data(last, count):
    assert footer_rows([*DATA, *last], 4, cut_off=False) == count


def test_a_lone_cell_where_the_file_is_cut_off_is_what_is_left_of_a_row():
    assert footer_rows([*DATA, ["Q"]], 4, cut_off=True) == 0
    assert footer_rows([*DATA, ["合计"]], 4, cut_off=True) == 1


def test_a_row_of_names_that_runs_into_the_first_row_of_data_is_no_header():
    below = [["P2", "x", "80", "81"], ["P3", "y", "70", "71"]]
    assert find_header([["id", "test", "result", "again\n(g/L)"], *below]) == 0
    assert find_header([["id", 'test"\nP1', "x", "80"], *below]) is None


GROUPED = [
    ["肾内科汇总", None, None, None, None, None],
    ["住院号", "检验日期", "肾功能", None, "尿液", None],
    [None, None, "肌酐", "白蛋白", "肌酐", "红细胞"],
    *[[f"{100 + n}", "2015-01-01", "88", "40", "9000", "3"] for n in range(5)],
]


def test_names_in_two_rows_are_joined_where_a_group_tells_more():
    assert find_header(GROUPED) == 2
    assert header_of(GROUPED, 2).names == (
        *("住院号", "检验日期", "肾功能 肌酐", "白蛋白", "尿液 肌酐", "尿液 红细胞"),
    )


@pytest.mark.parametrize(
    "below",
    [
        ["101", None, "肌酐", "白蛋白", "肌酐", "红细胞"],  # a patient's
        [None, None, "88", "40", "9000", "3"],
        [None, None, "肌酐", None, "肌酐", "红细胞"],
    ],
)
def test_a_row_of_data_below_blank_names_is_no_row_of_names(below):
    rows = [GROUPED[1], below, *GROUPED[3:]]
    assert find_header(rows) != 1
