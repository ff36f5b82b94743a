"""The whole process: from patients to the tables of an extract, in memory."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lncohort.extract.contract import CONTRACT, LAB_TESTS, Table
from lncohort.simulate.feedback.process import play
from lncohort.simulate.feedback.scenario import Scenario
from lncohort.simulate.labs import TESTS, draw_decision_visit, draw_labs
from lncohort.simulate.parameters import Parameters
from lncohort.simulate.patients import CLASSES, CONDITIONS, NEVER, Patients, draw_patients
from lncohort.simulate.planned.response import draw_disease
from lncohort.simulate.planned.treatment import draw_courses
from lncohort.simulate.planned.visits import draw_visits
from lncohort.simulate.prescriptions import ALL_DRUGS, draw_prescriptions

_ARROW_TYPE = {
    "text": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
    "number": pa.float64(),
}
_PRESCRIPTIONS_PER_CHUNK = 10**8  # room for the numbers of orders of one chunk
_PATIENTS_PER_CHUNK = 10**6


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table of the contract."""
    return pa.schema([(c.name, _ARROW_TYPE[c.type]) for c in table.columns])


def simulate_tables(
    patients: int, seed: int, scenario: Scenario, parameters: Parameters, chunk: int = 0
) -> dict[str, pa.Table]:
    """Simulate one chunk of an extract in memory.

    Parameters
    ----------
    patients : int
        Number of patients, at most 1,000,000.
    seed, chunk : int
        Together they seed the generator; the same pair gives the same tables. Each part of the
        process draws from its own stream, so that a change of one parameter leaves the random
        numbers of the others as they were.
    scenario : Scenario
        How the course is drawn.
    parameters : Parameters
        Who the patients are, and how their record is kept; in a planned course, its effects too.

    Returns
    -------
    dict of str to pyarrow.Table
        The tables of the data contract by name.
    """
    streams = random_streams(seed, chunk)
    people = draw_patients(streams[0], patients, parameters)
    if scenario.kind == "planned":
        courses = draw_courses(streams[1], people, parameters)
        disease = draw_disease(streams[2], people, courses, parameters)
        decision = draw_decision_visit(streams[3], people, parameters)
        visits = draw_visits(streams[3], people, disease, decision)
    else:
        lives = play(streams[1:4], people, scenario)
        people, courses, visits = lives.patients, lives.courses, lives.visits()
        decision = draw_decision_visit(streams[3], people, parameters)
    labs = draw_labs(streams[3], people, decision, visits, parameters)
    orders = draw_prescriptions(streams[4], people, courses, parameters)

    ids = _identifiers("P", np.arange(patients) + 1 + chunk * _PATIENTS_PER_CHUNK, 9)
    columns = {
        "patient": _patient(people, ids),
        "observation_period": _observation_period(people, ids),
        "prescription": _prescription(people, ids, orders, chunk),
        "lab": _lab(people, ids, labs),
        **_history(streams[5], people, ids, parameters),
    }
    return {
        t.name: pa.table([columns[t.name][c.name] for c in t.columns], schema=arrow_schema(t))
        for t in CONTRACT
    }


def random_streams(seed: int, chunk: int) -> list[np.random.Generator]:
    """Independent generators: of patients, treatment, disease, visits, orders and history."""
    children = np.random.SeedSequence([seed, chunk]).spawn(6)
    return [np.random.Generator(np.random.PCG64(child)) for child in children]


def _identifiers(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, pa.scalar(""))


