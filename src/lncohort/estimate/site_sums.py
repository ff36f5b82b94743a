"""Lossless pooling over sites: each sends sums, no patient; the fit is that of all data together."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from lncohort.errors import UserError
from lncohort.estimate.logistic import is_finite_fit
from lncohort.estimate.risk_sets import risk_sets
from lncohort.estimate.rows import NotEstimable

LOGISTIC, COX = "logistic", "cox"
CONVERGED = 1e-10


@dataclass(frozen=True)
class SiteSums:
    """What one site adds at given coefficients.

    Attributes
    ----------
    site, model : str
    step : int
        Newton's step, from 0.
    columns : tuple of str
    coefficients : tuple of float
        At which the sums were taken.
    log_likelihood : float
    gradient : tuple of float
        Shape (p,).
    information : tuple of tuple of float
        Shape (p, p).
    n, events : int
    """

    site: str
    model: str
    step: int
    columns: tuple[str, ...]
    coefficients: tuple[float, ...]
    log_likelihood: float
    gradient: tuple[float, ...]
    information: tuple[tuple[float, ...], ...]
    n: int
    events: int


@dataclass(frozen=True)
class Step:
    """Where a Newton step leads: the next coefficients, and whether these are the maximum.

    ``covariance`` is of the coefficients at which the sums were taken.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    log_likelihood: float
    converged: bool


def logistic_sums(
    site: str,
    design: pd.DataFrame,
    response,
    previous: Step | None = None,
    step: int = 0,
    min_cell: int = 5,
) -> SiteSums:
    """A site's sums of a logistic model.

    Parameters
    ----------
    site : str
    design : DataFrame of shape (n, p)
        With its intercept; columns of one name and order at every site.
    response : array of shape (n,)
        0 or 1.
    previous : Step, optional
        Where the coordinator's last step led; None at the first step.
    step : int
        Which step this is, from 0.
    min_cell : int
        A site with fewer patients, responses, non-responses, or members of a 0/1 column than this
        (but not none) is refused: its sums would tell of single patients.

    Raises
    ------
    UserError
        When a count is below ``min_cell``.
    ValueError
        For a missing value, or columns that are not those of the last step.

    Notes
    -----
    Wolfson M et al. Int J Epidemiol 2010;39:1372 (DataSHIELD).
    """
    outcome = np.asarray(response, dtype=float)
    matrix, beta = _prepared(design, previous)
    _refuse_small(site, matrix, outcome, min_cell)
    linear = matrix @ beta
    risk = expit(linear)
    information = (matrix * (risk * (1 - risk))[:, None]).T @ matrix
    likelihood = outcome @ log_expit(linear) + (1 - outcome) @ log_expit(-linear)
    return _sums(
        site,
        LOGISTIC,
        step,
        design,
        beta,
        likelihood,
        matrix.T @ (outcome - risk),
        information,
        outcome,
    )


def cox_sums(
    site: str,
    covariates: pd.DataFrame,
    stop,
    event,
    previous: Step | None = None,
    step: int = 0,
    min_cell: int = 5,
) -> SiteSums:
    """A site's sums of a Cox model stratified by site, with Efron's ties.

    Parameters and errors are those of :func:`logistic_sums`; ``stop`` and ``event`` are the time
    and whether the event came.

    Notes
    -----
    Lu CL et al. J Am Med Inform Assoc 2015;22:1212 (WebDISCO); with a stratum a site no time of an
    event leaves its site.
    """
    event = np.asarray(event).astype(bool)
    matrix, beta = _prepared(covariates, previous)
    _refuse_small(site, matrix, event.astype(float), min_cell)
    stop = np.asarray(stop, dtype=float)
    order = np.argsort(stop, kind="stable")
    n = len(stop)
    sets = risk_sets(
        stop[order], event[order], np.full(n, -np.inf), np.zeros(n, dtype=int), np.ones(n)
    )
    matrix = matrix[order]
    gradient, information = sets.derivatives(matrix, matrix @ beta)
    return _sums(
        site,
        COX,
        step,
        covariates,
        beta,
        sets.log_likelihood(matrix @ beta),
        gradient,
        information,
        event,
    )


