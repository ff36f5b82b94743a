"""Models of a plain table, without a study: a data frame in, the table of estimates out."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import FIRTH
from lncohort.errors import UserError
from lncohort.estimate.arrays import flags
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.firth import fit_firth
from lncohort.estimate.logistic import METHOD, fit_logistic, profile_intervals, with_intercept
from lncohort.estimate.rows import NotEstimable, as_estimates, row, wald


def logistic(
    data: pd.DataFrame,
    outcome: str,
    exposure: str,
    adjust: Sequence[str] = (),
    *,
    reference=None,
    weights: str | None = None,
    offset: str | None = None,
    cluster: str | None = None,
    errors: str = "model",
    interval: str = "wald",
) -> pd.DataFrame:
    """Odds ratios of an exposure, crude and adjusted.

    Parameters
    ----------
    data : DataFrame of shape (n, columns)
        One row per patient.
    outcome : str
        A column of True and False, or 1 and 0.
    exposure : str
        A column of levels (text, category, yes or no), or of numbers: then the ratio is of one
        more unit.
    adjust : sequence of str
        Columns to adjust for, levels or numbers.
    reference
        The level of the exposure to compare with; by default the first.
    weights, offset, cluster : str, optional
        Columns; see :func:`lncohort.estimate.logistic.fit_logistic`.
    errors : str
        ``model``, ``HC0`` to ``HC3``, or ``cluster``.
    interval : str
        ``wald`` or ``profile``.

    Returns
    -------
    DataFrame
        Columns :data:`lncohort.estimate.rows.COLUMNS`, two rows (crude, adjusted) for each level.
        Rows with a missing value leave, and the note says how many. Where the likelihood has no
        finite maximum the ratios are Firth's, and say so.

    Raises
    ------
    UserError
        For a column or level that is not there, an outcome of other values, or an option of another
        name.

    Notes
    -----
    Hosmer DW, Lemeshow S, Sturdivant RX. Applied Logistic Regression, 3rd ed., 2013. Firth D.
    Biometrika 1993;80:27.
    """
    if interval not in ("wald", "profile") or (interval == "profile" and errors != "model"):
        raise UserError(
            f'interval: expected "wald", or "profile" with errors = "model"; found "{interval}" '
            f'with "{errors}"'
        )
    extra = [name for name in (weights, offset, cluster) if name is not None]
    rows = []
    for model, covariates in (("crude", ()), ("adjusted", columns_named(adjust))):
        if model == "adjusted" and not covariates:
            continue
        kept, note = complete_rows(data, [outcome, exposure, *covariates, *extra])
        kept[outcome] = happened(kept[outcome])
        own, levels = _exposure(kept[exposure], reference)
        design = with_intercept(own, *(design_columns(kept[name]) for name in covariates))
        given = {
            key: kept[name].to_numpy()
            for key, name in (("weights", weights), ("offset", offset))
            if name is not None
        }
        grouped = {} if cluster is None else {"cluster": kept[cluster]}
        try:
            fit = fit_logistic(design, kept[outcome], errors=errors, **given, **grouped)
            figures = {name: wald(*fit.contrast({name: 1.0})) for name in own}
            method = METHOD if errors == "model" else f"{METHOD}, {errors} errors"
            if interval == "profile":
                limits = profile_intervals(design, kept[outcome], list(own), **given)
                figures = {name: figures[name] | _exponentiated(limits.loc[name]) for name in own}
                method = METHOD.replace("Wald", "profile-likelihood")
        except NotEstimable as error:
            figures, method = {name: {} for name in own}, METHOD
            note = "; ".join(part for part in (str(error), note) if part)
            if "finite odds ratios" in str(error) and not given and cluster is None:
                figures, method, note = _penalised(design, kept[outcome], list(own), note)
        except ValueError as error:
            raise UserError(str(error)) from error
        place = {"analysis": "logistic", "model": model, "method": method, "note": note}
        rows += _rows("OR", place, kept, outcome, exposure, levels, figures)
    return as_estimates(rows)


def cox(
    data: pd.DataFrame,
    stop: str,
    event: str,
    exposure: str,
    adjust: Sequence[str] = (),
    *,
    reference=None,
    start: str | None = None,
    strata: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    ties: str = "efron",
) -> pd.DataFrame:
    """Hazard ratios of an exposure, crude and adjusted.

    Parameters
    ----------
    data : DataFrame of shape (n, columns)
        One row per patient, or per stretch of time of a patient.
    stop, event : str
        Columns: the time of the event or censoring, and whether the event came then.
    exposure, adjust, reference
        As for :func:`logistic`.
    start, strata, weights, cluster : str, optional
        Columns; see :func:`lncohort.estimate.cox.fit_cox`.
    ties : str
        ``efron`` or ``breslow``.

    Returns
    -------
    DataFrame
        As :func:`logistic` returns it, with measure HR.

    Raises
    ------
    UserError
        For a column or level that is not there, an event of other values, times that do not end after
        they start, or an option that is none.

    Notes
    -----
    Therneau TM, Grambsch PM. Modeling Survival Data, 2000.
    """
    options = {"start": start, "strata": strata, "weights": weights, "cluster": cluster}
    options = {key: name for key, name in options.items() if name is not None}
    rows = []
    for model, covariates in (("crude", ()), ("adjusted", columns_named(adjust))):
        if model == "adjusted" and not covariates:
            continue
        kept, note = complete_rows(data, [stop, event, exposure, *covariates, *options.values()])
        kept[event] = happened(kept[event])
        own, levels = _exposure(kept[exposure], reference)
        columns = pd.concat([own, *(design_columns(kept[name]) for name in covariates)], axis=1)
        given = {key: kept[name].to_numpy() for key, name in options.items()}
        try:
            fit = fit_cox(columns, kept[stop], kept[event], ties=ties, **given)
            errors = np.sqrt(np.diag(fit.covariance))
            found = zip(columns, fit.coefficients, errors, strict=True)
            figures = {name: wald(beta, se) for name, beta, se in found if name in own}
        except NotEstimable as error:
            figures = {name: {} for name in own}
            note = "; ".join(part for part in (str(error), note) if part)
        except ValueError as error:
            raise UserError(str(error)) from error
        place = {"analysis": "cox", "model": model, "note": note}
        place["method"] = f"Cox model, {ties} ties, Wald interval"
        rows += _rows("HR", place, kept, event, exposure, levels, figures)
    return as_estimates(rows)


def happened(values: pd.Series) -> pd.Series:
    """A column of True and False, or 1 and 0, as booleans."""
    try:
        return pd.Series(flags(values.name, values), index=values.index, name=values.name)
    except ValueError as error:
        raise UserError(str(error)) from error


def columns_named(adjust: Sequence[str]) -> tuple[str, ...]:
    """The columns to adjust for; a text is no list of one."""
    if isinstance(adjust, str):
        raise UserError(f'adjust: expected a list of columns, found the text "{adjust}"')
    return tuple(adjust)


def complete_rows(data: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, str]:
    """The rows without a missing value in some columns, and how many others there were."""
    for name in names:
        if name not in data:
            near = get_close_matches(str(name), [str(column) for column in data], n=1)
            hint = f', did you mean "{near[0]}"?' if near else ""
            raise UserError(f'the table has no column "{name}"{hint}')
    kept = data[list(dict.fromkeys(names))].dropna()
    lost = len(data) - len(kept)
    return kept, f"{lost} rows with a missing value left out" if lost else ""


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _levels(values: pd.Series) -> list:
    """The levels that are there, in their order."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [level for level in values.cat.categories if (values == level).any()]
    return sorted(values.unique())


