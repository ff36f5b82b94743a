"""The target trial stands beside what the data make of it."""

import pytest

from lncohort.errors import UserError
from lncohort.study import load_study, study_source
from lncohort.study.describe import describe
from lncohort.study.emulation import emulation

PARTS = [
    "Eligibility",
    "Treatment strategies",
    "Assignment",
    "Time zero",
    "Outcome",
    "Causal contrast",
    "Analysis",
]


def of(study):
    return {part: (wanted, made) for part, wanted, made in emulation(study)}


def test_parts_are_those_of_the_target_statement(nanjing):
    assert [part for part, _, _ in emulation(nanjing)] == PARTS


def test_the_emulation_follows_the_study_file(nanjing):
    (grace,) = [a for a in nanjing.analyses if a.kind == "clone_censor_weight"]
    others = tuple(a for a in nanjing.analyses if a is not grace)
    changed = nanjing.model_copy(
        update={
            "analyses": (*others, grace.model_copy(update={"grace_days": 45})),
            "eligibility": nanjing.eligibility[:1],
            "outcome": nanjing.outcome.model_copy(update={"from_day": 168}),
        }
    )
    made = {part: text for part, (_, text) in of(changed).items()}
    assert "within 45 days" in made["Treatment strategies"]
    assert made["Eligibility"] == nanjing.eligibility[0].label
    assert "from day 168 on" in made["Outcome"]
    assert "within 45 days" in made["Analysis"]


@pytest.mark.parametrize(
    ("kind", "contrast"),
    [
        ("clone_censor_weight", "per protocol"),
        ("active_comparator", "intention to treat"),
        ("sequential_trials", "intention to treat, and of per protocol"),
        ("use", "association, not that of a trial"),
    ],
)
def test_the_contrast_is_that_of_the_analyses_that_emulate(nanjing, kind, contrast):
    names = tuple(a.name for a in nanjing.analyses if a.kind == kind)
    trial = nanjing.target_trial.model_copy(update={"emulated_by": names})
    made = of(nanjing.model_copy(update={"target_trial": trial}))["Causal contrast"][1]
    assert made.endswith(contrast)


def test_describe_prints_both_columns(nanjing):
    told = describe(nanjing)
    assert "| Part | Target trial | Emulation with these data |" in told
    for part, wanted, made in emulation(nanjing):
        assert f"| {part} | {wanted} | {made} |" in told
    assert "Target trial" not in describe(nanjing.model_copy(update={"target_trial": None}))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'emulated_by = ["grace_period"]',
            'emulated_by = ["grace_perod"]',
            'target_trial.emulated_by: "grace_perod" is not defined; did you mean "grace_period"?',
        ),
        ("days = [90, 180, 270, 365]", "days = [90, 800]", "follow-up ends on day 730; found 800"),
        (
            "days = [180, 360, 720]",
            "days = [180, 365, 720]",
            "expected ends of intervals (interval_days = 30); found 365",
        ),
        ("grace_days = 90 ", "grace_days = 900 ", "follow-up ends on day 730; found 900"),
        ("lag_days = 30 ", "lag_day = 30 ", 'did you mean "lag_days"?'),
        ("truncate = [0.01, 0.99] ", "truncate = [0.99, 0.01] ", "truncate must increase"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(tmp_path, old, new, told):
    text = study_source("nanjing")[1].decode()
    assert old in text
    file = tmp_path / "study.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_study(file)
    assert told in str(caught.value)
