"""Splines: Harrell's basis, and R's curves and tests."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.spline import knots_of, restricted_cubic
from reference_case import r_data, r_figures


def test_basis_is_linear_beyond_the_outer_knots_and_smooth_between():
    knots = np.array([1.0, 2.0, 4.0, 7.0])
    outside = restricted_cubic(np.array([-1.0, 0.0, 1.0, 7.0, 8.0, 9.0]), knots)
    for side in (outside[:3], outside[3:]):
        assert np.diff(side, n=2, axis=0) == pytest.approx(0, abs=1e-9)
    fine = restricted_cubic(np.linspace(0, 8, 80_001), knots)
    second = np.diff(fine, n=2, axis=0) / 1e-4**2
    assert np.abs(np.diff(second, axis=0)).max() < 1e-2


def test_basis_of_a_value_is_worked_out_by_hand():
    # knots 0, 1, 2: (x)^3 - 2 (x - 1)^3 + (x - 2)^3, over 2^2
    assert restricted_cubic([1.5], [0, 1, 2])[0] == pytest.approx([1.5, (3.375 - 0.25) / 4])


def test_basis_test_and_curve_are_those_of_rms_in_r():
    r, births = r_figures("logistic"), r_data("logistic")
    knots = {name: [r[f"spline/knot/{name}/{i}"] for i in range(1, 5)] for name in ("age", "lwt")}
    for identity, value in r.items():
        if identity.startswith("spline/basis/"):
            _, _, name, at, term = identity.split("/")
            found = restricted_cubic([float(at)], knots[name])[0, int(term) - 1]
            assert found == pytest.approx(value, rel=1e-9, abs=1e-12)
    parts = [
        pd.DataFrame(
            restricted_cubic(births[name], knots[name]),
            columns=[f"{name}{i}" for i in range(1, 4)],
        )
        for name in knots
    ]
    fit = fit_logistic(with_intercept(*parts, births[["smoke"]].astype(float)), births["low"])
    for name in knots:
        terms = [f"{name}{i}" for i in range(1, 4)]
        assert fit.wald_test(terms) == pytest.approx(r[f"spline/test/{name}/p"], rel=1e-6)
        bend = fit.wald_test(terms[1:])
        assert bend == pytest.approx(r[f"spline/test/{name}_non_linear/p"], rel=1e-6)
    for value in (85, 100, 150, 220):
        basis = restricted_cubic([value, 130], knots["lwt"])
        found = fit.contrast(dict(zip(["lwt1", "lwt2", "lwt3"], basis[0] - basis[1], strict=True)))
        expected = [r[f"spline/curve/lwt/{value}/{name}"] for name in ("log_or", "se")]
        assert found == pytest.approx(expected, rel=1e-7)


def test_knots_are_told_to_two_digits_and_must_differ():
    assert knots_of(np.linspace(0, 10, 1001), 3).tolist() == [1.0, 5.0, 9.0]
    with pytest.raises(NotEstimable, match="too few different values"):
        knots_of(np.repeat([1.0, 2.0], 50))
