"""One patient for chart review: doses, eras, combinations, labs and response on a time axis.

What is drawn is patient-level. It is for those who may read the chart, and no part of a report.
"""

import io
from dataclasses import dataclass
from datetime import date

import duckdb
import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from lncohort.engine.duck import StageError, connect, run_stages
from lncohort.engine.parameters import parameter_tables
from lncohort.errors import UserError
from lncohort.extract.extract import Extract
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.drawing import INK, MUTED, SETTINGS, VERMILION
from lncohort.study import Study

NOTICE = "Patient-level: for chart review on this machine, not to be passed on."
TABLES = {
    "dose_segment": ["drug", "segment_start", "segment_end", "daily_dose_mg", "is_pulse"],
    "drug_era": ["drug", "era_start", "era_end", "covered_days", "mean_daily_dose_mg"],
    "combination_era": ["combination", "era_start", "era_end", "overlap_days"],
    "sequence": ["drug", "era_start", "start_kind", "era_end", "end_kind", "stop_manner"],
    "exposure_window": ["window_start", "window_end", "window_end_reason"],
    "lab_day": ["test", "sample_date", "value"],
    "entry": ["index_date"],
    "response": ["response_date"],
}


@dataclass(frozen=True)
class Timeline:
    """What is known of one patient.

    Attributes
    ----------
    study : Study
    tables : dict of DataFrame
        The patient's rows of ``TABLES``, sorted; doses in mg/day, ends exclusive.
    """

    study: Study
    tables: dict[str, pd.DataFrame]

    @property
    def marks(self) -> dict[str, date]:
        """Index date, landmark and response, as far as study and patient have them."""
        index_date = self.tables["entry"]["index_date"]
        days = {"index date": index_date}
        if self.study.exposure.landmark_day is not None:
            days["landmark"] = index_date + pd.Timedelta(days=self.study.exposure.landmark_day)
        days["response"] = self.tables["response"]["response_date"]
        return {name: found.iloc[0] for name, found in days.items() if found.notna().any()}

    def printed(self) -> list[tuple[str, list[str], list[list[str]]]]:
        """Title, columns and rows of the tables as they are printed; unknown doses are empty."""
        titles = {
            "dose_segment": "Daily dose (mg/day; ends are exclusive)",
            "drug_era": "Eras",
            "combination_era": "Combinations",
            "sequence": "Course of treatment",
            "exposure_window": "Exposure is counted in",
            "lab_day": "Labs",
        }
        return [
            (title, TABLES[name], [[_written(v) for v in row] for row in rows.to_numpy()])
            for name, title in titles.items()
            for rows in [self.tables[name].astype(object)]
        ]


def _written(value) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def patient_timeline(study: Study, extract: Extract, patient: str) -> Timeline:
    """Collect the rows of one patient from the tables that a run of the study makes.

    Raises
    ------
    UserError
        When no usable row of the patient table has this id (no other id is told), or a file of
        the extract is damaged.
    """
    with connect() as connection:
        extract.register(connection)
        try:
            run_stages(connection, parameter_tables(study, date.today()))
        except StageError:
            extract.refuse_damaged()
            raise
        this = duckdb.ColumnExpression("patient_id") == duckdb.ConstantExpression(patient)
        if not connection.table("patient").filter(this).shape[0]:
            raise UserError("--patient: no usable patient of the extract has this id. Check it.")
        tables = {}
        for name, columns in TABLES.items():
            rows = connection.table(name).filter(this).df()[columns]
            tables[name] = rows.sort_values(columns, ignore_index=True)
    return Timeline(study, tables)


def draw(timeline: Timeline) -> bytes:
    """Draw the timeline as SVG: a row for each drug, one for combinations, one for each test."""
    tables = timeline.tables
    segments, eras, labs = tables["dose_segment"], tables["drug_era"], tables["lab_day"]
    drugs = [d for d in timeline.study.drugs if (segments["drug"] == d.name).any()]
    tests = sorted(labs["test"].astype(str).unique())
    colours = drug_colours(timeline.study)
    count = len(drugs) + 1 + len(tests)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(10, 1.3 * count + 1), layout="constrained")
        axes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        for axis, drug in zip(axes, drugs, strict=False):
            _draw_drug(
                axis,
                segments[segments["drug"] == drug.name],
                eras[eras["drug"] == drug.name],
                colours[drug.label],
            )
            axis.set_title(f"{drug.label}, mg/day (line: era; hatched: no known daily dose)")
        together, both = axes[len(drugs)], tables["combination_era"]
        names = both["combination"].astype(str)
        width = both["era_end"] - both["era_start"]
        together.barh(names, width, left=both["era_start"], color=MUTED, height=0.5)
        together.set_title("Combinations" if len(both) else "Combinations: none")
        for axis, test in zip(axes[len(drugs) + 1 :], tests, strict=True):
            of_test = labs[labs["test"] == test]
            axis.plot(of_test["sample_date"], of_test["value"], "o-", color=INK, markersize=3)
            axis.set_title(f"{test}, {LAB_TESTS[test].unit}")
        for axis in axes:
            axis.title.set(fontsize=11, ha="left", x=0)
            axis.tick_params(labelsize=9)
            for name, on in timeline.marks.items():
                colour = VERMILION if name == "response" else INK
                dashes = ":" if name == "landmark" else "--"
                axis.axvline(on, color=colour, linestyle=dashes, linewidth=1, label=name)
        if timeline.marks:
            axes[0].legend(loc="upper right", fontsize=9)
        figure.suptitle(NOTICE, fontsize=11)
        made = io.BytesIO()
        figure.savefig(made, format="svg", metadata={"Date": None})
    return made.getvalue()


def _draw_drug(axis, segments: pd.DataFrame, eras: pd.DataFrame, colour: str) -> None:
    """Segments with the dose as height; those without one stand hatched at full height."""
    known = segments["daily_dose_mg"].notna()
    top = segments["daily_dose_mg"].max() if known.any() else 1.0
    for rows, height, style in (
        (segments[known], segments.loc[known, "daily_dose_mg"], {"color": colour, "alpha": 0.6}),
        (segments[~known], top, {"fill": False, "edgecolor": colour, "hatch": "///"}),
    ):
        width = rows["segment_end"] - rows["segment_start"]
        axis.bar(rows["segment_start"], height, width, align="edge", **style)
    axis.hlines([-0.08 * top] * len(eras), eras["era_start"], eras["era_end"], colour, linewidth=4)
