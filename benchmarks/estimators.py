"""Measures the estimators beside their peers and writes docs/benchmarks-estimators.md.

Each case runs in a process of its own with 2 threads; the cases of a row take turns. The seconds
are those of the fit alone, without the start of Python and the drawing of the data.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-estimators.md"
SEED = 7
AGREE = 2e-3  # scikit-learn at its default tolerance stops some tenths of an SE from the maximum
SAMPLES = 2000


def logistic_data() -> tuple[np.ndarray, np.ndarray]:
    """A million rows, 22 columns: an intercept, 10 indicators and 11 numbers."""
    random = np.random.default_rng(SEED)
    matrix = random.normal(size=(1_000_000, 22))
    matrix[:, 0] = 1
    matrix[:, 1:11] = matrix[:, 1:11] > 0.5
    truth = random.normal(size=22) * 0.3
    outcome = random.random(len(matrix)) < 1 / (1 + np.exp(1 - matrix @ truth))
    return matrix, outcome.astype(float)


def categorical_data() -> tuple[np.ndarray, np.ndarray]:
    """A million rows of 10 indicators behind an intercept: at most 1,024 patterns."""
    random = np.random.default_rng(SEED)
    used = random.random((1_000_000, 10)) < 0.3
    matrix = np.column_stack([np.ones(len(used)), used])
    outcome = random.random(len(matrix)) < 1 / (1 + np.exp(1 - used @ np.linspace(-0.5, 0.5, 10)))
    return matrix, outcome.astype(float)


def four_cells() -> tuple[pd.DataFrame, np.ndarray]:
    """800 patients, two drugs and eight covariates."""
    random = np.random.default_rng(SEED)
    first, second = random.random((2, 800)) < 0.5
    columns = {"intercept": np.ones(800), "first": first & ~second, "second": second & ~first}
    columns["both"] = first & second
    design = pd.DataFrame(columns).astype(float)
    design = design.join(pd.DataFrame(random.normal(size=(800, 8))).add_prefix("x"))
    response = random.random(800) < 0.3 + 0.2 * design["both"]
    return design, response.to_numpy(dtype=float)


def survival_data() -> pd.DataFrame:
    """100,000 patients, 10 covariates, times in whole days of four years (ties)."""
    random = np.random.default_rng(SEED)
    rows = pd.DataFrame(random.normal(size=(100_000, 10))).add_prefix("x")
    hazard = np.exp(rows.to_numpy() @ np.linspace(-0.3, 0.3, 10))
    event, end = random.exponential(1500 / hazard), random.uniform(30, 1460, len(rows))
    rows["stop"] = np.ceil(np.minimum(event, end))
    rows["event"] = event <= end
    return rows


def start_stop_data() -> pd.DataFrame:
    """The same patients cut at day 180 into rows from start to stop."""
    rows = survival_data()
    rows["id"], rows["start"] = rows.index, 0.0
    late = rows[rows["stop"] > 180].assign(start=180.0)
    late["x0"] *= 0.5
    early = rows.assign(
        event=rows["event"] & (rows["stop"] <= 180), stop=rows["stop"].clip(upper=180)
    )
    return pd.concat([early, late], ignore_index=True)


def logistic_ours(data) -> list[float]:
    from lncohort.estimate.logistic import fit_logistic

    design = pd.DataFrame(data[0])
    return _timed(lambda: fit_logistic(design, data[1]).coefficients)


def logistic_sklearn(data) -> list[float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf, solver="newton-cholesky", fit_intercept=False)
    return _timed(lambda: model.fit(*data).coef_[0])


def logistic_statsmodels(data) -> list[float]:
    from statsmodels.api import Logit

    return _timed(lambda: Logit(data[1], data[0]).fit(disp=0).params)


def reri_ours(data) -> list[float]:
    from lncohort.estimate.interaction import bootstrap_reri
    from lncohort.estimate.logistic import fit_logistic

    def work():
        found = bootstrap_reri(fit_logistic(*data), data[1], ["first", "second", "both"])
        return [found["ci_low"], found["ci_high"]]

    return _timed(work)


def reri_loop(data) -> list[float]:
    from statsmodels.api import Logit

    from lncohort.estimate.interaction import SEED as OURS
    from lncohort.estimate.interaction import drawn_with_replacement

    design, response = data[0].to_numpy(), data[1]

    def work():
        drawn = np.vstack(list(drawn_with_replacement(800, SAMPLES, OURS))).astype(int)
        values = []
        for counts in drawn:
            rows = np.repeat(np.arange(800), counts)
            first, second, both = np.exp(
                Logit(response[rows], design[rows]).fit(disp=0).params[1:4]
            )
            values.append(both - first - second + 1)
        return np.quantile(values, [0.025, 0.975])

    return _timed(work)


def cox_ours(rows) -> list[float]:
    from lncohort.estimate.cox import fit_cox

    names = [name for name in rows if name.startswith("x")]
    start = rows.get("start")
    return _timed(
        lambda: fit_cox(rows[names], rows["stop"], rows["event"], start=start).coefficients
    )


def cox_lifelines(rows) -> list[float]:
    from lifelines import CoxPHFitter, CoxTimeVaryingFitter

    def work():
        if "start" in rows:
            fitter = CoxTimeVaryingFitter()
            return fitter.fit(rows, "event", "start", "stop", id_col="id").params_
        return CoxPHFitter().fit(rows, "stop", "event").params_

    return _timed(work)


def cox_sksurv(rows) -> list[float]:
    from sksurv.linear_model import CoxPHSurvivalAnalysis

    times = np.array(
        list(zip(rows["event"], rows["stop"], strict=True)), dtype=[("event", "?"), ("stop", "<f8")]
    )
    names = [name for name in rows if name.startswith("x")]
    return _timed(lambda: CoxPHSurvivalAnalysis(ties="efron").fit(rows[names], times).coef_)


def cox_statsmodels(rows) -> list[float]:
    from statsmodels.api import PHReg

    names = [name for name in rows if name.startswith("x")]
    return _timed(
        lambda: PHReg(rows["stop"], rows[names], rows["event"], ties="efron").fit().params
    )


def curve_data() -> pd.DataFrame:
    """A million patients, times in whole days of ten years."""
    random = np.random.default_rng(SEED)
    event, end = random.exponential(2000, 1_000_000), random.uniform(1, 3650, 1_000_000)
    return pd.DataFrame({"stop": np.ceil(np.minimum(event, end)), "event": event <= end})


def curve_ours(rows) -> list[float]:
    from lncohort.estimate.kaplan_meier import kaplan_meier

    return _timed(lambda: kaplan_meier(rows["stop"], rows["event"])["survival"].iloc[[365, 1825]])


def curve_lifelines(rows) -> list[float]:
    from lifelines import KaplanMeierFitter

    def work():
        curve = KaplanMeierFitter().fit(rows["stop"], rows["event"]).survival_function_
        return curve.iloc[[366, 1826], 0]

    return _timed(work)


ROWS = {
    "logistic, 1 M × 22": (
        logistic_data,
        logistic_ours,
        {
            "scikit-learn newton-cholesky (no SE)": (logistic_sklearn, 0.6),
            "statsmodels Logit": (logistic_statsmodels, 0.25),
        },
    ),
    "logistic, 1 M × 11, all categorical": (
        categorical_data,
        logistic_ours,
        {
            "scikit-learn newton-cholesky (no SE)": (logistic_sklearn, None),
        },
    ),
    "RERI, 2,000 bootstrap samples of 800": (
        four_cells,
        reri_ours,
        {
            "a loop of Logit": (reri_loop, 0.1),
        },
    ),
    "Cox, Efron, 100,000 × 10": (
        survival_data,
        cox_ours,
        {
            "lifelines CoxPHFitter": (cox_lifelines, 0.25),
            "scikit-survival (no SE)": (cox_sksurv, 0.25),
            "statsmodels PHReg": (cox_statsmodels, 0.25),
        },
    ),
    "Cox, start–stop, 100,000 patients × 10": (
        start_stop_data,
        cox_ours,
        {
            "lifelines CoxTimeVaryingFitter": (cox_lifelines, 0.25),
        },
    ),
    "Kaplan–Meier, 1 M": (
        curve_data,
        curve_ours,
        {
            "lifelines KaplanMeierFitter": (curve_lifelines, 0.5),
        },
    ),
}


def _timed(work) -> list[float]:
    """Seconds, then the numbers found."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = time.perf_counter()
        found = work()
        seconds = time.perf_counter() - started
    return [seconds, *(float(x) for x in np.asarray(found))]


