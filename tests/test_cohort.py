"""The cohort with other choices is the cohort that those choices make."""

import pandas as pd
import pytest

from lncohort.cohort import build
from lncohort.extract.extract import Extract
from lncohort.simulate import simulate_extract


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "extract"
    simulate_extract(150, 3, folder)
    return Extract.open(folder)


def test_each_alternative_is_what_a_whole_run_of_its_study_gives(nanjing, extract):
    cohort = build(nanjing, extract)
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


def test_alternatives_leave_the_cohort_itself_as_it_is(nanjing, extract):
    without = tuple(a for a in nanjing.analyses if a.kind != "specification_curve")
    alone = build(nanjing.model_copy(update={"analyses": without}), extract)
    cohort = build(nanjing, extract)
    pd.testing.assert_frame_equal(cohort.analysis_set, alone.analysis_set)
    pd.testing.assert_frame_equal(cohort.person_time, alone.person_time)
    assert alone.alternatives == {}
