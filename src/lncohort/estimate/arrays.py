"""Values of patients as arrays; whoever gives others than these is told which and why."""

import numpy as np
import pandas as pd


def numbers(name: str, values, n: int | None = None) -> np.ndarray:
    """Finite numbers, one for each of n rows.

    Raises
    ------
    ValueError
        For another length, text, or a value that is missing or infinite.
    """
    try:
        made = np.asarray(values, dtype=float)
    except (TypeError, ValueError):  # whose message holds a value
        raise ValueError(f"{name}: expected a number in every row, found text") from None
    _one_for_each(name, made, n)
    if np.isnan(made).any():
        raise ValueError(f"{name}: expected a number in every row, found a missing one")
    if not np.isfinite(made).all():
        raise ValueError(f"{name}: expected a finite number in every row, found an infinite one")
    return made


def flags(name: str, values, n: int | None = None) -> np.ndarray:
    """Whether something is so in each of n rows: of True and False, or of 1 and 0.

    Raises
    ------
    ValueError
        For another length, or another value, such as a missing one.
    """
    made = np.asarray(values)
    _one_for_each(name, made, n)
    if made.dtype == bool:
        return made
    if pd.isna(made).any():
        raise ValueError(f"{name}: expected 0 or 1 in every row, found a missing value")
    if not np.isin(made, (0, 1)).all():
        raise ValueError(f"{name}: expected 0 or 1 in every row, found another value")
    return made.astype(bool)


def labels(name: str, values, n: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The labels that occur, sorted, and which of them each of n rows has.

    Raises
    ------
    ValueError
        For another length, or a row without a label.
    """
    made = np.asarray(values)
    _one_for_each(name, made, n)
    if pd.isna(made).any():
        raise ValueError(f"{name}: expected a label in every row, found a missing one")
    return np.unique(made, return_inverse=True)


def sampling_weights(name: str, values, n: int | None = None) -> np.ndarray:
    """Weights from 0 up, one for each of n rows.

    Raises
    ------
    ValueError
        For another length, or a weight that is missing, infinite or below 0.
    """
    made = numbers(name, values, n)
    if (made < 0).any():
        raise ValueError(f"{name}: expected 0 or more in every row, found {made.min():g}")
    return made


def _one_for_each(name: str, values: np.ndarray, n: int | None) -> None:
    if n is not None and len(values) != n:
        raise ValueError(f"{name}: expected {n} values, one for each row; found {len(values)}")