def newton_step(sums: Sequence[SiteSums]) -> Step:
    """Add up the sums of all sites and step to the next coefficients.

    Raises
    ------
    UserError
        When sites differ in model, step, columns or coefficients, or one stands twice.
    NotEstimable
        When the covariates determine each other, or a coefficient runs away.
    """
    _refuse_unlike(sums)
    first = sums[0]
    beta = np.array(first.coefficients)
    gradient = np.sum([s.gradient for s in sums], axis=0)
    information = np.sum([s.information for s in sums], axis=0)
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError as error:
        raise NotEstimable("not estimable: the covariates determine each other") from error
    move = covariance @ gradient
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    if not is_finite_fit(move, errors) or first.step > 50:
        raise NotEstimable("not estimable: the fit does not converge to finite ratios")
    names = list(first.columns)
    return Step(
        coefficients=pd.Series(beta + move, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        log_likelihood=float(sum(s.log_likelihood for s in sums)),
        converged=bool(np.abs(move).max() < CONVERGED * max(1.0, np.abs(beta).max())),
    )


def write_sums(sums: SiteSums, folder: Path) -> Path:
    """Write a site's sums as JSON into a folder, one file a site and step.

    Raises
    ------
    UserError
        When the file is there already.
    """
    path = folder / f"{sums.model}-step{sums.step:02d}-{sums.site}.json"
    content = asdict(sums) | {"columns_sha256": _hash(sums.columns)}
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1) + "\n")
    except FileExistsError:
        raise UserError(f"{path.name}: exists already; the sums of a step are sent once.") from None
    return path


def read_sums(folder: Path, model: str, step: int) -> list[SiteSums]:
    """Read the sums of all sites at a step.

    Raises
    ------
    UserError
        When there is none, or a file is damaged.
    """
    paths = sorted(folder.glob(f"{model}-step{step:02d}-*.json"))
    if not paths:
        raise UserError(f"{folder.name}: no sums of model {model}, step {step}; ask the sites.")
    return [_read(path) for path in paths]


def _read(path: Path) -> SiteSums:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        written = content.pop("columns_sha256")
        for name in ("columns", "coefficients", "gradient"):
            content[name] = tuple(content[name])
        content["information"] = tuple(tuple(row) for row in content["information"])
        sums = SiteSums(**content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path.name}: is no file of sums; ask the site for it again.") from error
    if _hash(sums.columns) != written:
        raise UserError(f"{path.name}: its columns were changed; ask the site for it again.")
    return sums


def _hash(columns: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()


def _prepared(design: pd.DataFrame, previous: Step | None) -> tuple[np.ndarray, np.ndarray]:
    matrix = design.to_numpy(dtype=float)
    if not np.isfinite(matrix).all():
        raise ValueError("expected no missing covariate, found one")
    if previous is None:
        return matrix, np.zeros(matrix.shape[1])
    if list(previous.coefficients.index) != list(design.columns):
        raise ValueError(
            f"expected the columns {', '.join(previous.coefficients.index)}, found "
            f"{', '.join(design.columns)}"
        )
    return matrix, previous.coefficients.to_numpy()


def _refuse_small(site: str, matrix: np.ndarray, outcome: np.ndarray, min_cell: int) -> None:
    binary = ((matrix == 0) | (matrix == 1)).all(axis=0)
    counts = [len(outcome), outcome.sum(), len(outcome) - outcome.sum()]
    counts += [c for column in matrix[:, binary].T for c in (column.sum(), (1 - column).sum())]
    if any(0 < count < min_cell for count in counts):
        raise UserError(
            f"{site}: fewer than {min_cell} patients, events or members of a level; its sums would "
            "tell of single patients. Join levels, or leave the site out."
        )


def _sums(site, model, step, design, beta, likelihood, gradient, information, outcome) -> SiteSums:
    return SiteSums(
        site=site,
        model=model,
        step=step,
        columns=tuple(str(name) for name in design.columns),
        coefficients=tuple(float(b) for b in beta),
        log_likelihood=float(likelihood),
        gradient=tuple(float(g) for g in gradient),
        information=tuple(tuple(float(x) for x in row) for row in information),
        n=len(outcome),
        events=int(np.sum(outcome)),
    )


def _refuse_unlike(sums: Sequence[SiteSums]) -> None:
    if not sums:
        raise UserError("no site has sent sums.")
    first = sums[0]
    for other in sums[1:]:
        for name in ("model", "step", "columns", "coefficients"):
            if getattr(other, name) != getattr(first, name):
                raise UserError(
                    f"{other.site}: {name} differs from that of {first.site}; the sites must take "
                    "their sums of one model at the same coefficients."
                )
    if len({s.site for s in sums}) < len(sums):
        raise UserError("a site has sent its sums twice at one step; keep one.")
