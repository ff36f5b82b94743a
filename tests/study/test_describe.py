"""The protocol in words says what the study file says."""

import copy

from lncohort.study import Study
from lncohort.study.describe import describe
from lncohort.study.model import Analysis

STROBE = [
    "Question",
    "Design and setting",
    "Participants",
    "Exposure",
    "Outcome",
    "Covariates",
    "Follow-up",
    "Bias",
    "Statistical methods",
    "Target trial",
    "Subgroups",
    "Missing data",
    "Disclosure control",
    "Published comparison",
]


def test_headings_stand_in_the_order_of_strobe(nanjing):
    headings = [line[3:] for line in describe(nanjing).splitlines() if line.startswith("## ")]
    assert headings == STROBE


def test_every_definition_is_told(nanjing):
    told = describe(nanjing)
    for part in (*nanjing.eligibility, *nanjing.covariates):
        assert part.label in told
    for drug in nanjing.drugs:
        assert f"gaps of up to {drug.grace_days} days" in told
    for label in (*nanjing.exposure.dose_band_labels, *nanjing.exposure.duration_band_labels):
        assert label in told
    for analysis in nanjing.analyses:
        assert f"- {analysis.name}: " in told
    for unknown in nanjing.published.unknown:
        assert unknown in told


def test_a_changed_definition_changes_the_words(nanjing):
    outcome = nanjing.outcome.model_copy(update={"from_day": 168, "confirm_days": 90})
    follow_up = nanjing.follow_up.model_copy(update={"max_days": 1095})
    told = describe(nanjing.model_copy(update={"outcome": outcome, "follow_up": follow_up}))
    assert "from day 168 on" in told
    assert "within 90 days must not contradict" in told
    assert "at most 1095 days" in told


def numbers_in(part, place=()):
    """The place of every number in a dump of a study."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(value, dict | list):
            yield from numbers_in(value, (*place, key))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*place, key)


def with_one_more(content, place):
    """A dump of a study whose number at that place is larger by one, a share a little smaller."""
    content = copy.deepcopy(content)
    part = content
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] += -0.001 if "assumptions" in place or "truncate" in place else 1
    return content


def test_every_number_of_the_study_is_told(nanjing):
    content = nanjing.model_dump(mode="json", exclude={"published"}, exclude_none=True)
    told = describe(Study.model_validate(content))
    places = [
        place
        for place in numbers_in(content)
        # a covariate with levels has no unit of change, and refuses one
        if place[-1] != "unit_of_change" or not content["covariates"][place[1]]["levels"]
    ]
    assert len(places) > 40
    passed_over = [
        place
        for place in places
        if describe(Study.model_validate(with_one_more(content, place))) == told
    ]
    assert passed_over == []


def test_units_stand_beside_laboratory_values(nanjing):
    told = describe(nanjing)
    assert "urine protein 24h below 0.5 g/24h" in told
    assert "latest urine protein 24h ≥ 0.5 g/24h in the 90 days" in told


def test_the_guard_against_immortal_time_is_told_only_where_it_is_run(nanjing):
    without = tuple(a for a in nanjing.analyses if a.kind != "survival")
    assert "the first use as unexposed" in describe(nanjing)
    assert "the first use as unexposed" not in describe(
        nanjing.model_copy(update={"analyses": without})
    )


def test_a_study_that_suppresses_nothing_says_so(nanjing):
    info = nanjing.info.model_copy(update={"min_cell": 1})
    assert "No count is suppressed." in describe(nanjing.model_copy(update={"info": info}))
    assert "Counts above 0 and below 5 are suppressed" in describe(nanjing)


def test_a_study_without_published_figures_has_no_such_section(nanjing):
    told = describe(nanjing.model_copy(update={"published": None, "subgroups": ()}))
    assert "Published comparison" not in told
    assert "Subgroups" not in told


def test_negative_controls_and_scores_of_bands_are_told(nanjing):
    controls = Analysis(
        name="controls",
        kind="negative_control",
        diagnoses=["hip_fracture"],
        exposures=["ibuprofen"],
    )
    dose = Analysis(name="dose", kind="dose_band", scores=[1, 3, 7.5])
    told = describe(nanjing.model_copy(update={"analyses": (controls, dose)}))
    assert "a first record of hip fracture after the index date as the outcome" in told
    assert "use of ibuprofen as the exposure, in those who never used tacrolimus" in told
    assert "a trend by the scores 1, 3, 7.5 too" in told
