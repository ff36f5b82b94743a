"""Writes the page of the audit, from its rules and the cases that test them.

``python -m audit.page docs/audit.md`` with tests on the path (``make docs``).
"""

import sys
from pathlib import Path

from audit.cases import CASES
from lncohort.audit import RULES
from lncohort.spec.page import markdown

INTRODUCTION = """# The audit

Printed by `python -m audit.page` from the rules in `src/lncohort/audit` and the cases in \
`tests/audit/cases.py`; a test fails when this page is not what they say.

Every run ends with an audit: what could be wrong with the estimates, how much, in which direction, \
and what to do about it. It stands at the top of the report in one sentence, in the section *Can it be \
believed* with a paragraph for each bias, and in `results.json` under `audit`.

A rule reads the study file and the table of estimates, nothing else: what the study says in prose \
does not count, and no number of the audit is missing from the table (its own measures are the rows \
with `analysis = "audit"`, their `model` the name of the rule). It reads the table after small counts \
were suppressed, so that it tells nothing that may not leave the hospital.

Each finding says whether the bias **applies** (yes, no, cannot be told) and gives a **verdict**: \
*pass*, *warn* (shown as Caution), *fail* (Serious). A verdict is about the estimates that look ahead \
or compare all patients, not about the study: a failed rule with an analysis that answers it is a \
reason to read that analysis first. Thresholds are conventions; they are constants at the top of the \
rule's module.
"""
NEGATIVE_CONTROL = """## Use that never was

`permuted_start` asks what the study's own model finds where no effect can be. Each never-user draws a \
day on which the drug would have been begun, and for how many days it would have been taken, from \
Kaplan-Meier curves of the whole model population; a start after the end of the exposure window is \
not seen and leaves a never-user, as it would a real patient. The odds ratios of ever use and of each \
band of duration are then fitted as the study fits those of real use, in the never-users alone, crude \
and adjusted, and the whole is repeated. With a lottery for exposure the truth is 1; the median over \
the permutations is what looking ahead makes of it. With `until = "outcome"` it is below 1, since who \
responds early does not live to see the start; with `until = "exit"` above, since who is followed \
longer has time for both.

    [[analysis]]
    name = "made_up_use"
    kind = "permuted_start"
    replicates = 200
    seed = 2024
"""
TIME = """## When nothing respects time

A study whose analyses all look exposure up later fails `immortal_time`, and the finding says what to \
add to its file:

    [[analysis]]
    name = "landmark"
    kind = "landmark"
    days = [90, 180]
    [[analysis]]
    name = "time_varying"
    kind = "time_varying"
"""


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION, "## The rules", ""]
    for rule in RULES:
        lines += [
            f"### `{rule.bias}`",
            "",
            f"{rule.question}",
            "",
            f"- Measured: {rule.measure}",
            f"- Verdict: {rule.verdict}",
            f"- Source: {rule.source}.",
            "",
        ]
    table = [
        {
            "rule": f"`{case.bias}`",
            "fires in": case.fires.told,
            "verdict": case.verdict,
            "silent in": case.silent.told,
        }
        for case in CASES
    ]
    lines += [
        NEGATIVE_CONTROL,
        TIME,
        "## Where the rules fire, and where they are silent",
        "",
        "Each line is two tests. Names in code are the scenarios of [simulation.md](simulation.md), "
        "some with one thing changed.",
        "",
        markdown(table),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
