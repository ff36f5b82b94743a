"""Maps a hospital's tables beside a plain COPY of them; writes docs/benchmarks-hospital.md.

Laboratory results and prescriptions are drawn by a hash of their number: 10 tests, 5 drugs, 1 % of
results that are bounds and 1 % that are words, 0.5 % refunds. There is a prescription for every 5
results, and a patient for every 500. What the page says of other sizes stays.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks-hospital.md"
MILLION = 1_000_000
HEADER = """| results + prescriptions | on | load | case | wall s | CPU s | peak MB | rate: wall | rate: CPU | of its wall s |
|---|---|---|---|---|---|---|---|---|---|
"""
STEP = re.compile(r"^(read|map|write)\b.* ([0-9.]+) s$", re.MULTILINE)  # as `map` prints it
UNCHANGED = "nothing was read again"
ASKED = 0.5  # of the rate of COPY
MOST = 2_000  # MB
NOT_MET = "**not met**"
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


@dataclass(frozen=True)
class Run:
    """What a process took: seconds by the clock and of the processors, peak in MB, what it said."""

    wall: float
    processor: float
    peak: float
    printed: str


def write_hospital(labs: int, folder: Path) -> None:
    """Write the tables and ``mapping.toml``."""
    import duckdb

    folder.mkdir(parents=True)
    rows = {"patient": None, "lab": labs, "prescription": labs // 5}
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        for table, count in rows.items():
            text = (SQL / f"hospital_{table}.sql").read_text(encoding="utf-8")
            given = {"patients": max(labs // 500, 100)} | ({} if count is None else {"rows": count})
            connection.sql(text, params=given).write_csv(str(folder / f"{table}.csv"))
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")


def copy(folder: Path, as_text: bool) -> None:
    """Copy the tables to Parquet as DuckDB does, with its own choice of types or all as text."""
    import duckdb

    with duckdb.connect(config={"temp_directory": str(folder)}) as connection:
        for file in sorted(folder.glob("*.csv")):
            rows = connection.read_csv(str(file), all_varchar=as_text)
            rows.to_parquet(str(file.with_suffix(".parquet")))


def run(*arguments: str | Path) -> Run:
    """Run Python in a process of its own."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"{arguments} ended with {process.returncode}")
        printed.seek(0)
        said = printed.read()
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MILLION, said)


def measure(folder: Path, repeats: int) -> dict[str, Run]:
    """Every case, in turns: medians of the seconds, and the largest peak."""
    mapping = folder / "mapping.toml"
    lncohort = ("-m", "lncohort.cli")
    cases = {
        "COPY": (HERE / "hospital.py", "--copy", folder),
        "COPY as text": (HERE / "hospital.py", "--copy-as-text", folder),
        "`map`": (*lncohort, "map", "--mapping", mapping),
        "`map` again": (*lncohort, "map", "--mapping", mapping),
        "`check`": (*lncohort, "check", "--mapping", mapping),
    }
    runs: dict[str, list[Run]] = {case: [] for case in cases}
    for _ in range(repeats):
        for made in folder.glob("extract*"):
            shutil.rmtree(made)
        for case, arguments in cases.items():
            runs[case].append(run(*arguments))
    if any(UNCHANGED in one.printed for one in runs["`map`"]):
        raise SystemExit("map did not read the tables")
    if not all(UNCHANGED in one.printed for one in runs["`map` again"]):
        raise SystemExit("map read unchanged tables again")
    return {
        case: Run(
            median(one.wall for one in made),
            median(one.processor for one in made),
            max(one.peak for one in made),
            made[0].printed,
        )
        for case, made in runs.items()
    }


def steps(printed: str) -> str:
    """What `map` took for reading, mapping and writing, in seconds by the clock."""
    taken: dict[str, float] = {}
    for step, seconds in STEP.findall(printed):
        taken[step] = taken.get(step, 0) + float(seconds)
    return ", ".join(f"{step} {seconds:.1f}" for step, seconds in taken.items())


