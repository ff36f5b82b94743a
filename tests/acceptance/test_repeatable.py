"""The same extract, study and version give the same bytes."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lncohort.extract.contract import CONTRACT
from lncohort.run import run_study
from lncohort.simulate import simulate_extract


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repeatable") / "extract"
    simulate_extract(793, 11, folder)
    return folder


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Run the Nanjing study and return the bytes of all that leaves the machine, by name."""

    def run_nanjing(extract, threads):
        out = tmp_path_factory.mktemp("out") / "nanjing"
        run_study("nanjing", extract, out, threads=threads)
        return {
            str(path.relative_to(out)): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file() and path.name not in {"manifest.json", "analysis_set.parquet"}
        }

    return run_nanjing


@pytest.fixture(scope="module")
def once(extract, exported):
    return exported(extract, 2)


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_repeated_runs_on_any_number_of_threads_give_the_same_bytes(
    extract, exported, once, threads
):
    assert {"results.json", "report.html", "tables/estimates.csv"} <= set(once)
    assert exported(extract, threads) == once


def test_order_of_the_rows_does_not_matter(extract, exported, once, tmp_path):
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for table in CONTRACT:
        rows = pq.read_table(extract / f"{table.name}.parquet")
        order = pd.Series(range(len(rows))).sample(frac=1, random_state=5)
        taken = rows.take(pa.array(order.to_numpy()))
        pq.write_table(taken, shuffled / f"{table.name}.parquet", row_group_size=1000)
    (shuffled / "truth.json").write_bytes((extract / "truth.json").read_bytes())
    assert exported(shuffled, 2) == once
