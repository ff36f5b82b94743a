"""A validation can be stopped and gone on with, on any number of workers, to the same bytes."""

import json

import pytest

from lncohort.errors import UserError
from lncohort.study import load_study
from lncohort.validate import chunks
from lncohort.validate.chunks import kept_work, run_chunks
from lncohort.validate.plan import Plan
from lncohort.validate.truths import judged


@pytest.fixture(scope="module")
def plan():
    study = judged(load_study("nanjing"), "nanjing", ("use",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lncohort.validate.plan.CHUNK_PATIENTS", 600)
        yield Plan(study, "nanjing", cohorts=5, patients=300, seed=3)


@pytest.fixture(scope="module")
def whole(plan, tmp_path_factory):
    return run_chunks(plan, tmp_path_factory.mktemp("whole"), 1, None)


def test_chunks_hold_every_seed_once(plan):
    assert [list(seeds) for seeds in plan.chunks()] == [[3, 4], [5, 6], [7]]


def test_any_number_of_workers_gives_the_same(plan, whole, tmp_path):
    assert run_chunks(plan, tmp_path, 2, None).equals(whole)


def test_what_was_stopped_goes_on_from_its_whole_chunks(plan, whole, tmp_path, monkeypatch):
    out = tmp_path / "out"
    real, done = chunks.cohort_estimands, []

    def stops(study, scenario, patients, seeds):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(seeds)
        return real(study, scenario, patients, seeds)

    monkeypatch.setattr(chunks, "cohort_estimands", stops)
    with pytest.raises(KeyboardInterrupt), kept_work(plan, out, resume=False) as work:
        run_chunks(plan, work, 1, None)
    kept = sorted(work.glob("*.parquet"))
    assert len(kept) == 2
    kept[0].write_bytes(kept[0].read_bytes()[:100])  # as a failing disk leaves it

    monkeypatch.setattr(chunks, "cohort_estimands", real)
    with pytest.raises(UserError, match="--resume"), kept_work(plan, out, resume=False):
        pass
    told = []
    with kept_work(plan, out, resume=True) as work:
        found = run_chunks(plan, work, 1, told.append)
    assert found.equals(whole)
    assert told == [2, 4, 5]
    assert not work.exists()


def test_work_of_another_plan_is_refused_by_what_differs(plan, tmp_path):
    out = tmp_path / "out"
    work = tmp_path / "out.unfinished"
    work.mkdir()
    (work / chunks.PLAN).write_text(json.dumps(plan.fingerprint() | {"seed": 4, "cohorts": 9}))
    told = "cohorts: found 9, expected 5; seed: found 4, expected 3"
    with pytest.raises(UserError, match=told), kept_work(plan, out, resume=True):
        pass
