"""What the parts of a study file say of each other."""

from collections import Counter
from collections.abc import Iterable, Iterator

from lncohort.extract.contract import LAB_TESTS, table
from lncohort.study.model import Study


def inconsistencies(study: Study) -> list[str]:
    """Every reference in a study file to something that it does not define.

    Returns
    -------
    list of str
        ``key: what was found; what is known``.
    """
    return [*_names(study), *_drugs(study), *_tests(study), *_others(study)]


def _names(study: Study) -> Iterator[str]:
    for key, parts in (
        ("drug", study.drugs),
        ("eligibility", study.eligibility),
        ("covariate", study.covariates),
        ("analysis", study.analyses),
    ):
        for name, count in Counter(part.name for part in parts).items():
            if count > 1:
                yield f'{key}: the name "{name}" is given {count} times; each needs its own'


def _drugs(study: Study) -> Iterator[str]:
    known = [drug.name for drug in study.drugs]
    yield from _unknown("entry.drugs", study.entry.drugs, known)
    yield from _unknown("exposure.drug", [study.exposure.drug], known)
    for i, combination in enumerate(study.combinations):
        yield from _unknown(f"combination.{i}.drugs", combination.drugs, known)
    for i, analysis in enumerate(study.analyses):
        named = [*analysis.drugs, *([analysis.reference] if analysis.reference else [])]
        yield from _unknown(f"analysis.{i}", named, known)


def _tests(study: Study) -> Iterator[str]:
    for i, criterion in enumerate(study.outcome.criteria):
        yield from _unknown(f"outcome.criterion.{i}.test", [criterion.test], LAB_TESTS)
    for i, criterion in enumerate(study.eligibility):
        if criterion.kind == "lab":
            yield from _unknown(f"eligibility.{i}.concept", [criterion.concept], LAB_TESTS)
    for i, covariate in enumerate(study.covariates):
        if covariate.kind == "lab":
            yield from _unknown(f"covariate.{i}.concept", [covariate.concept], LAB_TESTS)


def _others(study: Study) -> Iterator[str]:
    classes = next(c.values for c in table("biopsy").columns if c.values)
    covariates = {covariate.name: covariate for covariate in study.covariates}
    for i, covariate in enumerate(study.covariates):
        named = [c for group in covariate.groups.values() for c in group]
        yield from _unknown(f"covariate.{i}.groups", named, classes)
    for i, subgroup in enumerate(study.subgroups):
        yield from _unknown(f"subgroup.{i}.covariate", [subgroup.covariate], covariates)
        found = covariates.get(subgroup.covariate)
        if found and not found.levels and not subgroup.cut:
            yield f"subgroup.{i}: {found.name} is a number; say where to cut it (cut = [...])"
    if study.published:
        known = ["cohort", *(analysis.name for analysis in study.analyses)]
        for i, fact in enumerate(study.published.facts):
            yield from _unknown(f"published.fact.{i}.analysis", [fact.analysis], known)


def _unknown(key: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    known = list(known)
    for name in names:
        if name not in known:
            yield f'{key}: "{name}" is not defined; expected one of {", ".join(known)}'
