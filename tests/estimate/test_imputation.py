"""Multiple imputation: what is known stays, what depends on the outcome is not lost."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from lncohort.estimate.imputation import impute
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
    for table in impute(data, 3, seed=1).tables:
        assert table.notna().all(axis=None)
        pd.testing.assert_frame_equal(table.where(data.notna()), data)


def test_the_seed_decides_and_copies_differ():
    data = drawn()
    one, two = (impute(data, 2, seed=1).tables for _ in range(2))
    pd.testing.assert_frame_equal(one[0], two[0])
    assert not one[0].equals(one[1])
    assert not one[0].equals(impute(data, 2, seed=2).tables[0])


def test_pooled_slope_is_right_where_complete_cases_are_not():
    inside, pooled, complete = [], [], []
    for seed in range(200):
        data = drawn(seed=seed)
        fits = [slope(table) for table in impute(data, 5, seed=seed).tables]
        found = pool_imputations([f[0] for f in fits], [f[1] for f in fits], fits[0][2])
        inside.append(found.ci_low < 1 < found.ci_high)
        pooled.append(found.estimate)
        complete.append(slope(data.dropna())[0])
    assert abs(np.mean(pooled) - 1) < 0.06
    assert np.mean(complete) < 0.9
    assert 0.90 < np.mean(inside) < 0.99


def test_units_of_a_column_do_not_matter():
    data = drawn()
    plain = impute(data, 2, seed=1).tables[0]
    scaled = impute(data.assign(x=data["x"] * 1e4 + 5), 2, seed=1).tables[0]
    np.testing.assert_allclose((scaled["x"] - 5) / 1e4, plain["x"], atol=1e-6)


def test_nothing_missing_is_left_as_it_is():
    data = drawn().fillna(0)
    assert all(table.equals(data) for table in impute(data, 2, seed=1).tables)


def test_trace_tells_the_mean_of_the_draws_of_each_turn():
    data = drawn()
    imputed = impute(data, 2, seed=1)
    last = imputed.trace[imputed.trace["iteration"] == 10]
    for copy, table in enumerate(imputed.tables, start=1):
        drawn_mean = table.loc[data["x"].isna(), "x"].mean()
        assert last.set_index("copy")["mean"][copy] == pytest.approx(drawn_mean)
    assert drawn_mean > data["x"].mean(), "those missing have the higher outcome"


def with_category(n=400, seed=1):
    """A category that is missing more often when the outcome is 1, and confounds it."""
    random = np.random.default_rng(seed)
    place = random.integers(0, 3, n)
    used = random.random(n) < 0.2 + 0.25 * place
    y = random.random(n) < 1 / (1 + np.exp(2 - 1.2 * place - 0.5 * used))
    levels = pd.Categorical.from_codes(place, ["a", "b", "c"])
    data = pd.DataFrame({"y": y.astype(float), "used": used.astype(float), "level": levels})
    data.loc[random.random(n) < 0.15 + 0.35 * y, "level"] = np.nan
    return data


def test_levels_are_imputed_as_levels_and_those_known_stay():
    data = with_category()
    for table in impute(data, 2, seed=1).tables:
        assert table["level"].dtype == data["level"].dtype
        assert table.notna().all(axis=None)
        known = data["level"].notna()
        assert (table["level"][known] == data["level"][known]).all()


def test_pooled_effect_is_right_when_a_confounding_level_is_imputed():
    inside, pooled, naive = [], [], []
    for seed in range(60):
        data = with_category(seed=seed)

        def effect(table):
            dummies = pd.get_dummies(table["level"], drop_first=True, dtype=float)
            design = sm.add_constant(pd.concat([table["used"], dummies], axis=1))
            fit = sm.Logit(table["y"], design).fit(disp=0)
            return fit.params["used"], fit.bse["used"] ** 2

        fits = np.array([effect(table) for table in impute(data, 5, seed=seed).tables])
        found = pool_imputations(fits[:, 0], fits[:, 1], 396)
        inside.append(found.ci_low < 0.5 < found.ci_high)
        pooled.append(found.estimate)
        alone = sm.Logit(data["y"], sm.add_constant(data[["used"]])).fit(disp=0)
        naive.append(alone.params["used"])
    error = np.std(pooled) / np.sqrt(60)
    assert abs(np.mean(pooled) - 0.5) < 3 * error
    assert np.mean(naive) > 0.8
    assert np.mean(inside) > 0.87


def test_what_cannot_be_imputed_is_refused():
    data = drawn()
    with pytest.raises(NotEstimable, match="x has too few"):
        impute(data.assign(x=np.nan), 2, seed=1)
    with pytest.raises(ValueError, match="2 or more"):
        impute(data, 1, seed=1)
