"""Quantitative bias analysis: textbook examples, refusals, coverage."""

import math

import numpy as np
import pytest

from lncohort.estimate.bias_analysis import (
    Distribution,
    ExposureMisclassification,
    OutcomeMisclassification,
    SelectionBias,
    UnmeasuredConfounder,
    probabilistic_bias_analysis,
    simple_bias_analysis,
)
from lncohort.estimate.rows import NotEstimable

# Lash, Fox and Fink 2009: mobile phones and melanoma (ch. 4), circumcision and HIV (ch. 5),
# smoking and breast cancer (ch. 6); the digits beyond the book's are those of R's episensr
MELANOMA = [[136, 107], [297, 165]]
HIV = [[105, 85], [527, 93]]
BREAST_CANCER = [[215, 1449], [668, 4296]]
OUTCOME = [[4558, 3428], [46305, 46085]]
# Greenland et al. 1994: occupational resins and deaths from lung cancer
RESINS = [[45, 94], [257, 945]]
# the example of Fox, MacLehose and Lash, Int J Epidemiol 2023;52:1624
EXAMPLE = [[40, 20], [60, 80]]
SELECTION = SelectionBias(0.94, 0.85, 0.64, 0.25)


def uniform(low, high):
    return Distribution("uniform", (low, high))


@pytest.mark.parametrize(
    ("table", "bias", "measure", "observed", "corrected"),
    [
        (MELANOMA, SELECTION, "OR", 0.7061267, 1.634608),
        (MELANOMA, SELECTION, "RR", 0.7984287, 1.483780),
        (HIV, UnmeasuredConfounder(0.8, 0.05, 0.63), "RR", 0.3479151, 0.4850550),
        (BREAST_CANCER, ExposureMisclassification(0.78, 0.99), "OR", 0.9542406, 0.9491),
        (BREAST_CANCER, ExposureMisclassification(0.78, 0.99), "RR", 0.9653825, 0.9614),
        (OUTCOME, OutcomeMisclassification(0.53, 0.99), "RR", 1.2944, 1.3440),
        (OUTCOME, OutcomeMisclassification(0.53, 0.99), "OR", 1.3233, 1.4062),
        (OUTCOME, OutcomeMisclassification((0.78, 0.75), (0.92, 0.97)), "RR", 1.2944, 0.2520),
        (OUTCOME, OutcomeMisclassification((0.78, 0.75), (0.92, 0.97)), "OR", 1.3233, 0.2416),
        # antidepressants and breast cancer, Chien et al.
        (
            [[118, 832], [103, 884]],
            ExposureMisclassification((0.56, 0.58), (0.99, 0.97)),
            "OR",
            1.2172330,
            1.676452,
        ),
        (
            [[118, 832], [103, 884]],
            ExposureMisclassification((0.56, 0.58), (0.99, 0.97)),
            "RR",
            1.1012443,
            1.272939,
        ),
    ],
)
def test_simple_analyses_of_the_textbook(table, bias, measure, observed, corrected):
    found = simple_bias_analysis(table, bias, measure)
    assert found.observed == pytest.approx(observed, abs=1e-4)
    assert found.corrected == pytest.approx(corrected, abs=1e-4)


def test_one_bias_after_the_other():
    """Chien et al. in Lash, Fox and Fink 2009: misclassification, then selection."""
    first = simple_bias_analysis(
        [[118, 832], [103, 884]], ExposureMisclassification((0.56, 0.58), (0.99, 0.97)), "OR"
    )
    second = simple_bias_analysis(first.table, SelectionBias(0.73, 0.61, 0.82, 0.76), "OR")
    factor = (0.61 * 0.82) / (0.73 * 0.76)
    assert second.corrected == pytest.approx(first.corrected * factor, rel=1e-12)
    assert second.corrected == pytest.approx(1.51, abs=0.005)


def test_risk_difference_is_that_of_the_corrected_table():
    found = simple_bias_analysis(MELANOMA, SELECTION, "RD")
    (a, b), (c, d) = found.table
    assert found.corrected == pytest.approx(a / (a + c) - b / (b + d))
    assert (a, b, c, d) == pytest.approx((136 / 0.94, 107 / 0.85, 297 / 0.64, 165 / 0.25))


