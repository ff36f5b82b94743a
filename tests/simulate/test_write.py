"""An extract is written whole, the same for the same seed, with its truth beside it."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest

from lncohort.errors import UserError
from lncohort.extract.contract import CONTRACT
from lncohort.simulate import simulate_extract, write
from lncohort.simulate.parameters import calibrated


def digests(folder):
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.iterdir()}


def test_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        simulate_extract(300, 5, tmp_path / name)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert set(digests(tmp_path / "a")) == {f"{t.name}.parquet" for t in CONTRACT} | {"truth.json"}


def test_patients_come_in_chunks_and_none_is_lost(tmp_path):
    simulate_extract(250, 5, tmp_path / "extract", chunk_size=100)
    ids = pq.read_table(tmp_path / "extract" / "patient.parquet")["patient_id"].to_pylist()
    assert len(set(ids)) == 250


def test_truth_names_its_meaning_and_the_origin_of_the_extract(tmp_path):
    simulate_extract(50, 9, tmp_path / "extract")
    truth = json.loads((tmp_path / "extract" / "truth.json").read_text(encoding="utf-8"))
    assert "not a causal effect" in truth["meaning"]
    assert (truth["patients"], truth["seed"]) == (50, 9)


def test_the_truth_of_other_parameters_is_not_claimed(tmp_path):
    simulate_extract(50, 9, tmp_path / "extract", parameters=calibrated())
    truth = json.loads((tmp_path / "extract" / "truth.json").read_text(encoding="utf-8"))
    assert truth["truth"] == []


@pytest.mark.parametrize(("patients", "seed", "named"), [(0, 1, "--patients"), (5, -1, "--seed")])
def test_impossible_numbers_are_refused(tmp_path, patients, seed, named):
    with pytest.raises(UserError, match=named):
        simulate_extract(patients, seed, tmp_path / "extract")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_files_is_never_written_over(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(UserError, match="is not empty"):
        simulate_extract(5, 1, tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["kept.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    out = tmp_path / "extract"
    out.mkdir()
    simulate_extract(5, 1, out)
    assert (out / "patient.parquet").is_file()


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    def stop(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "simulate_tables", stop)
    with pytest.raises(UserError, match="No space left"):
        simulate_extract(5, 1, tmp_path / "extract")
    assert not list(tmp_path.iterdir())
