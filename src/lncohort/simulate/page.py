"""Writes the page of the scenarios, from their files and their truth (``make docs``)."""

import sys
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from inspect import getdoc
from pathlib import Path

import pandas as pd

from lncohort.simulate.causal import causal_truth, causal_truth_file, trial_truth
from lncohort.simulate.feedback.nested_trials import DAYS as TRIAL_DAYS
from lncohort.simulate.feedback.scenario import Process, load_scenario, scenarios
from lncohort.simulate.feedback.strategy import strategies_of
from lncohort.spec.page import markdown

PAGE = "simulation.md"
HORIZONS = (365, 730)  # days that the page tells; the truth has 360 and 720, too
_INTRODUCTION = """# Simulated worlds with known effects

Printed by `python -m lncohort.simulate.page docs` from the scenario files and their truth in \
`src/lncohort/simulate/scenarios`; a test fails when this page is not what they say.

    lncohort simulate --scenario benefit --patients 10000 --seed 1 --out my_extract

writes an extract of a world in which the effects of tacrolimus are known, and `truth.json` beside \
it. `lncohort.simulate.causal_truth("benefit")` gives the same truth as a table. Without \
`--scenario` the process is the one calibrated to the Nanjing study.

## The process

Patients are drawn as for the calibrated process: severity, class, SLEDAI, proteinuria, \
creatinine, comorbidity, age. On the index date (day 0) everyone starts cyclophosphamide (eight \
monthly pulses, or tablets) or mycophenolate (for good). Then time goes on in months of 30 days, \
for five years:

1. On days 0, 30, 60, ... tacrolimus is started, raised, lowered or stopped, abruptly or by a taper \
over three months (75, 50, 25 % of the dose). The decision depends on the risk factors that the \
record holds, proteinuria and eGFR as last measured by that day, and on nothing else. There is one \
course a patient.
2. Over the month remission, in remission a flare, death, kidney failure and loss to follow-up have \
constant hazards. That of remission is 0 for 60 days, rises to its height at six months and fades by \
4 % a month. Tacrolimus acts on it from the day of its start and until its end, taper included, \
without a lag, and on nothing else but flares after it is stopped. Deaths and kidney failures do \
not depend on treatment, but kidney failure is rarer in remission (hazard × 0.3).
3. Remission brings proteinuria down to 0.12-0.30 g/24 h (time constant 15 days); a flare brings it \
back up (20 days). Outside remission creatinine drifts.
4. A visit, if one is due, is never on a day of decision. What is measured then, with noise (18 % \
for proteinuria, 5 % for creatinine) and sometimes not at all (7 and 5 %), is known from the next \
decision on. The next visit is 32 to 78 days away, sooner where proteinuria was high.

So proteinuria as last measured decides who starts tacrolimus and who is about to respond, and \
tacrolimus lowers it: time-varying confounding affected by treatment. Of the record, whatever \
decides treatment is complete and free of mistakes; refills come early, late and after a missed \
month as in the calibrated process. `severity`, which nobody sees, acts on death, kidney failure \
and what is measured, not on treatment. The response is never a column: as in a hospital's extract, \
the SQL dates it.
"""
_ESTIMANDS = """## The truth

Every strategy is played out by the same code in the same patients, more than a million of them, with \
treatment decided by the strategy. Nobody is lost, the data do not end, everyone is assessed; death \
and kidney failure compete. The patients are those whom the Nanjing study takes.

| strategy | decisions |
|---|---|
| `never` | tacrolimus is never started |
| `start` | started on the index date and kept for good, at the dose that the clinician chooses. A start on any day up to the 60th has the same outcomes |
| `start_4_mg` | the same, at 4 mg/day or more |
| `stop_abrupt`, `stop_taper` | started on the index date; stopped on day 360, or tapered from then over 90 days |
| `start_as_usual` | started on the index date; afterwards the clinician decides when to stop |
| `later_as_usual` | not started up to day 60; afterwards the clinician decides |
| `mmf_never`, `mmf_start`, `cyc_never`, `cyc_start` and `_as_usual` | the four cells: everyone on mycophenolate or on cyclophosphamide, without tacrolimus or with it; only where the background matters |

| estimand | meaning |
|---|---|
| `risk` | share with a complete response by the day, as the SQL of the study dates it from what is measured |
| `remission_risk` | share with a latent remission by the day, however often one looks |
| `risk_difference`, `risk_ratio`, `remission_risk_difference` | strategy against reference |
| `hazard_ratio` | marginal hazard ratio of the measured response: what a Cox model of the two strategies finds up to the day, death and kidney failure censored |
| `conditional_hazard_ratio` | planted: ratio of the hazards of latent remission given all that is known, of tacrolimus at 3 mg/day, of each mg/day more, of cyclophosphamide against mycophenolate, and the product term |
| `reri`, `ratio_of_risk_ratios` | of the four cells against `mmf_never` or `mmf_later_as_usual`, from risk ratios |
| `flare_risk` | of those with a response by day 360, in care then without a flare: proteinuria above 1 g/24 h measured by day 730 |

Nested trials have a truth of their own, `trial_risk_difference` and `trial_odds_ratio` of \
`lncohort.simulate.trial_truth`: a trial begins with each month and takes who, in the world as it is, is \
in care, without a response and without tacrolimus by the month before. Per protocol all of them start \
and stay on it (`start`) or never start; by intention to treat they start, or do not start in that month, \
and afterwards the clinician decides (`start_as_usual`, `not_now_as_usual`). The risks are of all who \
enter a trial that can be followed for so many days; the odds ratio within a month is that of Mantel and \
Haenszel over trials and months, each with the person-time that a study would see of it.

A response is measured later than the remission behind it: about a month until proteinuria is low, \
then until the next visit. A hazard ratio of measured responses is therefore not the planted one, and \
who starts later than on the index date has first some months without an effect. In \
brackets: Monte Carlo standard errors, jackknifed over batches; contrasts are within the same \
patients, so that an effect that cannot be is 0 exactly.
"""


