"""What must hold of every estimator: invariances, coverage, and a reason where there is no answer."""

import importlib
import pkgutil
import re

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import survdiff

import lncohort.estimate
from estimate.conformance import ESTIMATORS, LABELS, LEVELS, covariates_of, drawn
from lncohort.estimate.rows import NotEstimable, Z

SAMPLES = 500
THROUGH_OTHERS = {"fit_levels": "fit_logistic", "fit_levels_penalised": "fit_firth"}


def those(holds=lambda estimator: True):
    """Parametrise over the estimators for which something holds."""
    chosen = [e for e in ESTIMATORS if holds(e)]
    return pytest.mark.parametrize("estimator", chosen, ids=[e.name for e in chosen])


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
    assert public - named == set(THROUGH_OTHERS)
    assert set(THROUGH_OTHERS.values()) <= named


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


@those(lambda e: e.adjusted)
def test_unit_of_a_covariate_scales_what_is_told_of_it_and_nothing_else(estimator):
    rows = drawn()
    plain = estimator.of(rows)
    for factor in estimator.units:
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
        dummies = {f"x{l}": (rows["group"] == l) * 1.0 for l in LEVELS if l != reference}
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


def samples(estimator) -> list[dict]:
    return [estimator.of(drawn(estimator.n, 1000 + i, ties=False)) for i in range(SAMPLES)]


@those(lambda e: e.truth)
def test_estimates_are_unbiased_and_intervals_cover(estimator):
    found = samples(estimator)
    for name, truth in estimator.truth.items():
        values = np.array([one[name] for one in found])
        limits = np.array([interval(one, name) for one in found])
        covered = ((limits[:, 0] < truth) & (truth < limits[:, 1])).mean()
        assert abs(covered - 0.95) < 3 * np.sqrt(0.95 * 0.05 / SAMPLES)
        if not estimator.biased:
            assert abs(values.mean() - truth) < 3 * values.std(ddof=1) / np.sqrt(SAMPLES)


@those(lambda e: e.null)
def test_what_holds_is_rejected_as_often_as_it_should_be(estimator):
    rejected = np.mean([one[estimator.null] < 0.05 for one in samples(estimator)])
    assert abs(rejected - 0.05) < 3 * np.sqrt(0.95 * 0.05 / SAMPLES)


def with_value(column: str, value: float):
    """Rows in which one value of a column is another."""

    def spoiled(rows):
        values = rows[column].astype(float) if rows[column].dtype != object else rows[column]
        return rows.assign(**{column: values.mask(rows.index == rows.index[3], value)})

    return spoiled


def of_columns():
    """Each estimator, each column that it reads, and a value that is none."""
    for estimator in ESTIMATORS:
        for column, called in estimator.columns.items():
            values = {"missing": np.nan, "infinite": np.inf, "minus infinite": -np.inf}
            if column in ("response", "rare", "event", "treated", "kind"):
                values |= {"neither 0 nor 1": 0.5}
            if column == "weight":
                values |= {"below 0": -1.0}
            if column in LABELS:
                values = {"missing": None}
            for word, value in values.items():
                yield pytest.param(
                    estimator, column, called, value, id=f"{estimator.name}, {column} {word}"
                )


def reason(estimator, rows) -> str:
    """Why an estimator refuses some rows."""
    with pytest.raises((NotEstimable, ValueError)) as refused:
        estimator.of(rows)
    assert refused.type in (NotEstimable, ValueError)
    return str(refused.value)


@pytest.mark.parametrize(("estimator", "column", "called", "value"), list(of_columns()))
def test_value_that_is_none_is_refused_and_named(estimator, column, called, value):
    told = reason(estimator, with_value(column, value)(drawn()))
    assert re.search(rf"\b{called}", told), told


@those(lambda e: e.adjusted)
@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["missing", "infinite"])
def test_covariate_without_a_value_is_refused_and_named(estimator, value):
    told = reason(estimator, with_value("a", value)(drawn()))
    assert re.search(r"\b(a\b|covariate)", told), told


def more_covariates(rows: pd.DataFrame) -> pd.DataFrame:
    """A hundred rows with two hundred covariates."""
    random = np.random.default_rng(4)
    added = {f"x{i}": random.normal(size=100) for i in range(198)}
    return rows[:100].assign(**added)


SPOILED = {
    "no row": (lambda e: True, lambda rows, e: rows[:0]),
    "one row": (lambda e: True, lambda rows, e: rows[rows["event"] == 1][:1]),
    "no events": (lambda e: e.outcome, lambda rows, e: rows.assign(**{e.outcome: 0.0})),
    "all events": (lambda e: e.outcome, lambda rows, e: rows.assign(**{e.outcome: 1.0})),
    "constant": (lambda e: e.adjusted, lambda rows, e: rows.assign(a=0.1)),
    "collinear": (
        lambda e: e.adjusted,
        lambda rows, e: rows.assign(x=rows["a"] - 2 * rows["b"]),
    ),
    "collinear in large units": (
        lambda e: e.adjusted,
        lambda rows, e: rows.assign(x=1e6 * (rows["a"] - 2 * rows["b"])),
    ),
    "more covariates than rows": (
        lambda e: e.adjusted,
        lambda rows, e: more_covariates(rows),
    ),
    "unused level": (
        lambda e: "group" in e.columns,
        lambda rows, e: rows.assign(group=pd.Categorical(rows["group"], [*LEVELS, "none"])),
    ),
    "one level": (lambda e: "group" in e.columns, lambda rows, e: rows.assign(group="low")),
}


def spoiled(wanted):
    """Each estimator with each way to spoil its rows, answered or not."""
    for word, (applies, made) in SPOILED.items():
        for estimator in ESTIMATORS:
            if applies(estimator) and (word in estimator.answers) == wanted:
                yield pytest.param(estimator, word, made, id=f"{estimator.name}, {word}")


@pytest.mark.parametrize(("estimator", "word", "made"), list(spoiled(False)))
def test_rows_without_an_answer_are_refused_with_a_reason(estimator, word, made):
    told = reason(estimator, made(drawn(), estimator))
    assert re.match("not estimable: |expected |[a-z]+: expected ", told), told


@pytest.mark.parametrize(("estimator", "word", "made"), list(spoiled(True)))
def test_rows_with_an_answer_have_finite_numbers(estimator, word, made):
    found = estimator.of(made(drawn(), estimator))
    assert found