@pytest.mark.parametrize(
    "bias",
    [
        ExposureMisclassification(1.0, 1.0),
        OutcomeMisclassification((1.0, 1.0), (1.0, 1.0)),
        UnmeasuredConfounder(0.3, 0.3, 4.0),
        UnmeasuredConfounder(0.7, 0.2, 1.0),
        SelectionBias(0.5, 0.5, 0.5, 0.5),
    ],
)
@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_without_bias_the_corrected_measure_is_the_observed_one(bias, measure):
    table = [[40, 20], [160, 280]]
    found = simple_bias_analysis(table, bias, measure)
    assert found.corrected == pytest.approx(found.observed, rel=1e-12)


@pytest.mark.parametrize("what", ["exposure", "outcome"])
def test_misclassification_of_a_true_table_is_undone(what):
    truth = np.array([[30.0, 40.0], [70.0, 160.0]])
    sensitivity, specificity = (0.8, 0.7), (0.9, 0.95)
    rows = truth if what == "exposure" else truth.T
    recorded = []
    for (positive, negative), sensitive, specific in zip(
        rows, sensitivity, specificity, strict=True
    ):
        found = sensitive * positive + (1 - specific) * negative
        recorded.append([found, positive + negative - found])
    recorded = np.array(recorded) if what == "exposure" else np.array(recorded).T
    kind = ExposureMisclassification if what == "exposure" else OutcomeMisclassification
    corrected = simple_bias_analysis(recorded, kind(sensitivity, specificity), "OR").table
    np.testing.assert_allclose(corrected, truth, rtol=1e-12)


def test_confounding_by_a_known_confounder_is_undone():
    """Strata with one risk ratio of 2: the crude table corrected is the standardised one."""
    sizes = {"exposed": (400, 600), "unexposed": (800, 200)}  # without it, with it
    risks, ratio, effect = (0.05, 0.15), 3.0, 2.0
    events = [
        sum(n * risk * effect for n, risk in zip(sizes["exposed"], risks, strict=True)),
        sum(n * risk for n, risk in zip(sizes["unexposed"], risks, strict=True)),
    ]
    table = [events, [1000 - events[0], 1000 - events[1]]]
    found = simple_bias_analysis(table, UnmeasuredConfounder(0.6, 0.2, ratio), "RR")
    assert found.observed > 3
    assert found.corrected == pytest.approx(effect, rel=1e-12)


def test_recoding_the_exposure_inverts_the_ratio():
    bias = ExposureMisclassification((0.8, 0.7), (0.9, 0.95))
    recoded = ExposureMisclassification((0.9, 0.95), (0.8, 0.7))
    straight = simple_bias_analysis(EXAMPLE, bias, "OR").corrected
    turned = simple_bias_analysis(np.array(EXAMPLE)[:, ::-1], recoded, "OR").corrected
    assert straight * turned == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("table", "bias"),
    [
        # fewer recorded as exposed than are falsely so
        ([[5, 95], [40, 60]], ExposureMisclassification(0.9, 0.9)),
        ([[95, 5], [60, 40]], ExposureMisclassification(0.9, 0.9)),
        # a record no better than chance, and one that says the opposite
        (EXAMPLE, ExposureMisclassification(0.5, 0.5)),
        (EXAMPLE, ExposureMisclassification(0.2, 0.3)),
        # a risk of the unexposed above 1
        ([[90, 60], [10, 40]], UnmeasuredConfounder(0.9, 0.1, 5.0)),
        # a risk above 1 of those exposed people who have the confounder
        ([[90, 10], [10, 90]], UnmeasuredConfounder(0.2, 0.2, 2.0)),
        (EXAMPLE, SelectionBias(0.0, 0.5, 0.5, 0.5)),
    ],
)
def test_parameters_that_contradict_the_table_are_refused(table, bias):
    with pytest.raises(NotEstimable, match="cannot have led to this table"):
        simple_bias_analysis(table, bias, "OR")


def test_confounder_that_no_exposed_person_has_asks_nothing_of_their_risk():
    found = simple_bias_analysis([[60, 30], [40, 70]], UnmeasuredConfounder(0.0, 0.5, 2.0), "RR")
    assert found.corrected == pytest.approx(2.0 * 1.5)


@pytest.mark.parametrize("table", [[[0, 5], [5, 5]], [[5, 0], [5, 5]], [[0, 0], [0, 0]]])
def test_empty_cells_are_refused(table):
    with pytest.raises(NotEstimable, match="empty"):
        simple_bias_analysis(table, SELECTION, "OR")
    with pytest.raises(NotEstimable, match="empty"):
        probabilistic_bias_analysis(table, SELECTION, "OR", seed=1)


