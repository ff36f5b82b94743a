"""Files of one table are found as one, and only those."""

import openpyxl

from lncohort.sources import find_tables

HEADER = "病案号,项目,结果\n"
ROW = "0001,肌酐,88\n0002,尿素,5\n"


def write(folder, name, header=HEADER, rows=ROW, encoding="utf-8"):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(header + rows, encoding=encoding)


def found(folder):
    return {table.spec.path: table.files for table in find_tables(folder) if table.spec}


def test_names_that_differ_in_figures_are_one_table_in_whatever_order_its_columns_stand(tmp_path):
    for month in range(1, 13):
        write(tmp_path, f"检验_2015{month:02}.csv")
    write(tmp_path, "检验_201601.csv", "结果,病案号,项目\n", "88,0001,肌酐\n5,0002,尿素\n")
    write(tmp_path, "检验_对照.csv")
    write(tmp_path, "处方1.csv")
    write(tmp_path, "2015/表[1]_1.csv")
    write(tmp_path, "2016/表[1]_1.csv")
    assert found(tmp_path) == {
        "[0-9]*/表[[]1]_1.csv": 2,
        "处方1.csv": 1,
        "检验_[0-9]*.csv": 13,
        "检验_对照.csv": 1,
    }


def test_files_that_fit_and_are_not_alike_are_left_out_of_a_list(tmp_path):
    for year in (2015, 2016):
        write(tmp_path, f"lab_{year}.csv")
    write(tmp_path, "lab_2017.csv", HEADER.replace("结果", "结果,单位"), ROW.replace("\n", ",x\n"))
    write(tmp_path, "lab_2018.csv", encoding="gb18030")
    (tmp_path / "lab_2019.csv").write_text("")
    assert found(tmp_path) == {
        ("lab_2015.csv", "lab_2016.csv"): 2,
        "lab_2017.csv": 1,
        "lab_2018.csv": 1,
    }


def test_sheets_of_alike_workbooks_are_one_table_each(tmp_path):
    for year in (2015, 2016):
        book = openpyxl.Workbook()
        book.active.title = "检验"
        other = book.create_sheet("说明")
        for sheet in (book.active, other):
            for row in (["病案号", "项目", "结果"], ["a", "肌酐", 88], ["b", "尿素", 5]):
                sheet.append(row)
        book.save(tmp_path / f"{year}.xlsx")
    tables = find_tables(tmp_path)
    assert [(t.spec.path, t.spec.table, t.files) for t in tables] == [
        ("[0-9]*.xlsx", "检验", 2),
        ("[0-9]*.xlsx", "说明", 2),
    ]


def test_files_that_cannot_be_read_are_told_each_though_they_are_written_alike(tmp_path):
    write(tmp_path, "a\nb.csv")
    write(tmp_path, "a\tb.csv")
    told = find_tables(tmp_path)
    assert [table.spec for table in told] == [None, None]
    assert all(table.problem for table in told)
