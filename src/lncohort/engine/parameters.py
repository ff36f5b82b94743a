"""The study file as small parameter tables, to which the SQL joins."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from lncohort.extract.equivalence import (
    LARGEST_PREDNISONE_EQUIVALENT_MG,
    Equivalence,
    dose_equivalences,
)
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import plain_unit
from lncohort.study import Study
from lncohort.study.model import DOSE_KINDS, Combination, Covariate, Drug, Exposure

TEXT, INTEGER, FLAG, DATE = pa.string(), pa.int32(), pa.bool_(), pa.date32()
AMOUNT = pa.decimal128(12, 4)
FACTOR = pa.decimal128(18, 14)
EQUIVALENT = pa.decimal128(24, 4)  # so wide that a product with a dose never overflows
COURSE_DAYS = 30  # the course of treatment is looked at once a month of follow-up
UPCR = "urine_protein_creatinine_ratio"  # in g/g, as 24-hour protein is in g/24 h
INTERVAL_KINDS = frozenset(
    (
        "time_varying",
        "clone_censor_weight",
        "sequential_trials",
        "marginal_structural",
        "cumulative_incidence",
    )
)
REGIMEN_DRUGS = 31  # bits of a positive 32-bit number; a study has far fewer drugs


def parameter_tables(study: Study, today: date) -> dict[str, pa.Table]:
    """Every parameter table of a study.

    Parameters
    ----------
    study
        The study.
    today
        The day of the run: what is dated later is an error of the extract.

    Returns
    -------
    dict of pyarrow.Table
        By name, as the SQL files join to them.
    """
    return {
        "study_setting": _study_setting(study, today),
        "study_drug": study_drug_table(study.drugs, study.entry.drugs),
        "prescribed_drug": prescribed_drug_table(
            study.drugs,
            dose_equivalences(),
            {c.concept for c in _dose_covariates(study)},
            _controls(study, "exposures"),
        ),
        "dose_equivalence": _table(
            {"drug": TEXT, "mg": EQUIVALENT, "as_drug": TEXT, "as_mg": EQUIVALENT},
            [(e.drug, e.mg, e.as_drug, e.as_mg) for e in dose_equivalences()],
        ),
        "dose_window": _table(
            {"covariate": TEXT, "as_drug": TEXT, "day": INTEGER},
            [
                (c.name, c.concept, day)
                for c in _dose_covariates(study)
                for day in range(c.from_day, 0)
            ],
        ),
        "exposure_setting": _table(
            {"drug": TEXT, "until": TEXT, "landmark_day": INTEGER},
            [(study.exposure.drug, study.exposure.until, study.exposure.landmark_day)],
        ),
        "negative_control_drug": _table(
            {"drug": TEXT}, [(drug,) for drug in _controls(study, "exposures")]
        ),
        "negative_control_outcome": _table(
            {"source": TEXT, "concept": TEXT},
            [
                (source, concept)
                for source, key in CONTROL_OUTCOMES.items()
                for concept in _controls(study, key)
            ],
        ),
        "course_setting": course_setting_table(study.exposure),
        "course_day": _table(
            {"day": INTEGER}, [(day,) for day in range(0, study.follow_up.max_days, COURSE_DAYS)]
        ),
        **_interval_tables(study),
        "study_test": _study_test(study),
        "test_unit": _table(
            {"test": TEXT, "unit": TEXT, "factor": FACTOR},
            [
                (test, plain_unit(unit), factor)
                for test in _tests(study)
                for unit, factor in LAB_TESTS[test].factors.items()
            ],
        ),
        "lab_stand_in": _table(
            {"test": TEXT, "measured_test": TEXT},
            [("urine_protein_24h", UPCR)] if study.outcome.upcr_for_24h else [],
        ),
        "study_concept": _study_concept(study),
        "lab_window": _lab_window(study),
        "eligibility_criterion": _eligibility_criterion(study),
        "attrition_step": _attrition_step(study),
        "kidney_failure_procedure": _table(
            {"concept": TEXT}, [(c,) for c in study.follow_up.kidney_failure]
        ),
        "outcome_criterion": _table(
            {"component": TEXT, "test": TEXT, "rule": TEXT, "value": AMOUNT},
            [(c.component, c.test, c.rule, c.value) for c in study.outcome.criteria],
        ),
        **band_tables(study.exposure),
        "regimen_label": _regimen_label(study),
        "combination": combination_table(
            [(study.regimen_label(c.drugs), c) for c in study.combinations]
        ),
        "covariate_definition": _table(
            {"covariate": TEXT, "kind": TEXT, "concept": TEXT, "from_day": INTEGER},
            [(c.name, c.kind, c.concept, c.from_day) for c in study.covariates],
        ),
        "covariate_concept": _table(
            {"covariate": TEXT, "concept": TEXT},
            [(c.name, concept) for c in study.covariates for concept in c.concepts],
        ),
        "covariate_band": _covariate_band(study),
        "biopsy_group": _table(
            {"covariate": TEXT, "level": TEXT, "isn_rps_class": TEXT},
            [
                (c.name, level, isn_class)
                for c in study.covariates
                for level, classes in c.groups.items()
                for isn_class in classes
            ],
        ),
    }


CONTROL_OUTCOMES = {"diagnosis": "diagnoses", "procedure": "procedures"}


def _controls(study: Study, key: str) -> list[str]:
    """The negative controls of every analysis, each once."""
    return sorted({name for analysis in study.analyses for name in getattr(analysis, key)})


def _table(columns: dict[str, pa.DataType], rows: Iterable[tuple]) -> pa.Table:
    rows = list(rows)
    arrays = [
        pa.array([_exact(row[i], kind) for row in rows], type=kind)
        for i, kind in enumerate(columns.values())
    ]
    return pa.Table.from_arrays(arrays, names=list(columns))


def _exact(value, kind):
    """A number as the decimal that was written in the study file, not its binary neighbour."""
    if value is None or kind not in (AMOUNT, FACTOR, EQUIVALENT):
        return value
    exact = Decimal(str(value))
    return round(exact, FACTOR.scale) if kind == FACTOR else exact


def _study_setting(study: Study, today: date) -> pa.Table:
    return _table(
        {
            "period_start": DATE,
            "period_end": DATE,
            "max_days": INTEGER,
            "outcome_from_day": INTEGER,
            "baseline_from_day": INTEGER,
            "component_days": INTEGER,
            "confirm_days": INTEGER,
            "today": DATE,
        },
        [
            (
                study.info.period_start,
                study.info.period_end + timedelta(days=1),
                study.follow_up.max_days,
                study.outcome.from_day,
                -study.outcome.baseline_days,
                study.outcome.component_days,
                study.outcome.confirm_days,
                today,
            )
        ],
    )


def _interval_tables(study: Study) -> dict[str, pa.Table]:
    """The days that the study's analyses look at again; empty tables where none does."""
    kinds = {analysis.kind for analysis in study.analyses}
    width, last = study.follow_up.interval_days, study.follow_up.max_days
    starts = list(range(0, last, width)) if kinds & INTERVAL_KINDS else []
    looks = {(day, lag) for day in starts for lag in lags(study)}
    looks |= {(day, 0) for a in study.analyses if a.kind == "landmark" for day in a.days}
    trials = starts if "sequential_trials" in kinds else []
    return {
        "follow_up_interval": _table(
            {"start_day": INTEGER, "stop_day": INTEGER}, [(day, day + width) for day in starts]
        ),
        "exposure_look": _table({"day": INTEGER, "lag_days": INTEGER}, sorted(looks)),
        "trial_start": _table({"day": INTEGER}, [(day,) for day in trials]),
    }


