"""Tables of who was studied and what they took."""

from lncohort.report import numbers
from lncohort.report.rows import analysis_of, counted, levels, one, pick, responses
from lncohort.report.suppress import COMPLEMENT, SMALL
from lncohort.report.tables.table import Row, Table, heading, rows_of
from lncohort.report.words import EXITS, capital, exposure_label
from lncohort.study.model import NOT_RECORDED

GROUPS = ("all", "ever", "never")


def attrition(results) -> Table:
    """From the extract to the cohort, step by step."""
    min_cell = results.study.info.min_cell
    cells = [
        (
            capital(step.label),
            counted(step.before, COMPLEMENT, min_cell),
            counted(step.excluded, SMALL, min_cell),
            counted(step.after, COMPLEMENT, min_cell),
        )
        for step in results.attrition.itertuples()
    ]
    return Table(
        "attrition",
        "From the extract to the cohort: patients before, excluded and after each step",
        ("Step", "Before", "Excluded", "After"),
        rows_of(cells),
    )


def follow_up(results) -> Table | None:
    """How many were assessed, responded, and why follow-up ended."""
    outcome = results.study.outcome.label
    named = {
        "assessed": "response could be judged",
        "not assessed": "response could not be judged",
        "response": outcome,
    } | {name: f"follow-up ended: {words}" for name, words in EXITS.items()}
    cells = []
    for level, words in named.items():
        row = one(results.estimates, analysis="cohort", level=level, measure="count")
        if row is not None:
            percent = one(results.estimates, analysis="cohort", level=level, measure="percent")
            cells.append((capital(words), _count_percent(results, row, percent)))
    if not cells:
        return None
    return Table("follow_up", "Follow-up and assessment", ("Group", "Patients"), rows_of(cells))


def table_1(results) -> Table | None:
    """Characteristics on the index date, by ever and never use of the drug studied."""
    of_table = pick(results.estimates, analysis="table1")
    if of_table.empty:
        return None
    label = exposure_label(results.study)
    sizes = {
        group: one(results.estimates, analysis="cohort", level=group, measure="count")
        for group in GROUPS
    }
    heads = {"all": "All", "ever": f"{label} ever", "never": f"{label} never"}
    columns = [
        f"{heads[group]} (n = {counted(sizes[group].estimate, sizes[group].note, results.study.info.min_cell)})"
        for group in GROUPS
    ]
    rows = []
    for covariate in results.study.covariates:
        own = pick(of_table, contrast=covariate.name)
        if not own.empty:
            rows += _characteristic(results, covariate, own)
    return Table(
        "table_1",
        f"Table 1. Patients on the index date, by use of {results.study.exposure.drug}",
        ("Characteristic", *columns, "SMD"),
        tuple(rows),
        (
            "Number (%) or mean (SD) and median [quartiles]. Percentages are of the patients of "
            "the column; what was not recorded has a line of its own where there is any. SMD: standardised mean difference, ever against never, with the pooled "
            "standard deviation of the unweighted sample; above 0.1 the groups differ.",
        ),
    )


def _characteristic(results, covariate, own) -> list[Row]:
    """The lines of one covariate: its name with the SMD, then levels or statistics."""
    smd = one(own, measure="SMD")
    written = "" if smd is None else numbers.signed_ratio(smd.estimate)
    rows = [heading(covariate.label, "", "", "", written)]
    if covariate.levels:
        for level in levels(pick(own, measure="count")):
            cells = [_level(results, own, group, level) for group in GROUPS]
            if level != NOT_RECORDED or any(not cell.startswith("0 ") for cell in cells):
                rows.append(Row((level, *cells, "")))
        return rows
    for words, function in (
        ("mean (SD)", _mean_sd),
        ("median [quartiles]", _median),
    ):
        rows.append(Row((words, *(function(own, group) for group in GROUPS), "")))
    missing = [one(own, model=group, measure="missing") for group in GROUPS]
    cells = [
        numbers.NONE
        if row is None
        else counted(row.estimate, row.note, results.study.info.min_cell)
        for row in missing
    ]
    if any(cell != "0" for cell in cells):
        rows.append(Row((NOT_RECORDED, *cells, "")))
    return rows


