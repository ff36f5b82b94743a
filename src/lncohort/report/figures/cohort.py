"""Figures of who was studied and what they took."""

from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.drawing import Drawing
from lncohort.report.figures.flow import FlowStep, draw_flow
from lncohort.report.figures.regimens import Regimen, draw_regimens
from lncohort.report.rows import analysis_of, counted, one, pick
from lncohort.report.suppress import COMPLEMENT, SMALL
from lncohort.report.words import capital, exposure_label


def flow(results, wide: bool) -> Drawing:
    """From the extract to the groups compared, with the exclusions."""
    min_cell = results.study.info.min_cell
    attrition = list(results.attrition.itertuples())

    def patients(value: float) -> str:
        return f"n = {counted(value, COMPLEMENT, min_cell)}"

    labels = ["Patients in the extract", *(capital(step.label) for step in attrition)]
    kept = [attrition[0].before, *(step.after for step in attrition)]
    out = [
        f"Excluded: {counted(step.excluded, SMALL, min_cell)}" if step.excluded != 0 else ""
        for step in attrition
    ]
    steps = [
        FlowStep(f"{label}\n{patients(number)}", excluded)
        for label, number, excluded in zip(labels, kept, [*out, ""], strict=True)
    ]
    ends = []
    for level in ("ever", "never"):
        row = one(results.estimates, analysis="cohort", level=level, measure="count")
        if row is not None:
            written = counted(row.estimate, row.note, min_cell)
            ends.append(f"{exposure_label(results.study)} {level}\nn = {written}")
    return draw_flow(
        steps,
        ends,
        "From the extract to the cohort",
        f"Of the patients in the extract ({patients(attrition[0].before)}) the cohort keeps "
        f"{patients(attrition[-1].after)}; the table of the same name has every step.",
        wide,
    )


def regimens(results, wide: bool) -> Drawing | None:
    """How many took which drugs, alone and together."""
    study = results.study
    name = analysis_of(study, "joint")
    own = pick(results.estimates, analysis=name, model="adjusted", measure="OR")
    if own.empty:
        return None
    labels = {drug.label for drug in study.drugs}
    drawn = []
    for row in own.sort_values("n", ascending=False, kind="stable").itertuples():
        parts = tuple(p for p in row.level.removesuffix(" alone").split("+") if p in labels)
        written = counted(row.n, row.note, study.info.min_cell)
        drawn.append(Regimen(row.level, parts, row.n, written))
    described = ", ".join(f"{r.label} {r.written}" for r in drawn)
    return draw_regimens(
        drawn,
        drug_colours(study),
        "Drugs taken, alone and together",
        f"Patients by regimen: {described}.",
        wide,
    )