def lags(study: Study) -> list[int]:
    """The lags with which the study looks at exposure; 0 is always one of them."""
    return sorted({0} | {a.lag_days or 0 for a in study.analyses})


def study_drug_table(drugs: Iterable[Drug], entry_drugs: Collection[str] = ()) -> pa.Table:
    """The drugs and their rules of supply, to which the SQL of intake and exposure joins."""
    return _table(
        {
            "drug": TEXT,
            "drug_number": INTEGER,
            "drug_bit": INTEGER,
            "is_entry": FLAG,
            "grace_days": INTEGER,
            "overlap": TEXT,
            "stockpile_carry": TEXT,
            "pulse_days": INTEGER,
            "max_daily_dose_mg": AMOUNT,
            "max_pulse_dose_mg": AMOUNT,
            "high_dose_mg": AMOUNT,
            "high_dose_gap_days": INTEGER,
        },
        [
            (
                d.name,
                position,
                2**position if position < REGIMEN_DRUGS else None,
                d.name in entry_drugs,
                d.grace_days,
                d.overlap,
                d.stockpile_carry,
                d.pulse_days,
                d.max_daily_dose_mg,
                d.max_pulse_dose_mg,
                d.high_dose_mg,
                d.high_dose_gap_days,
            )
            for position, d in enumerate(drugs)
        ],
    )