def lines(labs: float, found: dict[str, Run]) -> list[str]:
    """The rows of the table for one size; rates are parts of that of COPY."""
    size = f"{labs:g} M + {labs / 5:g} M"
    floor, load = found["COPY"], os.getloadavg()[0]
    made = []
    for case, one in found.items():
        rates = floor.wall / one.wall, floor.processor / one.processor
        verdict = [f" ({NOT_MET})" if case == "`map`" and rate < ASKED else "" for rate in rates]
        made.append(
            f"| {size} | {date.today()} | {load:.0f} | {case} | {one.wall:.1f} | "
            f"{one.processor:.1f} | {one.peak:.0f} | {rates[0]:.2f}{verdict[0]} | "
            f"{rates[1]:.2f}{verdict[1]} | {steps(one.printed)} |"
        )
    return made


def verdicts(rows: list[str]) -> str:
    """What was asked of mapping, and whether every size in the table holds to it, in Markdown."""
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    sizes = list(dict.fromkeys(row[0] for row in cells))
    mapping = [row for row in cells if not row[3].startswith("COPY")]
    peak = max(int(row[6]) for row in mapping)
    rates = [
        [float(row[place].split()[0]) for row in mapping if row[3] == "`map`"] for place in (7, 8)
    ]
    by_clock, by_processor = (f"{min(found):.2f} to {max(found):.2f}" for found in rates)
    is_small, is_fast = peak < MOST, not any(NOT_MET in row for row in rows)
    told = {True: "met", False: NOT_MET}
    return f"""Asked, from {sizes[0]} to {sizes[-1]}:

- memory below {MOST:,} MB: {told[is_small]}. The largest peak of `map`, `map` again and `check` is \
{peak:,} MB.
- a second run reads nothing again, and says so: met. This page is not written where it does not.
- {ASKED} of the rate of `COPY`: {told[is_fast]}. `map` has {by_clock} of it by the clock and \
{by_processor} by seconds of the processors."""


def page(rows: list[str]) -> str:
    """The page, in Markdown."""
    names = ("duckdb", "pyarrow")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    table = HEADER + "\n".join(rows)
    return f"""# A hospital's tables: mapped, beside a plain COPY

Written by `make bench` with {versions} and {os.cpu_count()} processors. Others may have used the \
machine at the same time (load: the average at the end): read the ratios, not the seconds.

Drawn CSV in UTF-8: laboratory results (7 columns, 64 bytes a row), prescriptions (8 columns) and \
patients. `COPY` is what DuckDB does when it copies the three files to Parquet with types of its own \
choice; `map` reads, cleans and counts every row, finds copies and refunds, and writes the typed \
extract; `map` again finds the files unchanged by their content, says so and reads none; `check` \
then tells where every row went. Each run is a process of its own, with the start of Python; the \
cases of up to 20 M results take turns. The rates are parts of that of `COPY`; the last column has the steps of `map`, without the start of \
Python and the hash of the files.

{verdicts(rows)}

{table}
"""


def merge(made: list[str]) -> None:
    """Put the rows of one size into the page; what it says of others stays."""
    told = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else HEADER
    kept = [row for row in told.split(HEADER)[1].splitlines() if row.startswith("|")]
    others = [row for row in kept if row.split("|")[1] != made[0].split("|")[1]]
    rows = sorted([*others, *made], key=lambda row: float(row.split()[1]))
    PAGE.write_text(page(rows), encoding="utf-8")


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, nargs="+", default=[5], help="of results")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="where the tables are drawn; else a temporary one"
    )
    parser.add_argument("--write", type=int, metavar="RESULTS", help="only draw them, in --folder")
    parser.add_argument("--copy", type=Path, help="only copy the tables of a folder")
    parser.add_argument("--copy-as-text", type=Path, help="only copy them, all as text")
    given = parser.parse_args()
    if given.write is not None:
        write_hospital(given.write, given.folder)
    elif given.copy is not None:
        copy(given.copy, as_text=False)
    elif given.copy_as_text is not None:
        copy(given.copy_as_text, as_text=True)
    else:
        for labs in given.millions:
            work = Path(tempfile.mkdtemp(prefix="lncohort-bench-", dir=given.folder))
            try:
                folder = work / "hospital"
                draw = ("--write", str(round(labs * MILLION)), "--folder", folder)
                run(HERE / "hospital.py", *draw)
                made = lines(labs, measure(folder, given.repeats))
            finally:
                shutil.rmtree(work)
            merge(made)


if __name__ == "__main__":
    main()
