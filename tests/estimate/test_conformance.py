"""What must hold of every estimator: invariances, coverage, and a reason where there is no answer."""

import importlib
import pkgutil
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.statistics import multivariate_logrank_test
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from statsmodels.duration.hazard_regression import PHReg

import lncohort.estimate
from estimate.conformance import ESTIMATORS, LABELS, LEVELS, covariates_of, drawn, named
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.logistic import with_intercept
from lncohort.estimate.rows import NotEstimable, Z


def case(estimator, *others, word: str = ""):
    """A case of a test, named for its estimator."""
    return pytest.param(
        estimator, *others, id=f"{estimator.name}-{word}" if word else estimator.name
    )


def those(holds=lambda estimator: True, word: str = ""):
    """Parametrise over the estimators for which something holds."""
    cases = [case(e, word=word) for e in ESTIMATORS if holds(e)]
    return pytest.mark.parametrize("estimator", cases)


def same(one: dict, other: dict, tolerance: float) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        # A value of rounding error only, such as a difference of 0, has no relative one.
        assert other[name] == pytest.approx(value, rel=tolerance, abs=1e-12, nan_ok=True), name


def test_every_fit_of_the_package_is_in_the_table():
    public = set()
    for module in pkgutil.iter_modules(lncohort.estimate.__path__):
        names = vars(importlib.import_module(f"lncohort.estimate.{module.name}"))
        public |= {name for name, value in names.items() if name.startswith("fit_")}
    named = {function.__name__ for e in ESTIMATORS for function in e.functions}
    assert public == {name for name in named if name.startswith("fit_")}


@those(lambda e: e.shuffled)
def test_order_of_the_rows_changes_nothing(estimator):
    rows = drawn()
    order = np.random.default_rng(2).permutation(len(rows))
    same(estimator.of(rows), estimator.of(rows.iloc[order]), 1e-9)


@those()
def test_names_of_patients_and_labels_change_nothing(estimator):
    rows = drawn()
    random = np.random.default_rng(3)
    renamed = rows.set_axis([f"P{i}" for i in random.permutation(len(rows))])
    for column in LABELS:
        if column == "group" and estimator.name == "Armitage":
            continue
        labels = rows[column].unique()
        names = [f"{column} {i}" for i in random.permutation(len(labels))]
        renamed[column] = rows[column].map(dict(zip(labels, names, strict=True))).to_numpy()
    same(estimator.of(rows), estimator.of(renamed), 1e-9)


@those(lambda e: e.adjusted, word="unit")
def test_unit_of_a_covariate_scales_what_is_told_of_it_and_nothing_else(estimator):
    rows = drawn()
    plain = estimator.of(rows)
    for factor in (10.0, 1e-3):
        scaled = estimator.of(rows.assign(a=rows["a"] * factor))
        of_a = {"a", "a se", "a low", "a high"}
        same(plain, {k: v * factor if k in of_a else v for k, v in scaled.items()}, 1e-7)


@those(lambda e: e.doubled)
def test_rows_that_stand_twice_keep_the_estimate_and_halve_the_variance(estimator):
    rows = drawn()
    doubled = estimator.of(pd.concat([rows, rows]))
    for name, value in estimator.of(rows).items():
        if name.startswith("p_") or name.endswith((" low", " high")):
            continue
        factor = 1.0
        if name.endswith(" se"):
            factor = 1 / np.sqrt(2)
        elif name.endswith("chi2") or name == "at risk":
            factor = 2.0
        assert doubled[name] == pytest.approx(value * factor, rel=1e-7, abs=1e-9), name


@those(lambda e: e.with_weights)
def test_weights_of_2_are_rows_that_stand_twice(estimator):
    rows = drawn()
    twice = estimator.with_weights(rows, np.full(len(rows), 2.0))
    once = estimator.with_weights(rows, np.ones(len(rows)))
    if not estimator.frequency:
        same(once, twice, 1e-9)
        return
    same(estimator.of(rows), once, 1e-9)
    same(estimator.of(pd.concat([rows, rows])), twice, 1e-7)


