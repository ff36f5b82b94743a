"""Files as hospital systems export them: encodings, titles, footers, blanks, a line cut off."""

import io
from pathlib import Path

import pandas as pd

CUT_OFF = 2  # fields that are left of a line that is cut off


def write_text(
    path: Path, rows: pd.DataFrame, encoding: str, separator: str = ",", cut_off: bool = False
) -> None:
    """Write rows as text; the last line ends in the middle where it is to be cut off."""
    text = rows.to_csv(index=False, sep=separator, lineterminator="\r\n")
    if cut_off:
        last = text.rstrip("\r\n").rsplit("\r\n", 1)[1].split(separator)[:CUT_OFF]
        text += separator.join(last)
    path.write_bytes(text.encode(encoding))


def write_workbook(path: Path, sheets: dict[str, tuple[str, pd.DataFrame]]) -> None:
    """Write sheets, each with a title, the time of export, its rows and a footer that counts them."""
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as writer:
        for name, (title, rows) in sheets.items():
            rows.to_excel(writer, sheet_name=name, index=False, startrow=2)
            sheet = writer.sheets[name]
            sheet["A1"] = title
            sheet["A2"] = "导出时间：2022-03-01 09:30:12"
            for column in sheet.iter_cols(min_row=4):
                if hasattr(column[0].value, "year"):
                    for cell in column:
                        cell.number_format = "yyyy/m/d"
            sheet.cell(row=len(rows) + 4, column=1, value="合计")
            sheet.cell(row=len(rows) + 4, column=2, value=len(rows))
    path.write_bytes(content.getvalue())


def write_what_is_nothing_of_ours(raw: Path) -> None:
    """A file of another department, an empty one, a note, and a link that leads out of the folder."""
    costs = pd.DataFrame(
        {
            "月份": [f"2019-{month:02}" for month in range(1, 13)],
            "科室": "肾内科",
            "药品收入(万元)": [round(100 + 7.3 * month, 1) for month in range(12)],
            "备注": "",
        }
    )
    write_text(raw / "财务.csv", costs, "gb18030")
    (raw / "空表.csv").write_bytes(b"")
    outside = raw.parent / "outside.csv"
    outside.write_text("病案号,性别\n1,男\n", encoding="utf-8")
    (raw / "旧系统备份.csv").symlink_to(Path("..") / outside.name)
