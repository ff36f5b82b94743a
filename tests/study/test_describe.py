"""The protocol in words says what the study file says."""

from lncohort.study.describe import describe

STROBE = [
    "Question",
    "Design and setting",
    "Participants",
    "Exposure",
    "Outcome",
    "Covariates",
    "Follow-up",
    "Statistical methods",
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


def test_a_study_without_published_figures_has_no_such_section(nanjing):
    told = describe(nanjing.model_copy(update={"published": None, "subgroups": ()}))
    assert "Published comparison" not in told
    assert "Subgroups" not in told