@those(lambda e: e.fit)
def test_contrasts_of_levels_are_those_of_another_reference(estimator):
    rows = drawn()
    found = []
    for reference in LEVELS:
        others = [level for level in LEVELS if level != reference]
        dummies = {f"x{level}": (rows["group"] == level) * 1.0 for level in others}
        coefficients, covariance = estimator.fit(covariates_of(rows.assign(**dummies)), rows)
        contrast = pd.Series(0.0, coefficients.index)
        contrast["xhigh"] = 1.0 if "xhigh" in contrast else 0.0
        contrast["xlow"] = -1.0 if "xlow" in contrast else 0.0
        contrast = contrast[coefficients.index]
        value = contrast @ coefficients
        found.append((value, contrast @ covariance @ contrast, coefficients["a"]))
    np.testing.assert_allclose(found[1:], found[:-1], rtol=1e-6)


@those(lambda e: "treated" in e.columns and "difference se" in e.of(drawn()))
def test_treated_and_others_exchanged_turn_the_sign(estimator):
    rows = drawn()
    plain, turned = estimator.of(rows), estimator.of(rows.assign(treated=1 - rows["treated"]))
    if "ATT" in estimator.name:
        assert turned["difference"] * plain["difference"] < 0
        return
    assert turned["difference"] == pytest.approx(-plain["difference"])
    assert turned["difference se"] == pytest.approx(plain["difference se"])


def interval(found: dict, name: str) -> tuple[float, float]:
    if f"{name} se" in found and f"{name} low" not in found:
        return found[name] - Z * found[f"{name} se"], found[name] + Z * found[f"{name} se"]
    if f"{name} low" in found:
        return found[f"{name} low"], found[f"{name} high"]
    stem = name.removesuffix(" estimate")
    return found[f"{stem} ci_low"], found[f"{stem} ci_high"]


@cache
def cohorts(n: int) -> list[pd.DataFrame]:
    return [drawn(n, 1000 + i, ties=False) for i in range(500)]


def samples(estimator) -> list[dict]:
    return [estimator.of(rows) for rows in cohorts(estimator.n)[: estimator.samples]]


def chance(share: float, samples: int) -> float:
    """Three standard errors of a share in simulated samples."""
    return 3 * np.sqrt(share * (1 - share) / samples)


@those(lambda e: e.truth)
def test_estimates_are_unbiased_and_intervals_cover(estimator):
    found = samples(estimator)
    for name, truth in estimator.truth.items():
        values = np.array([one[name] for one in found])
        limits = np.array([interval(one, name) for one in found])
        covered = ((limits[:, 0] < truth) & (truth < limits[:, 1])).mean()
        assert abs(covered - 0.95) < chance(0.95, estimator.samples)
        if not estimator.biased:
            error = 3 * values.std(ddof=1) / np.sqrt(estimator.samples)
            known = abs(truth) * estimator.order / estimator.n
            assert abs(values.mean() - truth) < error + known


@those(lambda e: e.null)
def test_what_holds_is_rejected_as_often_as_it_should_be(estimator):
    rejected = np.mean([one[estimator.null] < 0.05 for one in samples(estimator)])
    assert abs(rejected - 0.05) < chance(0.05, estimator.samples)


def with_value(rows: pd.DataFrame, column: str, value) -> pd.DataFrame:
    """Rows in which one value of a column is another."""
    values = rows[column].astype(object if value is None else float)
    return rows.assign(**{column: values.where(rows.index != rows.index[3], value)})


