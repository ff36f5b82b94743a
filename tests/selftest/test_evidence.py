"""The evidence tells the verdict, can be signed, and shows when it was changed."""

import hashlib
import json

import pytest

from lncohort.errors import UserError
from lncohort.selftest.checks import Outcome
from lncohort.selftest.evidence import content_hash, evidence, write_evidence

PASSED = Outcome("rules", True, "53 rules", 1.26)
FAILED = Outcome("figures", False, "a: found 1, published 2 | b", 0.1)


def test_one_failure_fails_the_whole():
    assert evidence([PASSED], quick=False)["content"]["verdict"] == "passed"
    assert evidence([PASSED, FAILED], quick=False)["content"]["verdict"] == "failed"


def test_files_tell_the_same_and_the_hash_is_that_of_the_content(tmp_path):
    paths = write_evidence(evidence([PASSED, FAILED], quick=True), tmp_path / "evidence")
    found = json.loads(paths[0].read_text(encoding="utf-8"))
    content = found["content"]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert found["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    content["checks"][1]["passed"] = True
    assert content_hash(content) != found["sha256"]
    printed = paths[1].read_text(encoding="utf-8")
    assert found["sha256"] in printed
    assert "Verdict: **failed** (quick form)" in printed
    assert "| figures | FAILED | a: found 1, published 2 / b | 0.1 |" in printed
    assert "Signature: ___" in printed
    for name in ("cohort.py", "selftest/evidence.py"):
        assert f"` {name}" in printed
        assert len(content["files"][name]) == 64
    assert "exposure/drug_era.sql" in content["sql"]
    assert {"python", "duckdb", "lncohort"} <= set(content["versions"])


def test_evidence_is_not_overwritten(tmp_path):
    (tmp_path / "evidence.md").write_text("signed")
    with pytest.raises(UserError, match="exists"):
        write_evidence(evidence([PASSED], quick=True), tmp_path / "evidence")