def page() -> str:
    """The whole page."""
    lines = [_INTRODUCTION, "## What a scenario can say\n", *_keys(), _ESTIMANDS]
    for name in scenarios():
        lines += _section(name)
    return "\n".join(lines).rstrip() + "\n"


def _keys() -> Iterator[str]:
    yield (
        "A scenario file says only what differs from these, the values of `null`. Effects and "
        "odds are natural logarithms.\n"
    )
    for name, field in Process.model_fields.items():
        defaults = field.default.model_dump()
        values = ", ".join(f"`{key} = {value}`" for key, value in defaults.items())
        yield f"- `[process.{name}]` {' '.join(getdoc(field.annotation).split())} {values}"
    yield ""


def _section(name: str) -> Iterator[str]:
    scenario = load_scenario(name)
    yield f"## `{name}`: {scenario.title}\n"
    yield f"{scenario.lesson}\n"
    source = files("lncohort.simulate") / "scenarios" / f"{name}.toml"
    told = tomllib.loads(source.read_text(encoding="utf-8")).get("process", {})
    said = [
        f"`{part}.{key} = {value}`" for part, keys in told.items() for key, value in keys.items()
    ]
    if said:
        yield f"Says: {', '.join(said)}.\n"
    if scenario.kind == "planned":
        return
    truth = causal_truth(name)
    yield f"The truth, from {causal_truth_file(name)['patients']:,} patients under each strategy:\n"
    yield markdown(_risks(truth, [s.name for s in strategies_of(scenario)])) + "\n"
    yield markdown(_contrasts(truth)) + "\n"
    trials = trial_truth(name)
    if len(trials):
        yield "In nested trials, by the day since the beginning of a trial:\n"
        yield markdown(_contrasts(trials, TRIAL_DAYS)) + "\n"


def _risks(truth: pd.DataFrame, strategies: list[str]) -> list[dict[str, str]]:
    found = _by_key(truth)
    return [
        {"strategy": f"`{strategy}`"}
        | {
            f"{words} by day {day}": _told(found, estimand, strategy, "", day)
            for estimand, words in (("risk", "response"), ("remission_risk", "remission"))
            for day in HORIZONS
        }
        | {"flare after day 360": _told(found, "flare_risk", strategy, "", HORIZONS[-1])}
        for strategy in strategies
    ]


def _contrasts(truth: pd.DataFrame, days: tuple[int, ...] = HORIZONS) -> list[dict[str, str]]:
    found = _by_key(truth)
    contrasts = truth[~truth["estimand"].isin(("risk", "remission_risk", "flare_risk"))]
    keys = contrasts[["estimand", "strategy", "reference"]].drop_duplicates()
    rows = []
    for estimand, strategy, reference in keys.itertuples(index=False):
        versus = f"`{strategy}`" + (f" against `{reference}`" if reference else "")
        rows.append(
            {"estimand": f"`{estimand}`", "of": versus}
            | {f"by day {day}": _told(found, estimand, strategy, reference, day) for day in days}
        )
    return rows


def _by_key(truth: pd.DataFrame) -> dict[tuple, tuple[float, float]]:
    keys = truth[["estimand", "strategy", "reference", "day"]].itertuples(index=False, name=None)
    return dict(zip(keys, zip(truth["value"], truth["mc_se"], strict=True), strict=True))


def _told(found: dict, *key) -> str:
    if key not in found:
        return ""
    value, error = found[key]
    return f"{value:.4f}" + (f" ({error:.4f})" if error else "")


if __name__ == "__main__":
    (Path(sys.argv[1]) / PAGE).write_text(page(), encoding="utf-8")