def columns_and_values() -> list:
    """Each estimator, each column that it reads, and a value that is none."""
    found = []
    for estimator in ESTIMATORS:
        for column, called in estimator.columns.items():
            values = {"missing": np.nan, "infinite": np.inf, "minus infinite": -np.inf}
            if column in ("response", "rare", "event", "treated", "kind") and called != "events":
                values["a half"] = 0.5
            if column == "weight":
                values["below 0"] = -1.0
            if column == "start":
                del values["minus infinite"]
            if column in LABELS:
                values = {"missing": None}
            found += [
                case(estimator, column, called, value, word=f"{column} {word}")
                for word, value in values.items()
            ]
    return found


def reason(estimator, rows: pd.DataFrame) -> str:
    """Why an estimator refuses some rows."""
    with pytest.raises((NotEstimable, ValueError)) as refused:
        estimator.of(rows)
    # numpy's LinAlgError is a ValueError too.
    assert refused.type in (NotEstimable, ValueError)
    return str(refused.value)


@pytest.mark.parametrize(("estimator", "column", "called", "value"), columns_and_values())
def test_value_that_is_none_is_refused_and_named(estimator, column, called, value):
    told = reason(estimator, with_value(drawn(), column, value))
    assert re.search(rf"\b{called}", told), told


@pytest.mark.parametrize(
    ("estimator", "word", "value"),
    [
        case(e, word, value, word=f"covariate {word}")
        for e in ESTIMATORS
        for word, value in (("missing", np.nan), ("infinite", np.inf))
        if e.adjusted
    ],
)
def test_covariate_without_a_value_is_refused_and_named(estimator, word, value):
    rows = with_value(drawn(), "a", value)
    if word in estimator.answers:
        assert np.isfinite(list(estimator.of(rows).values())).all()
        return
    told = reason(estimator, rows)
    assert re.search(r"covariate is missing|missing (covariate|value)|\ba: ", told), told


def more_covariates(rows: pd.DataFrame) -> pd.DataFrame:
    """A hundred rows with two hundred covariates."""
    values = np.random.default_rng(4).normal(size=(100, 198))
    added = pd.DataFrame(values, rows.index[:100], [f"x{i}" for i in range(198)])
    return pd.concat([rows[:100], added], axis=1)


def collinear(rows: pd.DataFrame, unit: float = 1.0) -> pd.DataFrame:
    return rows.assign(x=unit * (rows["a"] - 2 * rows["b"]))


SPOILED = {
    "no row": (lambda e: True, lambda rows, e: rows[:0]),
    "one row": (lambda e: True, lambda rows, e: rows[rows["event"] == 1][:1]),
    "no events": (lambda e: e.outcome, lambda rows, e: rows.assign(**{e.outcome: 0.0})),
    "all events": (lambda e: e.outcome, lambda rows, e: rows.assign(**{e.outcome: 1.0})),
    "constant": (lambda e: e.adjusted, lambda rows, e: rows.assign(a=0.1)),
    "collinear": (lambda e: e.adjusted, lambda rows, e: collinear(rows)),
    "collinear in large units": (lambda e: e.adjusted, lambda rows, e: collinear(rows, 1e6)),
    "more covariates than rows": (lambda e: e.adjusted, lambda rows, e: more_covariates(rows)),
    "separated": (
        lambda e: e.adjusted and e.outcome in ("response", "rare", "event", "kind", "treated"),
        lambda rows, e: rows.assign(x=(rows[e.outcome] == 1) * 1.0),
    ),
    "unused level": (
        lambda e: "group" in e.columns,
        lambda rows, e: rows.assign(group=pd.Categorical(rows["group"], [*LEVELS, "none"])),
    ),
    "one level": (lambda e: "group" in e.columns, lambda rows, e: rows.assign(group="low")),
}


def spoiled(answered: bool) -> list:
    """Each estimator with each way to spoil its rows, of those with an answer or without."""
    return [
        case(estimator, word, word=word)
        for word, (applies, _) in SPOILED.items()
        for estimator in ESTIMATORS
        if applies(estimator) and (word in estimator.answers) == answered
    ]