def design_columns(values: pd.Series, levels: list | None = None) -> pd.DataFrame:
    """A number as it is, levels as indicators of all but the first."""
    if _is_number(values):
        return values.astype(float).to_frame()
    others = (_levels(values) if levels is None else levels)[1:]
    indicators = {f"{values.name}: {level}": (values == level).astype(float) for level in others}
    return pd.DataFrame(indicators, index=values.index)


def _exposure(values: pd.Series, reference) -> tuple[pd.DataFrame, list]:
    """The design columns of the exposure, and its levels with the reference first."""
    if _is_number(values):
        if reference is not None:
            raise UserError(f'"{values.name}" is a number and has no reference level')
        return design_columns(values), []
    levels = _levels(values)
    if reference is not None:
        if reference not in levels:
            expected = ", ".join(str(level) for level in levels)
            raise UserError(
                f'"{values.name}" has no level {reference!r}; expected one of {expected}'
            )
        levels = [reference, *(level for level in levels if level != reference)]
    return design_columns(values, levels), levels


def _exponentiated(limits: pd.Series) -> dict:
    ends = {key: float(np.exp(limits[key])) for key in ("ci_low", "ci_high")}
    return ends | {"p_value": float(limits["p_value"])}


def _penalised(design: pd.DataFrame, response, names: list[str], note: str) -> tuple:
    """Firth's figures where the likelihood has no finite maximum."""
    try:
        fit = fit_firth(design, response, names)
    except NotEstimable:
        return {name: {} for name in names}, METHOD, note
    figures = {
        name: {"estimate": float(np.exp(fit.coefficients[name]))}
        | _exponentiated(fit.intervals.loc[name])
        for name in names
    }
    return figures, FIRTH, note.replace("not estimable", "by Firth's penalised likelihood", 1)


def _rows(
    measure: str,
    place: dict,
    kept: pd.DataFrame,
    outcome: str,
    exposure: str,
    levels: list,
    figures: dict,
) -> list[dict]:
    """A row for each level, or one for a number."""
    events = kept[outcome].astype(bool)
    if not levels:
        counts = {"n": len(kept), "events": int(events.sum()), "level": "per unit"}
        return [row(measure=measure, contrast=exposure, **place, **counts, **figures[exposure])]
    rows = []
    for level in levels:
        own = kept[exposure] == level
        shared = place | {
            "measure": measure,
            "contrast": exposure,
            "level": str(level),
            "reference": str(levels[0]),
            "n": int(own.sum()),
            "events": int(events[own].sum()),
        }
        if level == levels[0]:
            rows.append(row(**(shared | {"estimate": 1.0, "note": "reference"})))
        else:
            rows.append(row(**shared, **figures[f"{exposure}: {level}"]))
    return rows
