"""The evidence of a self-test: one file to be read by machine, one to be printed and signed."""

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from lncohort.engine.stages import sql_files
from lncohort.folders import write_new
from lncohort.installed import file_hashes, sql_hashes, versions
from lncohort.selftest.checks import Outcome

HOW_HASHED = (
    "SHA-256 of `content` as JSON with sorted keys, no spaces, and UTF-8 (in Python: "
    "json.dumps(content, sort_keys=True, separators=(',', ':'), ensure_ascii=False))"
)


def evidence(outcomes: Sequence[Outcome], quick: bool) -> dict:
    """What was checked, where, with what, and the verdict; with the hash of all that.

    Parameters
    ----------
    outcomes
        Of every check.
    quick
        Whether some were left out.
    """
    content = {
        "title": "Self-test of an installed copy of lncohort",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": "passed" if all(outcome.passed for outcome in outcomes) else "failed",
        "form": "quick" if quick else "full",
        "checks": [asdict(o) | {"seconds": round(o.seconds, 1)} for o in outcomes],
        "versions": versions(),
        "machine": {"system": platform.platform(), "processor": platform.machine()},
        "files": file_hashes(),
        "sql": sql_hashes(sql_files()),
    }
    return {"content": content, "sha256": content_hash(content), "sha256_of": HOW_HASHED}


def content_hash(content: dict) -> str:
    """The hash by which a change of the content is seen."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_evidence(found: dict, out: Path) -> tuple[Path, Path]:
    """Write the evidence as JSON, and beside it as Markdown to be printed and signed.

    Returns
    -------
    tuple of Path
        The two files.

    Raises
    ------
    UserError
        When one exists or cannot be written.
    """
    paths = out.with_suffix(".json"), out.with_suffix(".md")
    texts = json.dumps(found, indent=1, ensure_ascii=False) + "\n", _printable(found)
    for path, text in zip(paths, texts, strict=True):
        write_new(path, text.encode())
    return paths


def _printable(found: dict) -> str:
    content = found["content"]
    lines = [
        f"# {content['title']}",
        "",
        f"Verdict: **{content['verdict']}** ({content['form']} form), {content['date']}, "
        f"on {content['machine']['system']}.",
        "",
        "| check | result | found | seconds |",
        "|---|---|---|---:|",
        *(
            f"| {c['check']} | {'passed' if c['passed'] else 'FAILED'} | "
            f"{c['told'].replace('|', '/')} | {c['seconds']} |"
            for c in content["checks"]
        ),
        "",
        "Name: ______________________________  Signature: ______________________________  "
        "Date: ______________",
        "",
        f"SHA-256 of the content: `{found['sha256']}`",
        "",
        f"That is the {found['sha256_of']} in the JSON file beside this one.",
        "",
        "## Versions",
        "",
        *(f"- {name} {number}" for name, number in content["versions"].items()),
        "",
        "## SHA-256 of each SQL file",
        "",
        *(f"- `{digest}` {name}" for name, digest in content["sql"].items()),
        "",
        "## SHA-256 of each installed file",
        "",
        *(f"- `{digest}` {name}" for name, digest in content["files"].items()),
    ]
    return "\n".join(lines) + "\n"