@pytest.mark.parametrize(("estimator", "word"), spoiled(False))
def test_rows_without_an_answer_are_refused_with_a_reason(estimator, word):
    told = reason(estimator, SPOILED[word][1](drawn(), estimator))
    assert re.match("not estimable: |expected |[a-z]+: expected ", told), told


def of_phreg(stop: str = "time", ties: str = "efron", strata: str = ""):
    """Coefficients and errors of another implementation of the Cox model."""

    def expected(rows):
        fit = PHReg(
            rows[stop].to_numpy(),
            rows[["a", "b"]].to_numpy(),
            status=rows["event"].to_numpy(),
            ties=ties,
            strata=rows[strata].to_numpy() if strata else None,
        ).fit(disp=0)
        return dict(zip(("a", "b", "a se", "b se"), (*fit.params, *fit.bse), strict=True))

    return expected


def of_lifelines(stop: str = "time", **arguments):
    """As :func:`of_phreg`, for what that one cannot, or enters otherwise."""

    def expected(rows):
        columns = ["a", "b", stop, "event", *arguments.values()]
        robust = "weights_col" in arguments
        fit = CoxPHFitter().fit(rows[columns], stop, "event", robust=robust, **arguments)
        # Its score residuals take no turns among ties; those are held to weights in test_cox.
        errors = {} if robust else fit.standard_errors_.add_suffix(" se")
        return {**fit.params_, **errors}

    return expected


def of_single_rows(rows):
    """Patients that stand twice with robust errors are patients that stand once with them."""
    fit = fit_cox(
        rows[["a", "b"]], rows["time"], rows["event"], cluster=rows["patient"], ties="breslow"
    )
    return named((fit.coefficients, fit.covariance))


def of_cox_with_robust_errors(rows):
    fit = fit_cox(
        rows[["a", "b"]], rows["end"], rows["kind"], cluster=rows["patient"], ties="breslow"
    )
    return named((fit.coefficients, fit.covariance))


def of_penalised_likelihood(rows):
    """The maximum as found by a general search, and the interval where its ratio test turns."""
    design = with_intercept(covariates_of(rows)).to_numpy()
    response = rows["response"].to_numpy()

    def lost(beta):
        linear = design @ beta
        risk = expit(linear)
        information = (design.T * (risk * (1 - risk))) @ design
        plain = response @ log_expit(linear) + (1 - response) @ log_expit(-linear)
        return -plain - np.linalg.slogdet(information)[1] / 2

    found = minimize(lost, np.zeros(design.shape[1]), method="BFGS", options={"gtol": 1e-7})
    return {"a": found.x[1]}


def of_peer_test(**weights):
    def expected(rows):
        found = multivariate_logrank_test(rows["time"], rows["group"], rows["event"], **weights)
        return {"chi2": found.test_statistic, "p_value": found.p_value, "df": 2}

    return expected


def of_log_rank(rows):
    """Without other events Gray's test is the log-rank test but for its variance."""
    rows = rows.assign(time=rows["end"], event=1.0)
    return {"chi2": by_name("log-rank").of(rows)["chi2"], "df": 2}


def of_share(rows):
    """Without censoring the curve is the share that is left, with a binomial error."""
    left = (rows["time"] > 0.7).mean()
    return {"survival": left, "survival se": np.sqrt(left * (1 - left) / len(rows))}


def of_counts(rows):
    """The product of what is left of each risk set, one time after the other."""
    survival = 1.0
    for time in np.unique(rows["late"][rows["late"] <= 0.9]):
        at_risk = (rows["start"] < time) & (rows["late"] >= time)
        survival *= (
            1 - (at_risk & (rows["late"] == time) & (rows["event"] == 1)).sum() / at_risk.sum()
        )
    return {"survival": survival}


def of_nobody(rows):
    return {"survival": 1.0, "survival se": 0.0}


