"""What the report says in words around its figures and tables."""

from dataclasses import dataclass

from lncohort.report import numbers
from lncohort.report.rows import analysis_of, first, one, pick
from lncohort.report.words import capital, listed


@dataclass(frozen=True)
class Words:
    """Paragraphs by section."""

    who: list[str]
    sequence: list[str]
    swimmer: list[str]
    exposure: list[str]
    curves: list[str]
    joint: list[str]
    synergy: list[str]
    risks: list[str]
    survival: list[str]
    belief: list[str]
    published: list[str]


def words_of(results) -> Words:
    """The paragraphs that fit these results."""
    return Words(
        who=_who(results),
        sequence=_sequence(results),
        swimmer=_swimmer(results),
        exposure=_exposure(results),
        curves=_curves(results),
        joint=_joint(results),
        synergy=_synergy(results),
        risks=_risks(results),
        survival=_survival(results),
        belief=_belief(results),
        published=_published(results),
    )


def _who(results) -> list[str]:
    study = results.study
    drugs = listed([study.drug(name).name for name in study.entry.drugs], "or")
    return [
        f"The index date is the first ever start of {drugs}, from {study.info.period_start} to "
        f"{study.info.period_end}. A patient leaves at the first criterion that is not met."
    ]


def _sequence(results) -> list[str]:
    if pick(results.estimates, analysis="course", model="sequence").empty:
        return []
    return [
        "A patient is on a drug from the first day of its course to the last, short gaps included. "
        f"Bands of fewer than {results.study.info.min_cell} patients, and those that would give "
        "them away, are not drawn."
    ]


def _swimmer(results) -> list[str]:
    if pick(results.estimates, analysis="course", model="swimmer").empty:
        return []
    return [
        "The lines are drawn from counts of patients by start, length and response, evenly spread "
        "within each group: no line is a patient. A diamond marks lines of patients with a "
        f"{results.study.outcome.label}, whenever it came."
    ]


def _exposure(results) -> list[str]:
    study = results.study
    if study.exposure.until == "outcome":
        window = f"from the index date to the {study.outcome.label} or the end of follow-up"
    else:
        window = "from the index date to the end of follow-up"
    told = [
        f"Use, mean daily dose and duration are taken {window}. They are known only after the "
        "index date: a patient must stay without the outcome long enough to be a long user."
    ]
    return told if analysis_of(study, "weighting") else told + _e_values(results)


def _curves(results) -> list[str]:
    found = []
    for kind, what in (("dose_curve", "dose"), ("duration_curve", "duration")):
        own = pick(results.estimates, analysis=analysis_of(results.study, kind))
        any_change, bend = (one(own, level=name) for name in ("any change", "non-linear"))
        if any_change is not None:
            found.append(
                f"{what} among users, any change {numbers.p_phrase(any_change.p_value)}, "
                f"departure from a line {numbers.p_phrase(bend.p_value)}"
            )
    if not found:
        return []
    return [
        "The curves are restricted cubic splines among users, against never use, drawn from the "
        "5th to the 95th percentile; squares are the bands of the table. Tests: "
        f"{'; '.join(found)}."
    ]


def _belief(results) -> list[str]:
    study, told = results.study, []
    weighting = pick(results.estimates, analysis=analysis_of(study, "weighting"))
    if not weighting.empty:
        told.append(
            "The same question by analyses that stand on other assumptions. Standardised: the "
            "outcome model is right. Weighted and matched: the model of who is given the drug is "
            "right. Doubly robust: one of the two is. All of them need every confounder to have "
            "been measured on the index date, and none of them mends time: use is still counted "
            "after the index date."
        )
    return told + _e_values(results)


def _e_values(results) -> list[str]:
    study = results.study
    use = pick(results.estimates, analysis=analysis_of(study, "use"))
    point, limit = (one(use, measure=name) for name in ("E-value", "E-value of the limit"))
    if point is None or numbers.is_missing(point.estimate):
        return []
    return [
        f"To explain the adjusted odds ratio of ever use away, a confounder that was not "
        f"measured would need risk ratios of {numbers.ratio(point.estimate)} with both use and "
        f"{study.outcome.label} (E-value); to move the limit of its interval to 1, of "
        f"{numbers.ratio(limit.estimate)}. It says nothing of immortal time."
    ]


