"""What the parts of a study file say of each other.

The file is judged as it was read, before it is a model, so that what contradicts itself is told
together with what is mistyped. Whatever has not the shape of a study is left to the model.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from lncohort.extract.contract import table
from lncohort.extract.equivalence import PREDNISONE_EQUIVALENT
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.model_file import Place, Problem
from lncohort.study.model import DOSE_KINDS

UNIQUE = (
    (("drug",), "name"),
    (("drug",), "label"),
    (("eligibility",), "name"),
    (("covariate",), "name"),
    (("subgroup",), "covariate"),
    (("analysis",), "name"),
    (("published", "fact"), "name"),
)
ESTIMATES_OF_EVERY_STUDY = ("cohort", "table1", "dose_coverage", "combination", "course", "audit")
INTERVAL_DAYS = 30  # where the study file does not say
BY_INTERVAL = ("sequential_trials", "marginal_structural", "cumulative_incidence")
COLUMNS_OF_EVERY_COHORT = (
    "patient_id",
    "index_date",
    "exit_date",
    "exit_reason",
    "assessed",
    "response",
    "response_date",
    "time_days",
    "event",
    "window_days",
    "dose_band",
    "duration_band",
    "regimen",
    "start_day",
    "stop_day",
    "exposed",
    "responded",
    "started",
    "covered",
    "taken",
    "in_use",
    "unknown",
    "weight",
    "use",
    "cross",
    "cell",
    "subgroup",
)


def inconsistencies(content: dict) -> list[Problem]:
    """Every contradiction within a study file.

    Parameters
    ----------
    content
        The study file as TOML gives it.

    Returns
    -------
    list of (place, message)
        The place is the way to the key, as pydantic gives it.
    """
    return [
        *_repeated_names(content),
        *_reserved_names(content),
        *_drugs(content),
        *_controls(content),
        *_scores(content),
        *_tests(content),
        *_stand_in(content),
        *_covariates(content),
        *_subgroups(content),
        *_alternatives(content),
        *_facts(content),
        *_times(content),
        *_days(content),
        *_target_trial(content),
    ]


def _repeated_names(content: dict) -> Iterator[Problem]:
    for keys, key in UNIQUE:
        named = [name for _, part in _tables(content, *keys) for name in _texts(part, key)]
        for name, count in Counter(named).items():
            if count > 1:
                yield (*keys, key), f'"{name}" is given {count} times; each needs its own'


def _reserved_names(content: dict) -> Iterator[Problem]:
    of_drugs = tuple(f"{drug}_" for drug in _defined(content, "drug"))
    for place, covariate in _tables(content, "covariate"):
        for name in _texts(covariate, "name"):
            if name in COLUMNS_OF_EVERY_COHORT or name.startswith(of_drugs):
                yield (*place, "name"), f'"{name}" is a column of every cohort; choose another'
    for place, analysis in _tables(content, "analysis"):
        for name in _texts(analysis, "name"):
            if name in ESTIMATES_OF_EVERY_STUDY:
                yield (*place, "name"), f'"{name}" is estimated in every study; choose another'


def _drugs(content: dict) -> Iterator[Problem]:
    known = _defined(content, "drug")
    for section, key in (
        ("entry", "drugs"),
        ("exposure", "drug"),
        ("combination", "drugs"),
        ("analysis", "drugs"),
        ("analysis", "reference"),
    ):
        for place, part in _tables(content, section):
            yield from _unknown((*place, key), _texts(part, key), known)


def _controls(content: dict) -> Iterator[Problem]:
    drugs = _defined(content, "drug")
    for place, analysis in _tables(content, "analysis"):
        for name in _texts(analysis, "exposures"):
            if name in drugs:
                yield (
                    (*place, "exposures"),
                    f'"{name}" is a drug of the study; a negative control is another drug of the '
                    "extract, which cannot cause the outcome",
                )


def _scores(content: dict) -> Iterator[Problem]:
    """One score a band, and one more band than cuts."""
    exposure = content.get("exposure")
    for place, analysis in _tables(content, "analysis"):
        scores = analysis.get("scores")
        cuts = exposure.get(f"{analysis.get('kind')}s") if isinstance(exposure, dict) else None
        if (
            scores
            and isinstance(scores, list)
            and isinstance(cuts, list)
            and len(scores) != len(cuts) + 1
        ):
            yield (
                (*place, "scores"),
                f"{len(cuts)} cuts make {len(cuts) + 1} bands of users, {len(scores)} scores are "
                "given; name one a band",
            )


def _tests(content: dict) -> Iterator[Problem]:
    for place, criterion in _tables(content, "outcome", "criterion"):
        yield from _unknown((*place, "test"), _texts(criterion, "test"), LAB_TESTS)
    for section in ("eligibility", "covariate"):
        for place, part in _tables(content, section):
            if part.get("kind") == "lab":
                yield from _unknown((*place, "concept"), _texts(part, "concept"), LAB_TESTS)
    for place, covariate in _tables(content, "covariate"):
        if covariate.get("kind") in DOSE_KINDS:
            named = _texts(covariate, "concept")
            yield from _unknown((*place, "concept"), named, [PREDNISONE_EQUIVALENT])


def _stand_in(content: dict) -> Iterator[Problem]:
    named = [n for _, c in _tables(content, "outcome", "criterion") for n in _texts(c, "test")]
    for section in ("eligibility", "covariate"):
        named += [n for _, part in _tables(content, section) for n in _texts(part, "concept")]
    for place, outcome in _tables(content, "outcome"):
        if outcome.get("upcr_for_24h") is True and "urine_protein_24h" not in named:
            yield (
                (*place, "upcr_for_24h"),
                "no criterion and no covariate is of urine_protein_24h; leave it out",
            )


def _covariates(content: dict) -> Iterator[Problem]:
    levels_of = {"sex": _values("patient", "sex"), "condition": ("no", "yes")}
    classes = _values("biopsy", "isn_rps_class")
    for place, covariate in _tables(content, "covariate"):
        expected = levels_of.get(str(covariate.get("kind")))
        levels = _texts(covariate, "levels")
        if expected and levels and set(levels) != set(expected):
            yield (
                (*place, "levels"),
                f"expected {', '.join(expected)}; found {', '.join(levels)}",
            )
        groups = covariate.get("groups")
        if isinstance(groups, dict):
            named = [name for group in groups for name in _texts(groups, group)]
            yield from _unknown((*place, "groups"), named, classes)
            for name, count in Counter(named).items():
                if count > 1:
                    yield (*place, "groups"), f'"{name}" stands in {count} groups; keep one'


def _subgroups(content: dict) -> Iterator[Problem]:
    covariates = {
        name: covariate
        for _, covariate in _tables(content, "covariate")
        for name in _texts(covariate, "name")
    }
    for place, subgroup in _tables(content, "subgroup"):
        for name in _texts(subgroup, "covariate"):
            yield from _unknown((*place, "covariate"), [name], covariates)
            if name not in covariates:
                continue
            is_category = bool(covariates[name].get("levels"))
            if is_category and subgroup.get("cut"):
                yield (*place, "cut"), f"{name} has levels of its own; only a number is cut"
            if not is_category and not subgroup.get("cut"):
                yield (*place, "cut"), f"{name} is a number; say where to cut it (cut = [...])"


def _alternatives(content: dict) -> Iterator[Problem]:
    adjusted = [
        name
        for _, covariate in _tables(content, "covariate")
        for name in _texts(covariate, "name")
        if covariate.get("adjust", True)
    ]
    for place, analysis in _tables(content, "analysis"):
        others = analysis.get("alternatives")
        if isinstance(others, dict):
            yield from _unknown(
                (*place, "alternatives", "without"), _texts(others, "without"), adjusted
            )


def _facts(content: dict) -> Iterator[Problem]:
    known = [*_defined(content, "analysis"), "cohort"]
    for place, fact in _tables(content, "published", "fact"):
        yield from _unknown((*place, "analysis"), _texts(fact, "analysis"), known)


def _times(content: dict) -> Iterator[Problem]:
    for _, outcome in _tables(content, "outcome"):
        for _, follow_up in _tables(content, "follow_up"):
            first, last = outcome.get("from_day"), follow_up.get("max_days")
            if isinstance(first, int) and isinstance(last, int) and 0 < last <= first:
                yield (
                    ("outcome", "from_day"),
                    f"follow-up ends on day {last}, before a response can be judged; found {first}",
                )


def _days(content: dict) -> Iterator[Problem]:
    """Days of an analysis lie within follow-up, and where its intervals end if it has some."""
    for _, follow_up in _tables(content, "follow_up"):
        last = _days_of(follow_up, "max_days")
        width = _days_of(follow_up, "interval_days") or INTERVAL_DAYS
        landmarks = [_days_of(part, "landmark_day") for _, part in _tables(content, "exposure")]
        for place, analysis in _tables(content, "analysis"):
            days = analysis.get("days")
            for day in days if isinstance(days, list) else []:
                if last and isinstance(day, int) and day >= last:
                    yield (*place, "days"), f"follow-up ends on day {last}; found {day}"
                elif analysis.get("kind") in BY_INTERVAL and isinstance(day, int) and day % width:
                    told = f"expected ends of intervals (interval_days = {width}); found {day}"
                    yield (*place, "days"), told
            grace = analysis.get("grace_days")
            for told, limit in [
                ("follow-up ends", last),
                *(("exposure is counted to", landmark) for landmark in landmarks),
            ]:
                if limit and isinstance(grace, int) and grace > limit:
                    yield (*place, "grace_days"), f"{told} on day {limit}; found {grace}"


def _days_of(part: dict, key: str) -> int | None:
    """A number of days above 0, or nothing where the model will refuse what stands there."""
    value = part.get(key)
    return value if isinstance(value, int) and value > 0 else None


def _target_trial(content: dict) -> Iterator[Problem]:
    known = _defined(content, "analysis")
    for place, trial in _tables(content, "target_trial"):
        yield from _unknown((*place, "emulated_by"), _texts(trial, "emulated_by"), known)


def _tables(content: dict, *keys: str) -> list[tuple[Place, dict]]:
    """A table, or each of an array of tables, with its place."""
    found = content
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, dict):
        return [(keys, found)]
    rows = found if isinstance(found, list) else []
    return [((*keys, i), row) for i, row in enumerate(rows) if isinstance(row, dict)]


def _texts(part: dict, key: str) -> list[str]:
    """The text of a key, or its list of texts."""
    value = part.get(key)
    return [x for x in (value if isinstance(value, list) else [value]) if isinstance(x, str)]


def _defined(content: dict, section: str) -> list[str]:
    return [name for _, part in _tables(content, section) for name in _texts(part, "name")]


def _values(name: str, column: str) -> tuple[str, ...]:
    """What the data contract allows in a column."""
    return next(c.values for c in table(name).columns if c.name == column)


def _unknown(place: Place, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    known = list(known)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f'did you mean "{near[0]}"? ' if near else ""
            yield place, f'"{name}" is not defined; {hint}expected one of {", ".join(known)}'