def _dates(days: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Dates from days since 1970-01-01."""
    filled = days if missing is None else np.where(missing, 0, days)
    return pa.array(filled.astype(np.int32), mask=missing).view(pa.date32())


def _texts(codes: np.ndarray, values: tuple[str, ...]) -> pa.Array:
    return pa.array(values).take(pa.array(codes))


def _numbers(values: np.ndarray, kind: pa.DataType = None) -> pa.Array:
    missing = np.isnan(values)
    array = pa.array(np.where(missing, 0, values), mask=missing)
    return array if kind is None else array.cast(kind)


def _patient(people: Patients, ids: pa.Array) -> dict[str, pa.Array]:
    return {
        "patient_id": ids,
        "sex": _texts(people.female.astype(int), ("male", "female")),
        "birth_date": _dates(people.birth),
        "death_date": _dates(people.index + people.death, people.death == NEVER),
    }


def _observation_period(people: Patients, ids: pa.Array) -> dict[str, pa.Array]:
    return {
        "patient_id": ids,
        "start_date": _dates(people.index + people.observed_from),
        "end_date": _dates(people.index + people.observed_until),
    }


def _prescription(people: Patients, ids: pa.Array, orders, chunk: int) -> dict[str, pa.Array]:
    numbers = np.arange(len(orders["who"])) + 1 + chunk * _PRESCRIPTIONS_PER_CHUNK
    origin = people.index[np.maximum(orders["who"], 0)]
    unknown = orders["who"] < 0
    strangers = _identifiers("X", numbers[unknown], 12)
    patient_ids = ids.take(pa.array(np.where(unknown, 0, orders["who"])))
    return {
        "prescription_id": _identifiers("R", numbers, 12),
        "patient_id": pc.replace_with_mask(patient_ids, pa.array(unknown), strangers),
        "drug": _texts(orders["drug"], ALL_DRUGS),
        "route": _texts(orders["route"], ("oral", "iv")),
        "start_date": _dates(origin + orders["day"]),
        "end_date": _dates(origin + orders["end_day"], np.isnan(orders["end_day"])),
        "days_supply": _numbers(orders["days_supply"], pa.int64()),
        "daily_dose_mg": _numbers(orders["daily_dose_mg"]),
        "pulse_dose_mg": _numbers(orders["pulse_dose_mg"]),
    }


def _lab(people: Patients, ids: pa.Array, labs) -> dict[str, pa.Array]:
    return {
        "patient_id": ids.take(pa.array(labs["who"])),
        "test": _texts(labs["test"], TESTS),
        "sample_date": _dates(people.index[labs["who"]] + labs["day"]),
        "value": pa.array(labs["value"]),
        "unit": _texts(labs["unit"], (*(LAB_TESTS[t].unit for t in TESTS), "mg/dL")),
        "reference_low": _numbers(labs["reference_low"]),
        "reference_high": _numbers(labs["reference_high"]),
    }


def _history(
    rng: np.random.Generator, people: Patients, ids: pa.Array, p: Parameters
) -> dict[str, dict[str, pa.Array]]:
    """Diagnoses, procedures, biopsies and assessments."""
    n = len(people)
    everyone = np.arange(n)
    onset = -rng.integers(1, 200, n)
    biopsied = rng.random(n) >= p.missing_biopsy_share
    biopsy_day = np.maximum(onset, -rng.integers(1, 60, n))
    scored = everyone[rng.random(n) >= p.missing_sledai_share]
    scored_day = -rng.integers(0, 30, n)

    diagnosed = everyone[rng.random(n) >= p.undiagnosed_share]
    who_ill, condition = np.nonzero(people.conditions)
    ill_day = -rng.integers(1, 360, len(who_ill))
    diagnosis = _in_order(
        np.concatenate([diagnosed, who_ill]),
        np.concatenate([onset[diagnosed], ill_day]),
        np.concatenate([np.zeros(len(diagnosed), int), condition + 1]),
    )

    failing = everyone[people.kidney_failure < NEVER]
    prior = everyone[rng.random(n) < p.prior_dialysis_share]
    grafted = failing[rng.random(len(failing)) < 0.15]
    graft_day = people.kidney_failure[grafted] + 300
    followed = graft_day <= people.observed_until[grafted]
    biopsied_who = everyone[biopsied]
    groups = [
        (biopsied_who, biopsy_day[biopsied_who], 0),
        (failing, people.kidney_failure[failing], 1),
        (prior, np.full(len(prior), -250), 1),
        (grafted[followed], graft_day[followed], 2),
    ]
    procedure = _in_order(
        np.concatenate([g[0] for g in groups]),
        np.concatenate([g[1] for g in groups]),
        np.repeat([g[2] for g in groups], [len(g[0]) for g in groups]),
    )

    def dated(who, day, name):
        return {"patient_id": ids.take(pa.array(who)), name: _dates(people.index[who] + day)}

    concepts = ("lupus_nephritis", *CONDITIONS)
    procedures = ("kidney_biopsy", "dialysis", "kidney_transplant")
    return {
        "diagnosis": dated(diagnosis[0], diagnosis[1], "diagnosis_date")
        | {"concept": _texts(diagnosis[2], concepts)},
        "procedure": dated(procedure[0], procedure[1], "procedure_date")
        | {"concept": _texts(procedure[2], procedures)},
        "biopsy": dated(biopsied_who, biopsy_day[biopsied_who], "biopsy_date")
        | {"isn_rps_class": _texts(people.isn_class[biopsied_who], CLASSES)},
        "assessment": dated(scored, scored_day[scored], "assessment_date")
        | {
            "instrument": pa.array(["sledai_2k"]).take(pa.array(np.zeros(len(scored), int))),
            "score": pa.array(people.sledai[scored]),
        },
    }


def _in_order(who: np.ndarray, day: np.ndarray, code: np.ndarray) -> tuple[np.ndarray, ...]:
    order = np.lexsort((code, day, who))
    return who[order], day[order], code[order]
