"""Writes a hospital's tables as CSV, and a mapping file of them.

Laboratory results and prescriptions are drawn by a hash of their number: 10 tests, 5 drugs, 1 % of
results that are bounds and 1 % that are words, 0.5 % refunds.
"""

import sys
from pathlib import Path

import duckdb

SQL = Path(__file__).parent / "sql"
MAPPING = """
[mapping]
name = "bench"
[[table]]
name = "patient"
to = "patient"
columns = { patient_id = "病人ID", sex = "性别", birth_date = "出生日期" }
source = { path = "patient.csv", format = "text", encoding = "utf-8", delimiter = ",", quote = '"', header_row = 1 }
[[table]]
name = "lab"
to = "lab"
columns = { patient_id = "病人ID", test = "项目", specimen = "标本", sample_date = "采样时间", result = "结果", unit = "单位", reference_range = "参考范围" }
source = { path = "lab.csv", format = "text", encoding = "utf-8", delimiter = ",", quote = '"', header_row = 1 }
[[table]]
name = "prescription"
to = "prescription"
columns = { record_id = "处方号", patient_id = "病人ID", drug = "药品名称", strength = "规格", directions = "用法", quantity = "数量", quantity_unit = "单位", start_date = "开方日期" }
source = { path = "prescription.csv", format = "text", encoding = "utf-8", delimiter = ",", quote = '"', header_row = 1 }
"""


def write_hospital(labs: int, prescriptions: int, folder: Path) -> None:
    """Write the tables and ``mapping.toml``; a patient has about 500 results."""
    folder.mkdir(parents=True)
    patients = max(labs // 500, 100)
    rows = {"patient": None, "lab": labs, "prescription": prescriptions}
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        for table, count in rows.items():
            text = (SQL / f"hospital_{table}.sql").read_text(encoding="utf-8")
            given = {"patients": patients} | ({} if count is None else {"rows": count})
            connection.sql(text, params=given).write_csv(str(folder / f"{table}.csv"))
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")


if __name__ == "__main__":
    write_hospital(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