@pytest.mark.parametrize(
    ("table", "bias", "measure", "message"),
    [
        (EXAMPLE, SELECTION, "HR", "expected OR, RR or RD"),
        ([1, 2, 3, 4], SELECTION, "OR", "two rows"),
        ([[1, 2], [3, -4]], SELECTION, "OR", "two rows"),
        ([[1, 2], [3, math.nan]], SELECTION, "OR", "two rows"),
        (EXAMPLE, SelectionBias(0.9, 0.8, 0.7, 1.1), "OR", "expected a probability"),
        (EXAMPLE, SelectionBias(0.9, 0.8, 0.7, math.nan), "OR", "expected a probability"),
        (EXAMPLE, UnmeasuredConfounder(0.5, 0.2, -1.0), "OR", "expected a ratio"),
        (EXAMPLE, UnmeasuredConfounder(0.5, 0.2, math.inf), "OR", "expected a ratio"),
        (EXAMPLE, UnmeasuredConfounder((0.5, 0.5), 0.2, 2.0), "OR", "has 2 values"),
        (EXAMPLE, ExposureMisclassification((0.9, 0.8, 0.7), 0.9), "OR", "has 3 values"),
        (EXAMPLE, ExposureMisclassification(uniform(0.8, 0.9), 0.9), "OR", "expected numbers"),
    ],
)
def test_wrong_arguments_of_a_simple_analysis_are_named(table, bias, measure, message):
    with pytest.raises(ValueError, match=message):
        simple_bias_analysis(table, bias, measure)


@pytest.mark.parametrize(
    ("table", "bias", "draws", "message"),
    [
        (EXAMPLE, SELECTION, 1, "at least 2"),
        ([[4.5, 2], [6, 8]], SELECTION, 100, "whole numbers"),
        (EXAMPLE, ExposureMisclassification(uniform(0.8, 1.2), 0.9), 100, "a probability"),
        (EXAMPLE, UnmeasuredConfounder(0.5, 0.2, uniform(-1, 2)), 100, "a ratio"),
        (EXAMPLE, ExposureMisclassification(0.9, 0.9, correlation=1.5), 100, "correlation"),
    ],
)
def test_wrong_arguments_of_a_probabilistic_analysis_are_named(table, bias, draws, message):
    with pytest.raises(ValueError, match=message):
        probabilistic_bias_analysis(table, bias, "OR", seed=1, draws=draws)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("normal", (0.5, 0.1)),
        ("uniform", (0.9, 0.8)),
        ("uniform", (0.8, 0.8)),
        ("triangular", (0.7, 0.9)),
        ("triangular", (0.7, 0.95, 0.9)),
        ("trapezoidal", (0.7, 0.9, 0.8, 0.95)),
        ("beta", (0.0, 1.0)),
        ("logit-normal", (0.0, 0.0)),
        ("log-normal", (math.nan, 1.0)),
    ],
)
def test_wrong_distributions_are_named(name, parameters):
    with pytest.raises(ValueError, match="expected"):
        Distribution(name, parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "mean", "median"),
    [
        ("uniform", (0.7, 0.9), 0.8, 0.8),
        ("triangular", (0.6, 0.8, 1.0), 0.8, 0.8),
        ("triangular", (0.0, 0.0, 1.0), 1 / 3, 1 - math.sqrt(0.5)),
        ("trapezoidal", (0.7, 0.8, 0.8, 0.9), 0.8, 0.8),
        ("trapezoidal", (0.75, 0.85, 0.95, 1.0), 0.885714, 0.8875),
        ("beta", (25, 3), 25 / 28, 0.9013),
        ("logit-normal", (2.0, 1e-6), 0.8807971, 0.8807971),
        ("log-normal", (2.159, 0.28), math.exp(2.159 + 0.28**2 / 2), math.exp(2.159)),
    ],
)
def test_distributions_have_their_mean_and_median(name, parameters, mean, median):
    places = (np.arange(20_000) + 0.5) / 20_000
    drawn = Distribution(name, parameters)
    assert drawn.quantile(places).mean() == pytest.approx(mean, rel=1e-3)
    assert drawn.quantile(0.5) == pytest.approx(median, rel=1e-3)


