"""Runs the benchmarks and writes docs/benchmarks.md (``make bench``)."""

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
CASES = ("group_by", "drug_era", "polars_drug_era", "polars_drug_era_gaps_given", "exposure")
STOCKPILE_ROWS, ADHERER_SECONDS = 151_200, 67
LIMIT = "900MB"  # what DuckDB may use, so that the process stays near 1 GB
MILLION = 1_000_000


def measure(case: str, folder: Path, *options: str) -> dict:
    """One case in a fresh process with 2 threads."""
    done = subprocess.run(
        [sys.executable, HERE / "measure.py", case, folder, *options],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "POLARS_MAX_THREADS": "2"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def generate_apart(rows: int, folder: Path) -> None:
    """Draw in a process of its own: a process that is started takes over its parent's peak."""
    subprocess.run([sys.executable, HERE / "generate.py", str(rows), folder], check=True)


def medians(runs: list[dict]) -> dict:
    """Median seconds and largest peak of the repeats, which must agree on the result."""
    (check,) = {json.dumps(run["check"]) for run in runs}
    return {
        "seconds": median(run["seconds"] for run in runs),
        "least": min(run["seconds"] for run in runs),
        "most": max(run["seconds"] for run in runs),
        "peak_bytes": max(run["peak_bytes"] for run in runs),
        "check": check,
    }


def measure_size(rows: int, repeats: int, folder: Path) -> dict[str, dict]:
    """Every case at one size, interleaved."""
    generate_apart(rows, folder)
    measure("dose_step", folder, "--write", str(folder / "dose_step.parquet"))
    runs = {case: [] for case in CASES}
    for _ in range(repeats):
        for case in CASES:
            runs[case].append(measure(case, folder))
    found = {case: medians(made) for case, made in runs.items()}
    checks = {found[case]["check"] for case in CASES if case != "group_by"}
    if len(checks) != 1:
        raise SystemExit(f"the cases disagree at {rows} rows: {checks}")
    return found


def measure_limited(folder: Path) -> dict:
    """The whole of exposure once with little memory, and what it leaves on disk."""
    with tempfile.TemporaryDirectory() as temporary:
        try:
            found = measure("exposure", folder, "--memory", LIMIT, "--temporary", temporary)
        except subprocess.CalledProcessError as error:
            return {"failed": error.stderr.splitlines()[-1]}
        return {**found, "left": len([p for p in Path(temporary).rglob("*") if p.is_file()])}


def told(ok: bool, at_asked_size: bool = True) -> str:
    """The verdict on a must; what is met at a smaller size than asked stays open."""
    if not ok:
        return "**not met**"
    return "met" if at_asked_size else "open: asked of 50 M"


def musts(sizes: dict[int, dict], stockpile: dict, limited: dict) -> list[str]:
    """The rows of the table of musts."""
    lines = []
    ten = sizes.get(10 * MILLION)
    if ten:
        floor = ten["group_by"]["seconds"]
        era, polars = ten["drug_era"]["seconds"], ten["polars_drug_era"]["seconds"]
        whole = ten["exposure"]
        bytes_a_row = whole["peak_bytes"] / (10 * MILLION)
        for name, must, value, ok in (
            ("`drug_era`, 10 M / GROUP BY", "≤ 3.5", era / floor, era / floor <= 3.5),
            ("`drug_era`, 10 M / polars", "≤ 0.6", era / polars, era / polars <= 0.6),
            (
                "`supply` + `dose_step` + `drug_era`, 10 M / GROUP BY",
                "≤ 6.5",
                whole["seconds"] / floor,
                whole["seconds"] / floor <= 6.5,
            ),
            ("the same, peak bytes a row", "≤ 80", bytes_a_row, bytes_a_row <= 80),
        ):
            lines.append(f"| {name} | {must} | {value:.2f} | {told(ok)} |")
    speed = ADHERER_SECONDS / stockpile["seconds"]
    lines.append(
        f"| `stockpile` eras of {STOCKPILE_ROWS:,} events / AdhereR 0.8.1's rate (67 s) | ≥ 100 | "
        f"{speed:.0f} | {told(speed >= 100)} |"
    )
    small, large = min(sizes), max(sizes)
    asked = large == 50 * MILLION
    if small < large:
        grown = sizes[large]["exposure"]["seconds"] / sizes[small]["exposure"]["seconds"]
        exponent = math.log(grown) / math.log(large / small)
        span = f"{small // MILLION} M to {large // MILLION} M"
        lines.append(
            f"| exponent of the cost, {span} | ≤ 1.15 | {exponent:.2f} | "
            f"{told(exponent <= 1.15, asked)} |"
        )
    row = f"| {large // MILLION} M with DuckDB held to {LIMIT} "
    if "failed" in limited:
        lines.append(f"{row}| ends | {limited['failed']} | **not met** |")
    else:
        plain = sizes[large]["exposure"]
        ratio, peak = limited["seconds"] / plain["seconds"], limited["peak_bytes"] / 1e9
        same = json.dumps(limited["check"]) == plain["check"]
        lines += [
            f"{row}(once) / unlimited | ≤ 2 | {ratio:.2f} | {told(ratio <= 2, asked)} |",
            f"| the same, result | equal | {'equal' if same else 'differs'} | {told(same, asked)} |",
            f"| the same, peak RSS in GB | ≤ 1.25 | {peak:.2f} | {told(peak <= 1.25, asked)} |",
            f"| the same, files left | 0 | {limited['left']} | {told(limited['left'] == 0, asked)} |",
        ]
    return lines


def page(sizes: dict[int, dict], stockpile: dict, limited: dict, repeats: int) -> str:
    """The page, in Markdown."""
    names = ("duckdb", "polars", "pyarrow", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    load = os.getloadavg()[0]
    measured = [
        f"| {rows // MILLION} M | `{case}` | {run['seconds']:.2f} | {run['least']:.2f}–"
        f"{run['most']:.2f} | {run['seconds'] / found['group_by']['seconds']:.1f} | "
        f"{run['peak_bytes'] / rows:.0f} |"
        for rows, found in sizes.items()
        for case, run in found.items()
    ]
    missing = "" if 50 * MILLION in sizes else " 50 M was not measured in this run."
    return f"""# Benchmarks

Written by `make bench` on {date.today()}: Python {platform.python_version()}, {versions}; \
{os.cpu_count()} processors, 2 threads each; load average {load:.1f} at the end, so others may \
have used the machine at the same time: read the ratios, not the seconds.{missing}

The prescriptions are drawn: 20 a person, 4 drugs, 20 % of the refills overlap, 7 % come after a \
gap past a grace of 30 days; the rows are shuffled. Every run is a process of its own, reads \
Parquet and holds its result in memory; the cases take turns; medians of {repeats}. `group_by` is \
a plain `GROUP BY patient_id, drug` of the prescriptions: the floor. `drug_era` begins with dose \
steps, and so does polars, which works out the gaps between them; in `…_gaps_given` it takes them \
as they stand in the steps. `exposure` begins with prescriptions and makes `supply`, `dose_step` \
and `drug_era`. All of them must give the same number of eras and covered days.

| prescriptions | case | seconds | least–most | / GROUP BY | peak bytes a row |
|---|---|---|---|---|---|
{chr(10).join(measured)}

| what | must | found | |
|---|---|---|---|
{chr(10).join(musts(sizes, stockpile, limited))}

The peak is that of the whole process, Python and libraries included (about 170 MB).
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    sizes = {}
    work = Path(tempfile.mkdtemp(prefix="lncohort-bench-"))
    try:
        generate_apart(STOCKPILE_ROWS, work / "stockpile")
        runs = [measure("stockpile", work / "stockpile") for _ in range(given.repeats)]
        stockpile = medians(runs)
        for millions in given.millions:
            folder = work / f"{millions}m"
            sizes[millions * MILLION] = measure_size(millions * MILLION, given.repeats, folder)
            limited = measure_limited(folder)
            shutil.rmtree(folder)
            PAGE.write_text(page(sizes, stockpile, limited, given.repeats), encoding="utf-8")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
