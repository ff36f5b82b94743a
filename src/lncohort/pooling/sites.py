"""The results that sites send: of one study, or refused."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lncohort.errors import UserError
from lncohort.estimate.rows import COLUMNS, NUMBERS

RESULTS = "results.json"


@dataclass(frozen=True)
class Site:
    """What a site sent.

    Attributes
    ----------
    name : str
        That of its folder.
    study : dict
        The study as it was run there.
    estimates : DataFrame
        Columns :data:`lncohort.estimate.rows.COLUMNS`; what was suppressed is NaN.
    failed : tuple of str
        The checks that failed there.
    """

    name: str
    study: dict
    estimates: pd.DataFrame
    failed: tuple[str, ...]


def read_sites(folders: Sequence[Path]) -> list[Site]:
    """Read the results of several sites.

    Parameters
    ----------
    folders
        Of `lncohort run`, one a site; only ``results.json`` is read.

    Raises
    ------
    UserError
        With fewer than two folders, two of one name, a file that is missing or not what a run
        writes, or runs of differing studies.
    """
    if len(folders) < 2:
        raise UserError(f"{len(folders)} site is given; expected the folders of two or more.")
    names = Counter(folder.resolve().name for folder in folders)
    problems = [
        f"{name}: {count} folders have this name, which names the site; rename all but one."
        for name, count in names.items()
        if count > 1
    ]
    sites = []
    for folder in folders:
        try:
            sites.append(_read(folder))
        except UserError as error:
            problems.append(str(error))
    problems += [
        f"{site.name}: its study is another one than that of {sites[0].name}: "
        f"{', '.join(differing)} differ. Run the same study file at every site."
        for site in sites[1:]
        if (differing := _differing(site.study, sites[0].study))
    ]
    if problems:
        raise UserError("\n".join(problems))
    return sites


def _read(folder: Path) -> Site:
    path = folder / RESULTS
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        study, rows, audit = content["study"], content["estimates"], content["audit"]
        estimates = pd.DataFrame(rows)[list(COLUMNS)]
        estimates = estimates.astype(dict.fromkeys(NUMBERS, float))
        failed = tuple(found["bias"] for found in audit if found["verdict"] == "fail")
        study["study"]["name"]
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}); expected what `lncohort run --out` writes."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: is not what `lncohort run` writes (study, estimates, audit). Ask the site "
            "for the file as it was written."
        ) from error
    return Site(folder.resolve().name, study, estimates, failed)


def _differing(one: dict, other: dict) -> list[str]:
    """The tables of the study file that are not the same."""
    return [key for key in {**one, **other} if one.get(key) != other.get(key)]