def prescribed_drug_table(
    drugs: Iterable[Drug],
    equivalences: Iterable[Equivalence] = (),
    covariate_drugs: Collection[str] = (),
    control_drugs: Iterable[str] = (),
) -> pa.Table:
    """The names of drugs in an extract, and which drug each is, with its limits (mg of that drug).

    A drug of the study stands for itself; another that has an equivalence to one is that one; what
    has an equivalence to the drug of a covariate is kept as it is, for the covariate alone; and so
    is a negative control, whose pulse covers its day.
    """
    of_study = {drug.name: drug for drug in drugs}
    rows = [(name, name, 1, 1, *_limits(drug), True) for name, drug in of_study.items()]
    for e in equivalences:
        if e.drug in of_study:
            continue
        if e.as_drug in of_study:
            rows.append((e.drug, e.as_drug, e.mg, e.as_mg, *_limits(of_study[e.as_drug]), True))
        elif e.as_drug in covariate_drugs:
            largest = round(LARGEST_PREDNISONE_EQUIVALENT_MG * e.mg / e.as_mg, AMOUNT.scale)
            rows.append((e.drug, e.drug, 1, 1, 1, largest, largest, False))
    known = {row[0] for row in rows}
    rows += [(d, d, 1, 1, 1, None, None, False) for d in control_drugs if d not in known]
    return _table(
        {
            "drug_given": TEXT,
            "drug": TEXT,
            "mg": EQUIVALENT,
            "as_mg": EQUIVALENT,
            "pulse_days": INTEGER,
            "max_daily_dose_mg": AMOUNT,
            "max_pulse_dose_mg": AMOUNT,
            "is_study_drug": FLAG,
        },
        rows,
    )


def _limits(drug: Drug) -> tuple:
    return drug.pulse_days, drug.max_daily_dose_mg, drug.max_pulse_dose_mg


def _dose_covariates(study: Study) -> list[Covariate]:
    return [c for c in study.covariates if c.kind in DOSE_KINDS]


def _tests(study: Study) -> list[str]:
    tests = [c.test for c in study.outcome.criteria]
    tests += [c.concept for c in study.covariates if c.kind == "lab"]
    tests += ["serum_creatinine" for c in study.covariates if c.kind == "egfr"]
    tests += [e.concept for e in study.eligibility if e.kind == "lab"]
    tests += [UPCR] if study.outcome.upcr_for_24h else []
    return sorted(set(tests))


def _study_test(study: Study) -> pa.Table:
    return _table(
        {"test": TEXT, "max_value": AMOUNT},
        [(test, LAB_TESTS[test].max_value) for test in _tests(study)],
    )


def _lab_window(study: Study) -> pa.Table:
    windows = {(c.test, -study.outcome.baseline_days) for c in study.outcome.criteria}
    windows |= {(c.concept, c.from_day) for c in study.covariates if c.kind == "lab"}
    windows |= {("serum_creatinine", c.from_day) for c in study.covariates if c.kind == "egfr"}
    windows |= {(e.concept, e.from_day) for e in study.eligibility if e.kind == "lab"}
    return _table({"test": TEXT, "from_day": INTEGER}, sorted(windows))