def test_smoking_and_breast_cancer_with_distributions():
    """Fox, MacLehose and Lash 2021, ch. 8, by R's episensr: odds and risk ratio."""
    bias = ExposureMisclassification(
        Distribution("beta", (50.6, 14.3)), Distribution("beta", (70, 1))
    )
    odds = probabilistic_bias_analysis(BREAST_CANCER, bias, "OR", seed=1, draws=40_000)
    figures = (odds.systematic.median, odds.systematic.low, odds.systematic.high)
    assert figures == pytest.approx((0.9490, 0.9278, 0.9525), abs=0.001)
    # random error is included otherwise than there, and the interval 2 % wider
    total = (odds.total.median, odds.total.low, odds.total.high)
    assert total == pytest.approx((0.9472, 0.7796, 1.1402), rel=0.015)
    risk = probabilistic_bias_analysis(BREAST_CANCER, bias, "RR", seed=1, draws=40_000)
    figures = (risk.systematic.median, risk.systematic.low, risk.systematic.high)
    assert figures == pytest.approx((0.9614, 0.9450, 0.9641), abs=0.001)
    total = (risk.total.median, risk.total.low, risk.total.high)
    assert total == pytest.approx((0.9601, 0.8276, 1.1035), rel=0.015)


@pytest.mark.parametrize(
    ("measure", "systematic", "total"),
    [
        ("RR", (2.7536, 2.3295, 5.0172), (2.8415, 1.5355)),
        ("OR", (4.1753, 3.3127, 8.5107), (4.3618, 1.8721)),
    ],
)
def test_differential_exposure_with_correlated_distributions(measure, systematic, total):
    """Fox, MacLehose and Lash 2023, by R's episensr with a million draws."""
    bias = ExposureMisclassification(
        (Distribution("beta", (25, 3)), Distribution("beta", (45, 7))),
        (
            Distribution("trapezoidal", (0.9, 0.93, 0.97, 1)),
            Distribution("trapezoidal", (0.8, 0.83, 0.87, 0.9)),
        ),
        correlation=0.8,
    )
    found = probabilistic_bias_analysis(EXAMPLE, bias, measure, seed=1, draws=40_000)
    figures = (found.systematic.median, found.systematic.low, found.systematic.high)
    assert figures[:2] == pytest.approx(systematic[:2], rel=0.01)
    assert figures[2] == pytest.approx(systematic[2], rel=0.05)
    assert (found.total.median, found.total.low) == pytest.approx(total, rel=0.03)


def test_differential_outcome_with_correlated_distributions():
    """Fox, MacLehose and Lash 2023, by R's episensr."""
    bias = OutcomeMisclassification(
        (
            Distribution("beta", (254, 24)),
            Distribution("trapezoidal", (0.94, 0.96, 0.98, 1)),
        ),
        (
            Distribution("beta", (450, 67)),
            Distribution("trapezoidal", (0.9, 0.92, 0.93, 0.95)),
        ),
        correlation=0.8,
    )
    for measure, expected in (
        ("RR", (2.4695, 2.2612, 2.7380)),
        ("OR", (3.2446, 2.9278, 3.6446)),
    ):
        found = probabilistic_bias_analysis(EXAMPLE, bias, measure, seed=1, draws=40_000)
        figures = (found.systematic.median, found.systematic.low, found.systematic.high)
        assert figures == pytest.approx(expected, rel=0.005)
        assert found.systematic.impossible == 0


def test_resins_and_lung_cancer_with_smoking_unmeasured():
    """Greenland's priors (Modern Epidemiology, 3rd ed., ch. 19), by R's episensr."""
    bias = UnmeasuredConfounder(
        uniform(0.4, 0.7), uniform(0.4, 0.7), Distribution("log-normal", (2.159, 0.28))
    )
    found = probabilistic_bias_analysis(RESINS, bias, "RR", seed=1, draws=40_000)
    figures = (found.systematic.median, found.systematic.low, found.systematic.high)
    assert figures == pytest.approx((1.648388, 1.166250, 2.325654), rel=0.01)
    total = (found.total.median, found.total.low, found.total.high)
    assert total == pytest.approx((1.645768, 1.018201, 2.670214), rel=0.025)


