"""Writes docs/validation.md, and the picture of the README, from the runs in docs/validation.

``python -m lncohort.validate.docs docs`` (``make docs``).
"""

import json
import sys
from pathlib import Path

import pandas as pd

from lncohort.study import Study, load_study
from lncohort.validate.naive_and_honest import in_words, picture
from lncohort.validate.page import command
from lncohort.validate.plan import Plan
from lncohort.validate.tables import markdown, performance_table, verdicts
from lncohort.validate.truths import is_causal, main_estimands
from lncohort.validate.write import CHARACTERISTICS, MANIFEST

PICTURE = "naive-and-honest.svg"
EXCEPTIONS = """## What is off, and why

In the worlds without effect and with benefit, with the study `target_trial`:

- The time-varying Cox model adjusts for the index date alone. Tacrolimus is started later where \
proteinuria stays high, and what is measured after the index date is not in it: it leans towards harm. In \
four cohorts of 8,000 without effect its log hazard ratio is −0.044; the same model weighted by what was \
known at each decision finds −0.015 (0.024), and the difference of the two, 0.030, has a standard error of \
0.004. The marginal structural model is that weighted model.
- The standardised curves adjust for the index date, too. Each risk is 0.006 to 0.009 above its truth; \
their differences are on it: 0.135 (0.006) and 0.187 (0.004) in eight cohorts of 8,000 with benefit, where \
the truth is 0.133 and 0.185; −0.002 and −0.004 (0.004) in four without effect. (The effect moves with the \
time since the start: who starts late has to wait for the response, too. By calendar time alone the \
differences would be 0.02 too small.)
- The adjusted hazard ratio of a landmark is that among patients alike in their covariates, and the truth \
is that of the whole population, nearer to 1. In eight cohorts of 8,000 with benefit the logarithm of the \
adjusted one is 0.549 (0.012), that weighted by propensity 0.491 (0.014), the truth 0.479. So the weighted \
one is judged.
- An odds ratio of nested trials is an average over all of them and their follow-up, and its truth here \
is that of the same trials, both arms played out. Of a drug that is started and kept it is 1.99, where the \
hazard ratio against never is 2.12: a response is measured months after the remission behind it, and who \
starts when responses are judged already has first some months without an effect. The risks of the trials \
are free of such an average. Without bootstrap samples they have no interval.
- Errors of the clones are from 30 bootstrap samples, so that an error is itself uncertain by 13 %. By \
normal quantiles the intervals of the hazard ratio and of the risk differences of one year and two hold no \
effect in 91.9, 89.9 and 91.9 % of 258 cohorts; with the mean error of all cohorts in the place of each \
one's own, in 95.7, 94.2 and 95.7 %. That is what the samples cost. Student's quantiles with one degree of \
freedom less than samples, which the analyses take, give 94.2, 92.2 and 93.8 % (1.7) in the same cohorts. A \
paper wants 500 samples or more.
- In some cohorts of 793 a level of a covariate in which nobody stops, starts or is lost leaves a weight \
without a finite model, and the analysis says so instead of a number: the column of cohorts in \
`operating_characteristics.csv` tells in how many it could be estimated.
- The third model of `time_varying`, with covariates of the day, is not judged here: it forgets what was \
measured before, and of a drug without effect it found 1.09 (95 % CI 1.03 to 1.16) in 20,000 patients.

One cohort of 100,000 without effect (`lncohort simulate --scenario null --patients 100000 --seed 100001`): \
ever use has an odds ratio of 0.67 (0.65 to 0.69), use of more than 180 days 0.59 (0.57 to 0.62), a Cox \
model of ever use 0.63 (0.62 to 0.65). The weighted landmark finds 1.03 (1.00 to 1.06), clones 1.03 (1.00 \
to 1.07), nested trials 1.01 (0.99 to 1.04) and per protocol 1.01 (0.97 to 1.04), the marginal structural \
model 1.01 (0.98 to 1.04), the time-varying Cox model 0.97 (0.94 to 0.99). Their risk differences lie between \
−0.7 and 1.2 percentage points; at two years clones find 1.1 (0.1 to 2.1). Whether that is chance or what \
covariates in bands leave over is not known."""
DRAWN = ("null", "benefit")


def docs_page(folder: Path) -> str:
    """The page of all kept runs, in Markdown.

    Parameters
    ----------
    folder
        With a folder for each run, which holds its operating characteristics and manifest.
    """
    lines = [
        "# Validation",
        "",
        "Written by `make docs` from the runs in `docs/validation`; not edited by hand. What a column "
        "means stands under each table; `lncohort validate` makes the same tables with every interval "
        "drawn.",
    ]
    for run in sorted(path.parent for path in folder.glob(f"*/{MANIFEST}")):
        lines += ["", *_run(run)]
    return "\n".join([*lines, "", EXCEPTIONS]) + "\n"


def docs_picture(folder: Path) -> str:
    """The picture of the README, as SVG, from the runs that it shows."""
    kept = {name: _read(folder / name) for name in DRAWN}
    return picture({name: (study, rows) for name, (study, rows, _) in kept.items()})


def _read(folder: Path) -> tuple[Study, pd.DataFrame, dict]:
    """The study, the operating characteristics and the manifest of a run."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    rows = pd.read_csv(folder / CHARACTERISTICS, keep_default_na=False, na_values=[""])
    words = ["model", "contrast", "level", "reference"]
    rows[words] = rows[words].fillna("")
    return load_study(manifest["study"]), rows, manifest


def _run(folder: Path) -> list[str]:
    study, rows, manifest = _read(folder)
    numbers = (manifest[name] for name in ("cohorts", "patients", "seed"))
    plan = Plan(study, manifest["scenario"], *numbers)
    shown = main_estimands(plan, rows)
    return [
        f"## {folder.name}",
        "",
        f"`{command(plan)}` with lncohort {manifest['version of lncohort']}, finished on "
        f"{manifest['finished'][:10]} (SHA-256 of its files {manifest['files_sha256'][:16]}…).",
        "",
        *verdicts(shown, plan),
        *(in_words(study, shown) if is_causal(plan.scenario) else []),
        "",
        *markdown(performance_table(shown, "performance", "")),
    ]


if __name__ == "__main__":
    docs = Path(sys.argv[1])
    runs = docs / "validation"
    (docs / "validation.md").write_text(docs_page(runs), encoding="utf-8")
    (runs / PICTURE).write_text(docs_picture(runs), encoding="utf-8")
