"""The pooled results as a folder: a table, a forest plot of the sites, and a page."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd

from lncohort.exported_csv import csv_of_frame
from lncohort.folders import refuse_existing, written_whole
from lncohort.pooling.pooled import HARTUNG_KNAPP, KEY, pool_sites
from lncohort.pooling.sites import Site, read_sites
from lncohort.report import numbers
from lncohort.report.figures import Picture
from lncohort.report.figures.drawing import BLUE, INK, SETTINGS, Drawing
from lncohort.report.figures.forest import ForestLine, draw_forest
from lncohort.report.page import templates
from lncohort.report.rows import one, pick
from lncohort.report.tables.table import Table, rows_of
from lncohort.study import Study

MAIN = {"model": "adjusted", "level": "ever", "measure": "OR"}


def pool_folders(folders: Sequence[Path], out: Path) -> pd.DataFrame:
    """Pool the results of several sites into a new folder.

    Writes ``pooled.csv``, ``forest.svg`` (the main estimate by site) and ``pooled.html``.

    Parameters
    ----------
    folders
        Of `lncohort run`, one a site.
    out
        The folder to be made.

    Returns
    -------
    DataFrame
        As of :func:`lncohort.pooling.pooled.pool_sites`.

    Raises
    ------
    UserError
        As of :func:`lncohort.pooling.sites.read_sites`, or when ``out`` stands already.
    """
    refuse_existing(out)
    sites = read_sites(folders)
    pooled = pool_sites(sites)
    study = Study.model_validate(sites[0].study)
    wide, narrow = (_forest(study, sites, pooled, wide) for wide in (True, False))
    picture = None
    if wide is not None:
        picture = Picture("forest", wide.title, wide.svg(), narrow.svg())
    with written_whole(out) as folder:
        rounded = pooled.copy()
        for column in pooled.select_dtypes("float").columns:
            rounded[column] = pooled[column].map(numbers.exported, na_action="ignore")
        (folder / "pooled.csv").write_text(
            csv_of_frame(rounded), encoding="utf-8-sig", newline="\n"
        )
        if picture is not None:
            (folder / "forest.svg").write_text(picture.wide, encoding="utf-8", newline="\n")
        page = _page(study, sites, pooled, picture)
        (folder / "pooled.html").write_text(page, encoding="utf-8", newline="\n")
    return pooled


def pooling_warnings(pooled: pd.DataFrame) -> list[str]:
    """What must be known of some pooled estimates, with how many of them it concerns."""
    noted = pooled.loc[pooled["note"] != "", "note"].value_counts()
    total = len(pooled.drop_duplicates(KEY))
    return [f"{count} of {total} estimates are of {note}" for note, count in noted.items()]


def _forest(
    study: Study, sites: Sequence[Site], pooled: pd.DataFrame, wide: bool
) -> Drawing | None:
    """The main estimate of each site and pooled; nothing when it was not pooled."""
    use = next((a.name for a in study.analyses if a.kind == "use"), None)
    own = pick(pooled, analysis=use, **MAIN)
    if own.empty:
        return None
    lines = []
    for site in sites:
        row = one(site.estimates, analysis=use, **MAIN)
        if row is None or numbers.is_missing(row.ci_low):
            lines.append(ForestLine(site.name, numbers="not sent"))
        else:
            lines.append(_line(site.name, row, INK, hollow=True))
    lines += [
        _line("Pooled, one common effect", one(own, method="EE"), BLUE),
        _line("Pooled, random effects", one(own, method="REML"), BLUE),
        _line("The same, Hartung–Knapp", one(own, method=HARTUNG_KNAPP), BLUE),
    ]
    spoken = "; ".join(f"{line.label} {line.numbers}" for line in lines)
    with matplotlib.rc_context(SETTINGS):
        return draw_forest(
            lines,
            f"{study.exposure.drug.capitalize()} ever against never, by site",
            f"Forest plot of adjusted odds ratios of {study.outcome.label}: {spoken}.",
            "OR (95% CI)",
            "",
            wide,
            ("fewer respond", "more respond"),
        )


def _line(label: str, row, colour: str, hollow: bool = False) -> ForestLine:
    return ForestLine(
        label=label,
        numbers=numbers.with_interval(row.estimate, row.ci_low, row.ci_high),
        p_value=numbers.p_value(row.p_value),
        estimate=row.estimate,
        low=row.ci_low,
        high=row.ci_high,
        colour=colour,
        hollow=hollow,
    )


def _table(pooled: pd.DataFrame) -> Table:
    """Every adjusted ratio by random effects (REML)."""
    shown = pooled[(pooled["method"] == "REML") & ~pooled["measure"].str.startswith("RD")]
    shown = shown[shown["model"] != "crude"]
    cells = []
    for row in shown.itertuples():
        against = f" against {row.reference}" if row.reference else ""
        cells.append(
            (
                f"{row.analysis}: {row.level or row.contrast}{against} ({row.model})",
                str(row.sites),
                row.measure,
                numbers.with_interval(row.estimate, row.ci_low, row.ci_high),
                numbers.interval(row.prediction_low, row.prediction_high),
                f"{row.i2:.0f} ({row.i2_low:.0f}–{row.i2_high:.0f})",
                numbers.p_value(row.q_p_value),
            )
        )
    return Table(
        "pooled",
        "Ratios pooled by random effects (REML)",
        (
            "Estimate",
            "Sites",
            "Measure",
            "Pooled (95% CI)",
            "Next site (95%)",
            "I², % (95% CI)",
            "P, heterogeneity",
        ),
        rows_of(cells),
        (
            "Next site: where the ratio of another such site lies. A site that suppressed or could "
            "not estimate a ratio is left out of it; pooled.csv names the sites left out, and has "
            "crude ratios, risk differences and the other methods (EE one common effect by inverse "
            "variance, DL, PM, Hartung–Knapp).",
        ),
    )


def _page(
    study: Study, sites: Sequence[Site], pooled: pd.DataFrame, picture: Picture | None
) -> str:
    failed = [
        f"At {site.name} these checks failed: {', '.join(site.failed).replace('_', ' ')}."
        for site in sites
        if site.failed
    ]
    parts = [picture] if picture else ["The main estimate was not sent by two sites or more."]
    return (
        templates()
        .get_template("pooled.html.j2")
        .render(
            study=study,
            names=[site.name for site in sites],
            warnings=[*(f"{warning}." for warning in pooling_warnings(pooled)), *failed],
            parts=[*parts, _table(pooled)],
        )
    )
