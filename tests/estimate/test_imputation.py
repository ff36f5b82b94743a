"""Multiple imputation: what is known stays, what depends on the outcome is not lost."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from lncohort.estimate.imputation import impute, imputed_summary
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.rubin import pool_imputations


def drawn(n=250, seed=1):
    """A covariate that is missing more often when the outcome is high."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    z = 0.5 * x + random.normal(size=n)
    y = 1 + x + 0.5 * z + random.normal(size=n)
    data = pd.DataFrame({"y": y, "x": x, "z": z})
    data.loc[random.random(n) < 1 / (1 + np.exp(1 - 1.2 * (y - 1))), "x"] = np.nan
    return data


def slope(rows):
    fit = sm.OLS(rows["y"], sm.add_constant(rows[["x", "z"]])).fit()
    return fit.params["x"], fit.bse["x"] ** 2, fit.df_resid


def test_known_values_stay_and_nothing_is_missing():
    data = drawn()
    for table in impute(data, 3, seed=1):
        assert table.notna().all(axis=None)
        pd.testing.assert_frame_equal(table.where(data.notna()), data)


def test_the_seed_decides_and_copies_differ():
    data = drawn()
    one, two = impute(data, 2, seed=1), impute(data, 2, seed=1)
    pd.testing.assert_frame_equal(one[0], two[0])
    assert not one[0].equals(one[1])
    assert not one[0].equals(impute(data, 2, seed=2)[0])


def test_pooled_slope_is_right_where_complete_cases_are_not():
    inside, pooled, complete = [], [], []
    for seed in range(200):
        data = drawn(seed=seed)
        fits = [slope(table) for table in impute(data, 5, seed=seed)]
        found = pool_imputations([f[0] for f in fits], [f[1] for f in fits], fits[0][2])
        inside.append(found.ci_low < 1 < found.ci_high)
        pooled.append(found.estimate)
        complete.append(slope(data.dropna())[0])
    assert abs(np.mean(pooled) - 1) < 0.06
    assert np.mean(complete) < 0.9
    assert 0.90 < np.mean(inside) < 0.99


def test_units_of_a_column_do_not_matter():
    data = drawn()
    plain = impute(data, 2, seed=1)[0]
    scaled = impute(data.assign(x=data["x"] * 1e4 + 5), 2, seed=1)[0]
    np.testing.assert_allclose((scaled["x"] - 5) / 1e4, plain["x"], atol=1e-6)


def test_nothing_missing_is_left_as_it_is():
    data = drawn().fillna(0)
    assert all(table.equals(data) for table in impute(data, 2, seed=1))


def test_draws_are_told_beside_what_is_known():
    data = drawn()
    found = imputed_summary(data, impute(data, 5, seed=1)).loc["x"]
    assert found["missing"] == data["x"].isna().sum()
    assert found["imputed_mean"] > found["known_mean"], "those missing have the higher outcome"


def test_what_cannot_be_imputed_is_refused():
    data = drawn()
    with pytest.raises(NotEstimable, match="x has too few"):
        impute(data.assign(x=np.nan), 2, seed=1)
    with pytest.raises(ValueError, match="2 or more"):
        impute(data, 1, seed=1)
