"""The public cases: their data, their published figures, and how ours compare with them."""

import importlib
import json
from functools import cache
from pathlib import Path

import pandas as pd

# What another program or the text of a source says of a figure, beside the figure itself.
COMMENTS = {"id", "value", "tol", "what", "input", "published", "brglm2_value", "brglm2_se", "reps"}
P_VALUES = {"p"}


def reference_folder() -> Path:
    """The folder of the cases: inside the installed package, or in the tests of the tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "reference_cases"
    return installed if installed.is_dir() else package.parents[1] / "tests" / "reference"


def data_of(case: str) -> pd.DataFrame:
    """The data of a case."""
    return pd.read_csv(reference_folder() / case / "data.csv")


def expanded_esoph() -> pd.DataFrame:
    """The grouped case-control data of oesophageal cancer, one row a person."""
    data = data_of("trend-esoph-adjusted")
    cases = data.loc[data.index.repeat(data["ncases"])].assign(case=1.0)
    controls = data.loc[data.index.repeat(data["ncontrols"])].assign(case=0.0)
    return pd.concat([cases, controls], ignore_index=True)


@cache
def expected_figures() -> dict[str, dict[str, dict]]:
    """The published figures of every case, by case and id."""
    return {
        path.parent.name: {e["id"]: e for e in json.loads(path.read_text("utf-8"))["expected"]}
        for path in sorted(reference_folder().glob("*/expected.json"))
    }


@cache
def figures_of(case: str) -> dict[str, dict]:
    """The figures of a case, worked out by lncohort, by id."""
    name = f"lncohort.reference.figures.{case.replace('-', '_')}"
    return importlib.import_module(name).figures()


def faults(figure: str, expected: dict, found: dict) -> list[str]:
    """In what a figure of ours differs from the published one, with all that accompanies it.

    Parameters
    ----------
    figure : str
        Its id.
    expected : dict
        The published figure: ``value``, ``tol`` and what accompanies it.
    found : dict
        Ours, under the same names.

    Returns
    -------
    list of str
        Empty when it is met: the value within the tolerance of the case; what accompanies it within
        0.5 % or the tolerance; P values within 2 %.
    """
    met = _is_near(found["value"], expected["value"], expected["tol"], 1e-12)
    told = [] if met else [_difference(figure, found["value"], expected["value"])]
    for name in sorted(expected.keys() - COMMENTS):
        share, least = (0.02, 1e-6) if name in P_VALUES else (0.005, expected["tol"])
        if name not in found or not _is_near(found[name], expected[name], least, share):
            told.append(_difference(f"{figure} {name}", found.get(name), expected[name]))
    return told


def _is_near(found: float, expected: float, least: float, share: float) -> bool:
    return bool(abs(found - expected) <= max(least, share * abs(expected)))


def _difference(what: str, found, expected) -> str:
    return f"{what}: found {found}, published {expected}"