def _joint(results) -> list[str]:
    study = results.study
    drugs = [drug.label for drug in study.drugs]
    return [
        f"Every patient was given at least one of {listed(drugs)}: there is no group without any "
        "of them, so each regimen is set against one drug alone."
    ]


def _synergy(results) -> list[str]:
    study, found = results.study, []
    for analysis in study.analyses:
        own = pick(results.estimates, analysis=analysis.name)
        if analysis.kind == "interaction" and not own.empty:
            pair = listed([study.drug(name).label for name in analysis.drugs])
            adjusted = pick(own, model="adjusted")
            sentences = [_unexposed(adjusted), _product(adjusted), _sum(adjusted)]
            found.append(f"{pair}. {' '.join(sentence for sentence in sentences if sentence)}")
    common = _common_outcome(results)
    return [*found, common] if found and common else found


def _unexposed(own) -> str:
    """Who is in the cell of neither drug, in a cohort given at least one of three."""
    base = next((r for r in own["reference"] if r.startswith("neither (")), "")
    if not base:
        return ""
    third = base.removeprefix("neither (").removesuffix(")")
    return (
        f"Patients given neither had {third}, since every patient of this cohort was given at "
        "least one of the drugs: they are the reference on both scales. The other cells count a "
        "drug whatever the third: each pools two of the regimens above."
    )


def _product(own) -> str:
    row = first(own, level="product")
    if row is None or numbers.is_missing(row.estimate):
        return "The product could not be estimated."
    between = numbers.interval(row.ci_low, row.ci_high)
    return (
        f"On the multiplicative scale, the odds ratio of both is {numbers.ratio(row.estimate)} "
        f"times (95% CI {between}; {numbers.p_phrase(row.p_value)}) the product of the single "
        f"ones: {_departure(row, 1, 'product')}."
    )


def _sum(own) -> str:
    row = first(own, level="additive", measure="RERI")
    if row is None or numbers.is_missing(row.estimate):
        return "The sum could not be estimated."
    form = numbers.signed_ratio
    sentence = (
        f"On the additive scale, the excess of both differs by {form(row.estimate)} "
        f"(RERI; 95% CI {numbers.interval(row.ci_low, row.ci_high, form)}) from the sum of the "
        f"single excesses: {_departure(row, 0, 'sum')}."
    )
    index = first(own, level="additive", measure="S")
    if index is not None and numbers.is_missing(index.estimate) and index.note:
        sentence += f" {index.note}"
    return sentence


def _departure(row, none: float, name: str) -> str:
    """What an interval says of a departure, in words."""
    if row.ci_low > none:
        return f"together they do more than the {name}"
    if row.ci_high < none:
        return f"together they do less than the {name}"
    return f"no departure from the {name} is shown"


def _common_outcome(results) -> str:
    row = one(results.estimates, analysis="cohort", level="response", measure="percent")
    if row is None or numbers.is_missing(row.estimate):
        return ""
    return (
        f"{numbers.percent(row.estimate)}% of the cohort responded. Odds ratios of an "
        "outcome this common lie further from 1 than risk ratios do, and measures of synergy made "
        "of them exaggerate with them; read them beside the standardised risks."
    )


def _risks(results) -> list[str]:
    return [
        "Odds ratios say little about how many more respond. Here the adjusted model is asked for "
        "the risk if all patients had one exposure and then the other, in the same mix of patients."
    ]


def _survival(results) -> list[str]:
    own = pick(results.estimates, analysis=analysis_of(results.study, "survival"))
    if own.empty:
        return []
    return [
        "Ever and never are known only at the end of follow-up, so the curves and the first two "
        "Cox models count time before the first use as use. The time-varying Cox model counts a "
        "patient as exposed from the first day of use only.",
    ]


def _published(results) -> list[str]:
    published = results.study.published
    if published is None:
        return []
    found = [f"{published.citation}. Known from: {published.provenance}."]
    if published.unknown:
        found.append(f"Not known about it: {'; '.join(published.unknown)}.")
    if results.synthetic:
        found.append(
            "These are synthetic patients: agreement "
            "shows that the analysis works, and is no evidence about the drug."
        )
    return [capital(paragraph) for paragraph in found]
