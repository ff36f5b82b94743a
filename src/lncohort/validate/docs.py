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
    return "\n".join(lines) + "\n"


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