def _study_concept(study: Study) -> pa.Table:
    concepts = {("procedure", c) for c in study.follow_up.kidney_failure}
    concepts |= {("diagnosis", e.concept) for e in study.eligibility if e.kind == "diagnosis"}
    concepts |= {("procedure", e.concept) for e in study.eligibility if e.kind == "no_procedure"}
    concepts |= {("diagnosis", c) for v in study.covariates for c in v.concepts}
    concepts |= {("assessment", v.concept) for v in study.covariates if v.kind == "assessment"}
    concepts |= {(s, c) for s, key in CONTROL_OUTCOMES.items() for c in _controls(study, key)}
    return _table({"source": TEXT, "concept": TEXT}, sorted(concepts))


FIRST_STEPS = (
    ("usable_record", "a usable patient record"),
    ("entry_drug", "a prescription of a drug of entry"),
    ("inside_period", "first start inside the study period and under observation"),
)


def _eligibility_criterion(study: Study) -> pa.Table:
    return _table(
        {
            "step": INTEGER,
            "kind": TEXT,
            "concept": TEXT,
            "from_day": INTEGER,
            "min_value": AMOUNT,
            "max_value": AMOUNT,
        },
        [
            (step, e.kind, e.concept, e.from_day, e.min_value, e.max_value)
            for step, e in enumerate(study.eligibility, start=len(FIRST_STEPS) + 1)
        ],
    )


def _attrition_step(study: Study) -> pa.Table:
    named = [*FIRST_STEPS, *((e.name, e.label) for e in study.eligibility)]
    return _table(
        {"step": INTEGER, "criterion": TEXT, "label": TEXT},
        [(step, name, label) for step, (name, label) in enumerate(named, start=1)],
    )


def _edges(labels, cuts):
    """(label, from, to) of each band; None at the open ends."""
    return zip(labels, (None, *cuts), (*cuts, None), strict=True)


def band_tables(exposure: Exposure) -> dict[str, pa.Table]:
    """The bands of mean daily dose (mg/day) and of covered days, by name of their table."""
    return {
        "dose_band": _bands(exposure.dose_band_labels, exposure.dose_bands),
        "duration_band": _bands(exposure.duration_band_labels, exposure.duration_bands),
    }


def _bands(labels, cuts) -> pa.Table:
    return _table(
        {"level": TEXT, "from_value": AMOUNT, "to_value": AMOUNT}, list(_edges(labels, cuts))
    )


def _covariate_band(study: Study) -> pa.Table:
    return _table(
        {"covariate": TEXT, "level": TEXT, "from_value": AMOUNT, "to_value": AMOUNT},
        [
            (c.name, *edge)
            for c in study.covariates
            if c.bands
            for edge in _edges(c.levels, c.bands)
        ],
    )


def _regimen_label(study: Study) -> pa.Table:
    bits = {drug.name: 2**position for position, drug in enumerate(study.drugs)}
    return _table(
        {"drug_bits": INTEGER, "regimen": TEXT},
        [(sum(bits[drug] for drug in subset), label) for subset, label in study.regimens().items()],
    )


def course_setting_table(exposure: Exposure) -> pa.Table:
    """When a start counts as a switch, an end as a taper, and a dose as held; days."""
    return _table(
        {"switch_days": INTEGER, "taper_days": INTEGER, "held_days": INTEGER},
        [(exposure.switch_days, exposure.taper_days, exposure.held_days)],
    )


def combination_table(combinations: Iterable[tuple[str, Combination]]) -> pa.Table:
    """The combinations of drugs that are looked for, each with its label."""
    return _table(
        {
            "combination": TEXT,
            "first_drug": TEXT,
            "second_drug": TEXT,
            "third_drug": TEXT,
            "min_overlap_days": INTEGER,
        },
        [
            (label, *c.drugs, *[None] * (3 - len(c.drugs)), c.min_overlap_days)
            for label, c in combinations
        ],
    )
