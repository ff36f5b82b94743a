"""Folders as sites send them: results.json of a few estimates."""

import json

from lncohort.estimate.rows import row

SIZE = [row("cohort", "count", 100.0, level="all")]
PLACE = {"model": "adjusted", "contrast": "tacrolimus", "level": "ever", "reference": "never"}


def ratio(estimate, low, high, measure="OR", **others):
    place = PLACE | {"n": 100.0, "events": 30.0, "p_value": 0.05} | others
    return row("use", measure, estimate, ci_low=low, ci_high=high, **place)


def send(folder, study, rows, failed=()):
    """Write what a run writes, with the numbers that are not there as null."""
    folder.mkdir(parents=True)
    content = {
        "study": study.model_dump(mode="json", by_alias=True),
        "estimates": [{k: None if v != v else v for k, v in r.items()} for r in rows],
        "attrition": [],
        "audit": [{"bias": name, "verdict": "fail"} for name in failed],
    }
    (folder / "results.json").write_text(json.dumps(content), encoding="utf-8")
    return folder