def measure(row: str, case: str) -> list[float]:
    """One case in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--row", row, "--case", case],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure_row(row: str, repeats: int) -> list[str]:
    """Lines of the table: ours, then each peer with the ratio."""
    _, ours, peers = ROWS[row]
    functions = {"lncohort": ours} | {name: peer for name, (peer, _) in peers.items()}
    runs = {name: [] for name in functions}
    for _ in range(repeats):
        for name in functions:
            runs[name].append(measure(row, name))
    own = median(run[0] for run in runs["lncohort"])
    lines = [f"| {row} | lncohort | {own:.3f} | | | |"]
    for name, (_, limit) in peers.items():
        if not np.allclose(runs[name][0][1:], runs["lncohort"][0][1:], rtol=AGREE, atol=AGREE):
            raise SystemExit(f"{row}: {name} does not agree")
        seconds = median(run[0] for run in runs[name])
        ratio = own / seconds
        must = "" if limit is None else f"≤ {limit:g}"
        verdict = "" if limit is None else ("met" if ratio <= limit else "**not met**")
        lines.append(f"| | {name} | {seconds:.3f} | {ratio:.2f} | {must} | {verdict} |")
    return lines


def page(lines: list[str], repeats: int) -> str:
    """The page, in Markdown."""
    names = ("numpy", "scikit-learn", "statsmodels", "lifelines", "scikit-survival")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"""# Benchmarks of the estimators

Written by `make bench` on {date.today()}: Python {platform.python_version()}, {versions}; \
{os.cpu_count()} processors, 2 threads each; load average {os.getloadavg()[0]:.1f} at the end. \
Every run is a process of its own, the cases of a row take turns, medians of {repeats}. The ratio \
is ours over the peer's: read the ratios, not the seconds. All cases of a row must find the same \
numbers to {AGREE:g}: scikit-learn at its default tolerance stops short of the maximum. Ours come with \
standard errors.

| what | by | seconds | ours / theirs | must | |
|---|---|---|---|---|---|
{chr(10).join(lines)}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--row")
    parser.add_argument("--case")
    given = parser.parse_args()
    if given.row:
        data, ours, peers = ROWS[given.row]
        case = ours if given.case == "lncohort" else peers[given.case][0]
        print(json.dumps(case(data())))
        return
    lines = [line for row in ROWS for line in measure_row(row, given.repeats)]
    PAGE.write_text(page(lines, given.repeats), encoding="utf-8")


if __name__ == "__main__":
    main()
