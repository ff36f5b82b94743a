"""Text files come back cell by cell, and every row of them is accounted for."""

import codecs
import gzip

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, detect, find_tables, open_rows
from lncohort.sources.counts import NEVER_CLOSED, TOO_FEW, TOO_MANY
from lncohort.sources.text_file import CHUNK_BYTES
from sources.reading import read as read_rows

HEADER = "病人编号,检验日期,项目,结果\n"
ROWS = "".join(f"P{i:05d},2020-01-0{i % 9 + 1},血清肌酐,{i}.5\n" for i in range(20))


def read(path, spec=None):
    return read_rows(path.parent, spec or detect(path))


def write(folder, content, name="lab.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encoding_delimiter_and_header_are_found(tmp_path, encoding, found, delimiter, line_end):
    text = (HEADER + ROWS).replace(",", delimiter).replace("\n", line_end)
    path = write(tmp_path, text, encoding=encoding)
    spec = detect(path)
    assert (spec.encoding, spec.delimiter, spec.header_row) == (found, delimiter, 1)
    (table,) = find_tables(tmp_path)
    assert table.columns == ("病人编号", "检验日期", "项目", "结果")
    rows, numbers, counts = read(path)
    assert rows == [tuple(line.split(",")) for line in ROWS.splitlines()]
    assert numbers == list(range(1, 21))
    assert (counts.read, counts.handed_out, counts.unreadable_characters) == (20, 20, 0)


def test_european_text_is_not_taken_for_chinese(tmp_path):
    rows = "".join(f"{i};Müller-Gärtner, Zoë;Créatinine élevée;{i},5\n" for i in range(50))
    path = write(tmp_path, "id;Name;Résultat;Größe\n" + rows, encoding="cp1252")
    spec = detect(path)
    assert (spec.encoding, spec.delimiter) == ("cp1252", ";")
    assert read(path)[0][7] == ("7", "Müller-Gärtner, Zoë", "Créatinine élevée", "7,5")


def test_a_zipped_file_is_read(tmp_path):
    path = tmp_path / "lab.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROWS).encode("gbk")))
    assert read(path)[0] == read(write(tmp_path, HEADER + ROWS))[0]


def test_a_zipped_file_cut_off_is_told_and_never_a_short_table(tmp_path):
    path = tmp_path / "lab.csv.gz"
    whole = gzip.compress((HEADER + ROWS * 20_000).encode())
    path.write_bytes(whole)
    spec = detect(path)
    path.write_bytes(whole[: len(whole) // 2])
    assert "EOFError" in find_tables(tmp_path)[0].problem
    with pytest.raises(UserError, match="reading stopped after"):
        read(path, spec)


def test_titles_blank_lines_and_footers_are_no_rows(tmp_path):
    text = (
        "某医院检验结果,,,\n\n导出时间: 2024-01-01,,,\n" + HEADER + ROWS + "\n合计,,,20\n\n制表人\n"
    )
    path = write(tmp_path, text)
    spec = detect(path)
    assert (spec.header_row, spec.footer_rows) == (4, 2)
    rows, numbers, counts = read(path, spec)
    assert rows == [tuple(line.split(",")) for line in ROWS.splitlines()]
    assert (counts.read, counts.footer, counts.damaged.total()) == (20, 2, 0)


def test_a_file_without_names_has_numbered_columns_and_loses_no_row(tmp_path):
    path = write(tmp_path, ROWS)
    (table,) = find_tables(path)
    assert table.spec.header_row is None
    assert table.columns == ("column_1", "column_2", "column_3", "column_4")
    assert "numbered" in table.notes[0]
    assert len(read(path)[0]) == 20


def test_blank_and_repeated_names_are_made_distinct_and_told(tmp_path):
    path = write(tmp_path, "id,ID,,value,value,source_row,value_2\n" + "1,2,3,4,5,6,7\n" * 4)
    (table,) = find_tables(path)
    assert table.columns == (
        "id", "ID_2", "column_3", "value", "value_3", "source_row_2", "value_2",
    )  # fmt: skip
    assert len(table.notes) == 2
    assert read(path)[0] == [tuple("1234567")] * 4


def test_a_header_over_two_lines_is_one_header(tmp_path):
    path = write(tmp_path, '"patient\nnumber",result\nP1,2\nP2,3\n')
    assert find_tables(path)[0].columns == ("patient number", "result")
    assert read(path)[0] == [("P1", "2"), ("P2", "3")]


def test_rows_with_other_numbers_of_fields_are_counted_and_numbered(tmp_path):
    path = write(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n10,11,12\n13\n14,15,16\n17,18,19\n")
    rows, numbers, counts = read(path)
    assert numbers == [1, 4, 6, 7]
    assert [row[0] for row in rows] == ["1", "10", "14", "17"]
    assert counts.damaged == {TOO_FEW: 2, TOO_MANY: 1}
    assert counts.read == 7


@pytest.mark.parametrize("end", ["P9,2020", 'P9,2020-01-01,"血清', 'P9,"2020-0'])
def test_a_last_line_cut_off_is_a_damaged_row(tmp_path, end):
    rows, _, counts = read(write(tmp_path, HEADER + ROWS + end))
    assert len(rows) == 20
    assert counts.damaged == {NEVER_CLOSED if '"' in end else TOO_FEW: 1}
    assert counts.read == 21


def test_a_quoted_text_over_lines_at_the_end_is_no_footer(tmp_path):
    text = "id,n,note\n" + "".join(f'P{i},1,"first\nlast"\n' for i in range(9))
    rows, _, counts = read(write(tmp_path, text))
    assert rows == [(f"P{i}", "1", "first\nlast") for i in range(9)]
    assert (counts.footer, counts.damaged.total()) == (0, 0)


def test_a_header_line_that_is_none_is_an_error(tmp_path):
    path = write(tmp_path, HEADER + ROWS)
    spec = detect(path).model_copy(update={"header_row": 99})
    with pytest.raises(UserError, match=r"lab\.csv: header_row: 99"):
        read(path, spec)


def test_a_quote_never_closed_tells_the_lines_it_took(tmp_path):
    rows, _, counts = read(write(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n7,8\n'))
    assert rows == [("1", "2")]
    assert (counts.damaged, counts.damaged_lines) == ({NEVER_CLOSED: 1}, 3)


def test_a_quote_never_closed_in_a_large_file_is_an_error(tmp_path):
    path = write(tmp_path, 'a,b\n1,2\n3,"4\n' + "5,6\n" * 5_000_000)
    with pytest.raises(UserError, match=r"lab\.csv.*a quote.*quotes in pairs"):
        read(path)


def test_empty_text_and_missing_are_told_apart(tmp_path):
    assert read(write(tmp_path, 'a,b\n"",x\n,x\ny,x\n'))[0] == [("", "x"), (None, "x"), ("y", "x")]


def test_a_zero_byte_is_kept(tmp_path):
    assert read(write(tmp_path, "a,b\n1,x\0y\n2,z\n"))[0] == [("1", "x\0y"), ("2", "z")]


def test_bytes_of_another_encoding_are_counted_and_their_rows_kept(tmp_path):
    content = (HEADER + ROWS * 50).encode() + b"P1,2020-01-01,\xff\xfe,1\n"
    rows, _, counts = read(write(tmp_path, content))
    assert len(rows) == 1001
    assert rows[-1][2] == "\ufffd\ufffd"
    assert counts.unreadable_characters == 2


def test_ten_thousand_columns_are_read(tmp_path):
    names = ",".join(f"item {i}" for i in range(10_000))
    values = ",".join(str(i) for i in range(10_000))
    rows, _, _ = read(write(tmp_path, f"{names}\n{values}\n{values}\n"))
    assert rows == [tuple(values.split(","))] * 2


def test_a_relation_can_be_read_twice(tmp_path):
    path = write(tmp_path, HEADER + ROWS)
    with duckdb.connect() as connection, open_rows(connection, tmp_path, detect(path)) as rows:
        with pytest.raises(RuntimeError, match="read to its end"):
            _ = rows.counts
        assert rows.relation.fetchall() == rows.relation.fetchall()
        assert rows.counts.read == 20


def test_rows_are_the_same_over_the_borders_of_parts(tmp_path):
    line = '{},"肌酐 ""高""\r\n复查",{}\n'
    count = 3 * CHUNK_BYTES // 30
    text = "id,text,n\n" + "".join(line.format(i, i * 7) for i in range(count))
    path = write(tmp_path, text + "合计,,\n", encoding="gb18030")
    rows, numbers, counts = read(path)
    assert rows == [(str(i), '肌酐 "高"\r\n复查', str(i * 7)) for i in range(count)]
    assert numbers == list(range(1, count + 1))
    assert (counts.read, counts.footer) == (count, 1)


HALF = b"\xe8\xa1"  # of a character of three bytes


@given(
    rows=st.lists(
        st.sampled_from([b"kreatinin", "血清肌酐".encode(), HALF, "é\ufffd".encode()]),
        min_size=1,
        max_size=20,
    ),
    part=st.integers(20, 60),  # no less than the footer takes
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    header_row=st.sampled_from([1, None]),
    footer_rows=st.integers(0, 2),
)
@example([b"x" * i + HALF + b"x" * 70 for i in range(80)], 20, "utf-8", 1, 0)
@example([b"x" * i + "酐".encode() + b"x" * 70 for i in range(80)], 20, "utf-8-sig", None, 1)
def test_parts_are_decoded_as_the_whole_is(
    tmp_path_factory, rows, part, encoding, header_row, footer_rows
):
    """Whether a part is UTF-8 already, ends inside a character, or is not of the encoding."""
    names = ["id,text"] if header_row else []
    lines = [f"{i},".encode() + text for i, text in enumerate([*rows, *[b"total"] * footer_rows])]
    raw = b"\n".join([*(name.encode() for name in names), *lines]) + b"\n"
    path = tmp_path_factory.mktemp("parts") / "lab.csv"
    path.write_bytes((codecs.BOM_UTF8 if encoding == "utf-8-sig" else b"") + raw)
    spec = SourceSpec(
        path="lab.csv", format="text", encoding=encoding, delimiter=",", quote='"',
        header_row=header_row, footer_rows=footer_rows,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lncohort.sources.text_file.CHUNK_BYTES", part)
        found, _, counts = read(path, spec)
    texts = [text.decode(errors="replace") for text in rows]
    assert found == [(str(i), text) for i, text in enumerate(texts)]
    assert counts.unreadable_characters == sum(text.count("\ufffd") for text in texts)
    assert (counts.read, counts.footer) == (len(rows), footer_rows)


def test_the_user_can_correct_what_was_found(tmp_path):
    path = write(tmp_path, "note\nid;text\n1;5\" needle\n2;'x;y'\nend;0\n")
    spec = SourceSpec(
        path="lab.csv", format="text", encoding="utf-8", delimiter=";", quote="'", header_row=2,
        footer_rows=1,
    )  # fmt: skip
    assert read(path, spec)[0] == [("1", '5" needle'), ("2", "x;y")]


CELLS = st.text(
    st.characters(codec="gb18030", exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x1e\x00\ufffd"),
    max_size=8,
)  # fmt: skip


@given(
    table=st.integers(1, 6).flatmap(
        lambda width: st.lists(st.tuples(*[st.none() | CELLS] * width), min_size=1, max_size=12)
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quote_all=st.booleans(),
)
def test_any_table_comes_back_cell_by_cell(
    tmp_path_factory, table, encoding, delimiter, line_end, quote_all
):
    """None is written as nothing and read as missing; every other text, also "", is quoted.

    Texts without any special character may stand unquoted.
    """
    special = {delimiter, '"', "\r", "\n"}

    def cell(value):
        if value is None:
            return ""
        if value and not quote_all and not special & set(value):
            return value
        return '"' + value.replace('"', '""') + '"'

    width = len(table[0])
    lines = [delimiter.join(f"name{i}" for i in range(width))]
    lines += [delimiter.join(map(cell, row)) for row in table]
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes("".join(line + line_end for line in lines).encode(encoding))
    spec = SourceSpec(
        path="t.csv", format="text", encoding=encoding, delimiter=delimiter, quote='"', header_row=1
    )
    kept = [row for row in table if width > 1 or row[0] is not None]
    rows, _, counts = read(path, spec)
    assert rows == kept
    assert (counts.read, counts.damaged.total()) == (len(kept), 0)


@pytest.mark.parametrize(
    ("rows", "quote"),
    [
        (['a,b', '1,Needle 1" luer'], ""),
        (['a\tb', '1\tNeedle 1" luer', '2\t"open'], ""),
        (['a,b', '1,the "Needle" there', '2,"x, y"'], '"'),
        (['a,b', '1,"x, y"', '2,"x, y 5"" z"'], '"'),
        (['a,b', '1,"x, y" ', '2,z'], '"'),
        (['a,b', '1,"first', 'second"', '2,z'], '"'),
        (['a,b', '1,size 5"', '2,z'], '"'),
    ],
)  # fmt: skip
def test_a_bare_quote_inside_a_field_tells_that_no_field_is_quoted(tmp_path, rows, quote):
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n")
    assert detect(tmp_path / "a.csv").quote == quote