def test_selection_with_distributions():
    """Fox, MacLehose and Lash 2021, ch. 8, by R's episensr."""
    bias = SelectionBias(
        Distribution("beta", (139, 5.1)),
        Distribution("beta", (114, 11.9)),
        Distribution("beta", (369, 96.1)),
        Distribution("beta", (377, 282.9)),
    )
    found = probabilistic_bias_analysis(
        [[139, 114], [369, 377]], bias, "OR", seed=1, draws=40_000
    ).systematic
    assert (found.median, found.low, found.high) == pytest.approx(
        (1.6247, 1.4614, 1.8007), rel=0.005
    )


@pytest.mark.parametrize(
    ("table", "bias", "low", "high"),
    [
        (BREAST_CANCER, ExposureMisclassification(0.78, 0.99), 0.7896, 1.1408),
        ([[126, 92], [71, 224]], ExposureMisclassification(0.94, 0.97), 3.2825, 7.6909),
    ],
)
def test_random_error_alone_is_that_of_the_known_variance(table, bias, low, high):
    """The delta method of Chu et al. 2006, by R's episensr; the draws are not symmetric."""
    found = probabilistic_bias_analysis(table, bias, "OR", seed=1, draws=40_000)
    simple = simple_bias_analysis(table, bias, "OR").corrected
    only = found.systematic
    assert (only.median, only.low, only.high) == pytest.approx((simple,) * 3)
    width = math.log(found.total.high / found.total.low)
    assert width == pytest.approx(math.log(high / low), rel=0.03)


def test_random_error_without_bias_is_that_of_the_table():
    found = probabilistic_bias_analysis(
        BREAST_CANCER, ExposureMisclassification(1.0, 1.0), "OR", seed=1, draws=40_000
    )
    assert (found.total.low, found.total.high) == pytest.approx((0.8092, 1.1252), rel=0.01)


def test_impossible_draws_are_counted():
    """One in two specificities leaves fewer exposed than are falsely so."""
    table = [[10, 90], [40, 60]]
    bias = ExposureMisclassification(1.0, uniform(0.8, 1.0))
    found = probabilistic_bias_analysis(table, bias, "OR", seed=1, draws=20_000)
    assert found.systematic.impossible / found.draws == pytest.approx(0.5, abs=0.02)
    assert found.total.impossible > 0
    assert math.isfinite(found.systematic.high)


def test_draws_that_are_all_impossible_are_refused():
    bias = ExposureMisclassification(1.0, uniform(0.5, 0.6))
    with pytest.raises(NotEstimable, match="none of 500 draws"):
        probabilistic_bias_analysis([[10, 90], [40, 60]], bias, "OR", seed=1, draws=500)


def test_same_seed_gives_the_same_and_another_seed_another_interval():
    bias = ExposureMisclassification(uniform(0.7, 0.95), uniform(0.9, 0.99))
    first, again, other = (
        probabilistic_bias_analysis(BREAST_CANCER, bias, "OR", seed=seed, draws=500)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.total != other.total


def test_what_is_non_differential_is_drawn_once():
    """Drawn apart for the two groups, the parameters spread the ratio more."""
    pair = (uniform(0.7, 0.95), uniform(0.7, 0.95))
    widths = []
    for bias in (
        ExposureMisclassification(pair[0], 0.97),
        ExposureMisclassification(pair, 0.97, correlation=1.0),
        ExposureMisclassification(pair, 0.97, correlation=0.8),
        ExposureMisclassification(pair, 0.97),
    ):
        found = probabilistic_bias_analysis(BREAST_CANCER, bias, "OR", seed=1, draws=5000)
        widths.append(math.log(found.systematic.high / found.systematic.low))
    once, together, nearly, apart = widths
    assert together == pytest.approx(once, rel=1e-9)
    assert once < nearly / 2 < apart / 3


def test_total_interval_covers_the_truth_in_simulated_cohorts():
    generator = np.random.default_rng(5)
    covered = crude = 0
    for seed in range(200):
        exposed = generator.random(2000) < 0.4
        event = generator.random(2000) < np.where(exposed, 0.5, 0.3)
        recorded = generator.random(2000) < np.where(exposed, 0.8, 0.05)
        table = [
            [(event & recorded).sum(), (event & ~recorded).sum()],
            [(~event & recorded).sum(), (~event & ~recorded).sum()],
        ]
        found = probabilistic_bias_analysis(
            table, ExposureMisclassification(0.8, 0.95), "RR", seed=seed, draws=400
        )
        covered += found.total.low <= 0.5 / 0.3 <= found.total.high
        crude += found.observed
    assert 0.90 <= covered / 200 <= 0.99
    assert crude / 200 < 1.6