def of_one(rows):
    """The curve of one patient who had the event falls to 0 at once and has no error then."""
    gone = rows["time"].iloc[0] <= 0.7
    return {"survival": 0.0 if gone else 1.0, "survival se": np.nan if gone else 0.0}


def of_used_levels(name: str):
    def expected(rows):
        return by_name(name).of(rows.assign(group=rows["group"].astype(str)))

    return expected


def of_each_column(rows):
    """Each covariate is compared by itself, whatever stands beside it; a constant is alike."""
    alone = by_name("balance").of(rows[["a", "b", "treated", "weight"]])
    return alone | ({"a smd": 0.0} if rows["a"].nunique() == 1 else {})


def of_known_outcomes(rows):
    """What is drawn lies about what is known."""
    known = rows["outcome"][np.arange(len(rows)) % 5 != 0].mean()
    return {f"copy {i}": known for i in range(3)}


def by_name(name: str):
    return next(e for e in ESTIMATORS if e.name == name)


ANSWERS = {
    ("Firth", "separated"): (of_penalised_likelihood, 1e-4),
    ("Firth, profile", "separated"): (of_penalised_likelihood, 1e-4),
    ("Cox, Efron", "all events"): (of_phreg(), 1e-5),
    ("Cox, Breslow", "all events"): (of_phreg(ties="breslow"), 1e-5),
    ("Cox, late entry", "all events"): (of_lifelines("late", entry_col="start"), 1e-5),
    ("Cox, strata", "all events"): (of_phreg("own_time", strata="stratum"), 1e-5),
    ("Cox, clusters", "all events"): (of_single_rows, 1e-7),
    ("Cox, weights and families", "all events"): (
        of_lifelines(weights_col="weight", cluster_col="family"),
        1e-5,
    ),
    ("Fine-Gray", "all events"): (of_cox_with_robust_errors, 1e-7),
    ("Kaplan-Meier", "one row"): (of_one, 1e-9),
    ("Kaplan-Meier", "no events"): (of_nobody, 1e-9),
    ("Kaplan-Meier", "all events"): (of_share, 1e-9),
    ("Kaplan-Meier, late entry", "one row"): (of_counts, 1e-9),
    ("Kaplan-Meier, late entry", "no events"): (of_nobody, 1e-9),
    ("Kaplan-Meier, late entry", "all events"): (of_counts, 1e-9),
    ("log-rank", "all events"): (of_peer_test(), 1e-7),
    ("Peto-Peto", "all events"): (of_peer_test(weightings="fleming-harrington", p=1, q=0), 1e-7),
    ("Gray", "all events"): (of_log_rank, 0.25),
    **{
        (name, "unused level"): (of_used_levels(name), 1e-9)
        for name in ("log-rank", "Peto-Peto", "Gray")
    },
    **{("balance", word): (of_each_column, 1e-9) for word in by_name("balance").answers},
    **{
        ("imputation", word): (of_known_outcomes, 0.1)
        for word in by_name("imputation").answers - {"missing"}
    },
}


@pytest.mark.parametrize(("estimator", "word"), spoiled(True))
def test_rows_that_still_have_an_answer_get_that_answer(estimator, word):
    rows = SPOILED[word][1](drawn(), estimator)
    expected, tolerance = ANSWERS[estimator.name, word]
    found = estimator.of(rows)
    for name, value in expected(rows).items():
        assert found[name] == pytest.approx(value, rel=tolerance, abs=1e-9, nan_ok=True), name


@those(lambda e: e.fit, word="few")
def test_few_patients_have_errors_above_0_or_a_reason(estimator):
    refused = 0
    for seed in range(40):
        rows = drawn(2 + seed % 14, seed)
        try:
            found = estimator.of(rows)
        except NotEstimable:
            refused += 1
            continue
        assert np.isfinite(list(found.values())).all()
        assert min(value for name, value in found.items() if name.endswith(" se")) > 1e-8
    assert 0 < refused < 40