def _level(results, own, group: str, level: str) -> str:
    row = one(own, model=group, level=level, measure="count")
    percent = one(own, model=group, level=level, measure="percent")
    return _count_percent(results, row, percent)


def _count_percent(results, row, percent) -> str:
    if row is None:
        return numbers.NONE
    written = counted(row.estimate, row.note, results.study.info.min_cell)
    if percent is None or numbers.is_missing(percent.estimate):
        return written
    return f"{written} ({numbers.percent(percent.estimate)}%)"


def _mean_sd(own, group: str) -> str:
    mean, sd = (one(own, model=group, measure=measure) for measure in ("mean", "sd"))
    if mean is None or numbers.is_missing(mean.estimate):
        return numbers.NONE
    return f"{numbers.quantity(mean.estimate)} ({numbers.quantity(sd.estimate)})"


def _median(own, group: str) -> str:
    middle, low, high = (
        one(own, model=group, measure=measure) for measure in ("median", "q1", "q3")
    )
    if middle is None or numbers.is_missing(middle.estimate):
        return numbers.NONE
    bounds = numbers.interval(low.estimate, high.estimate, numbers.quantity)
    return f"{numbers.quantity(middle.estimate)} [{bounds}]"


def dose_coverage(results) -> Table | None:
    """How much of the supply has a known dose, by drug."""
    own = pick(results.estimates, analysis="dose_coverage")
    if own.empty:
        return None
    min_cell = results.study.info.min_cell
    levels_of_dose, cells = ("known", "unknown", "pulse"), []
    for drug in results.study.drugs:
        of_drug = pick(own, contrast=drug.name)
        users = one(of_drug, measure="patients")
        if users is None:
            continue
        days = [one(of_drug, measure="covered_days", level=level) for level in levels_of_dose]
        percents = [one(of_drug, measure="percent", level=level) for level in levels_of_dose]
        cells.append(
            (
                capital(drug.name),
                counted(users.estimate, users.note, min_cell),
                *(_days(*pair) for pair in zip(days, percents, strict=True)),
            )
        )
    return Table(
        "dose_coverage",
        "How much of the supply has a known dose: days covered",
        ("Drug", "Users", "Dose known", "Dose unknown", "Pulse, no daily dose"),
        rows_of(cells),
        ("An unknown dose is kept as unknown: it is never taken for 0.",),
    )


def _days(days, percent) -> str:
    if days is None or numbers.is_missing(days.estimate):
        return numbers.NONE
    return f"{numbers.count(days.estimate)} ({numbers.percent(percent.estimate)}%)"


def combinations(results) -> Table | None:
    """Two drugs at one time, or one after the other."""
    own = pick(results.estimates, analysis="combination", measure="count")
    if own.empty:
        return None
    min_cell = results.study.info.min_cell
    cells = []
    for label in dict.fromkeys(own["contrast"]):
        found = [one(own, contrast=label, level=level) for level in ("together", "in sequence")]
        cells.append((label, *(counted(row.estimate, row.note, min_cell) for row in found)))
    days = sorted({c.min_overlap_days for c in results.study.combinations})
    return Table(
        "combinations",
        "Two drugs at one time, or in sequence: patients",
        ("Drugs", "Together", "In sequence"),
        rows_of(cells),
        (f"Together: at least {' or '.join(map(str, days))} shared days of supply.",),
    )


def regimens(results) -> Table | None:
    """Patients and responses of each regimen."""
    name = analysis_of(results.study, "joint")
    own = pick(results.estimates, analysis=name, model="adjusted", measure="OR")
    if own.empty:
        return None
    min_cell = results.study.info.min_cell
    cells = [
        (row.level, counted(row.n, row.note, min_cell), responses(row, min_cell))
        for row in own.itertuples()
    ]
    return Table(
        "regimens",
        "Drugs taken in the exposure window, alone and together, among those judged",
        ("Regimen", "Patients", "Responses"),
        rows_of(cells),
    )
