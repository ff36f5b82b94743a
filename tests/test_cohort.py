"""The columns of a cohort; with other choices it is the cohort that those choices make."""

import pandas as pd
import pytest

from lncohort.cohort import build
from lncohort.extract.extract import Extract
from lncohort.simulate import simulate_extract
from lncohort.study.model import Analysis
from small_extract import a_patient, day, supply


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "extract"
    simulate_extract(150, 3, folder)
    return Extract.open(folder)


@pytest.fixture(scope="module")
def cohort(nanjing, extract):
    return build(nanjing, extract)


def test_each_alternative_is_what_a_whole_run_of_its_study_gives(cohort, extract):
    made = cohort.alternatives["specifications"]
    assert len(made) == 48
    distinct = {(a.study.drugs, a.study.exposure): (a.study, found) for a, found in made}
    assert len(distinct) == 8
    differ = 0
    for study, found in distinct.values():
        alone = study.model_copy(update={"analyses": study.analyses[:1]})
        whole = build(alone, extract).analysis_set[found.columns]
        pd.testing.assert_frame_equal(found, whole)
        differ += not found.equals(cohort.analysis_set[found.columns])
    assert differ > 4, "other choices give other exposures"


def test_alternatives_leave_the_cohort_itself_as_it_is(nanjing, cohort, extract):
    without = tuple(a for a in nanjing.analyses if a.kind != "specification_curve")
    alone = build(nanjing.model_copy(update={"analyses": without}), extract)
    pd.testing.assert_frame_equal(cohort.analysis_set, alone.analysis_set)
    pd.testing.assert_frame_equal(cohort.person_time, alone.person_time)
    assert alone.alternatives == {}


def test_negative_controls_are_columns_of_the_analysis_set(nanjing, extract_folder):
    controls = Analysis(
        name="controls", kind="negative_control", diagnoses=["fracture"], exposures=["ibuprofen"]
    )
    study = nanjing.model_copy(update={"analyses": (*nanjing.analyses[:1], controls)})
    rows = {}
    for patient, recorded, drug in (("p1", 40, "ibuprofen"), ("p2", -40, "x"), ("p3", None, "x")):
        fracture = {"patient_id": patient, "concept": "fracture"}
        more = (
            {}
            if recorded is None
            else {"diagnosis": [fracture | {"diagnosis_date": day(recorded)}]}
        )
        supplies = [supply(0, 30, patient_id=patient), supply(5, 9, patient_id=patient, drug=drug)]
        for table, own in a_patient(patient, prescription=supplies, **more).items():
            rows.setdefault(table, []).extend(own)
    made = build(study, Extract.open(extract_folder(rows))).analysis_set.set_index("patient_id")
    outcome = made["control_outcome fracture"]
    assert outcome.isna().to_dict() == {"p1": False, "p2": True, "p3": False}
    assert (outcome["p1"], outcome["p3"]) == (True, False)
    assert made["control_use ibuprofen"].to_dict() == {"p1": True, "p2": False, "p3": False}
