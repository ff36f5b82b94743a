"""Writes docs/validation.md from the runs that are kept in docs/validation.

``python -m lncohort.validate.docs docs`` (``make docs``).
"""

import json
import sys
from pathlib import Path

import pandas as pd

from lncohort.study import load_study
from lncohort.validate.page import command
from lncohort.validate.plan import Plan
from lncohort.validate.tables import markdown, performance_table, verdicts
from lncohort.validate.truths import main_estimands
from lncohort.validate.write import CHARACTERISTICS, MANIFEST


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


def _run(folder: Path) -> list[str]:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    rows = pd.read_csv(folder / CHARACTERISTICS, keep_default_na=False, na_values=[""])
    words = ["model", "contrast", "level", "reference"]
    rows[words] = rows[words].fillna("")
    study = load_study(manifest["study"])
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
        "",
        *markdown(performance_table(shown, "performance", "")),
    ]


if __name__ == "__main__":
    docs = Path(sys.argv[1])
    (docs / "validation.md").write_text(docs_page(docs / "validation"), encoding="utf-8")
