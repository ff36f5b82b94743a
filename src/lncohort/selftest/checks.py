"""What is checked of an installed copy; each check tells what it found."""

import base64
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from lncohort.installed import package_folder
from lncohort.reference.cases import expected_figures, faults, figures_of
from lncohort.run import MANIFEST, run_study
from lncohort.simulate import simulate_extract
from lncohort.spec.cases import cases
from lncohort.spec.cases import run as run_case
from lncohort.study import load_study
from lncohort.validate.chunks import run_chunks
from lncohort.validate.operating import summarise
from lncohort.validate.plan import Plan
from lncohort.validate.truths import judged, main_estimands, truth_of

SEED = 20_240_901
PATIENTS = 793
LARGEST_Z = 4.0  # of a correct estimate beyond it: 1 in 16,000
LEAST_COVERAGE = 75.0  # percent; of 16 correct intervals fewer hold the truth in 1 of 1,000 tries
COHORTS = 16
SLOW = ("ccw-maringe-toy",)  # its bootstrap takes half a minute
MOST_TOLD = 5


@dataclass(frozen=True)
class Outcome:
    """The outcome of a check.

    Attributes
    ----------
    check : str
        What was checked.
    passed : bool
    told : str
        What was found.
    seconds : float
    """

    check: str
    passed: bool
    told: str
    seconds: float


Found = tuple[str, list[str]]  # what was compared, and every fault


def run_checks(quick: bool = False) -> Iterator[Outcome]:
    """Run every check, one after another; an error in one is its failure.

    Parameters
    ----------
    quick
        Leave out what takes longest: the bootstrap of one public case, the runs of the sample
        study and the simulated cohorts.
    """
    slow = SLOW if quick else ()
    checks: list[tuple[str, Callable[[], Found]]] = [
        ("files are those of the wheel", files_of_the_wheel),
        ("rules hold in their examples", rules),
        *(
            (f"published figures: {case}", lambda case=case: published_figures(case))
            for case in expected_figures()
            if case not in slow
        ),
    ]
    if not quick:
        checks += [
            ("sample study, run twice", sample_study),
            ("bias and coverage of simulated cohorts", simulated_cohorts),
        ]
    for name, check in checks:
        started = time.perf_counter()
        try:
            compared, wrong = check()
        except Exception as error:
            compared, wrong = "", [f"{type(error).__name__}: {error}"]
        told = compared if not wrong else "; ".join(wrong[:MOST_TOLD])
        if len(wrong) > MOST_TOLD:
            told += f"; and {len(wrong) - MOST_TOLD} more"
        yield Outcome(name, not wrong, told, time.perf_counter() - started)


def files_of_the_wheel() -> Found:
    """Every file has the hash that the wheel recorded; in a checkout there is none to compare."""
    recorded = {
        file: file.hash
        for file in distribution("lncohort").files or ()
        if file.hash is not None and file.parts[0] == "lncohort"
    }
    inside = [file for file in recorded if file.locate().is_relative_to(package_folder())]
    if not inside:
        return "not installed from a wheel: nothing to compare", []
    wrong = []
    for file in inside:
        place = Path(file.locate())
        if not place.is_file() or recorded_form(place.read_bytes()) != recorded[file].value:
            wrong.append(f"{file}: is not as it was installed")
    return f"{len(inside)} files", wrong


def recorded_form(content: bytes) -> str:
    """The SHA-256 of a file as a wheel records it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def rules() -> Found:
    """The rules of time and dose give the rows that their examples tell."""
    wrong = [case.name for case in cases() if run_case(case) != case.expected]
    return f"{len(cases())} rules", wrong


def published_figures(case: str) -> Found:
    """The figures of a public case are met at its tolerances."""
    expected, found = expected_figures()[case], figures_of(case)
    wrong = [told for name in expected for told in faults(name, expected[name], found[name])]
    return f"{len(expected)} figures", wrong


def sample_study() -> Found:
    """The Nanjing study gives the same bytes twice, on another number of threads."""
    with tempfile.TemporaryDirectory(prefix="lncohort-") as name:
        folder = Path(name)
        for copy in ("first", "second"):
            simulate_extract(PATIENTS, SEED, folder / copy)
        wrong = _differences(_contents(folder / "first"), _contents(folder / "second"))
        for threads, out in ((1, "one"), (2, "two")):
            run_study("nanjing", folder / "first", folder / out, threads=threads)
        one, two = _contents(folder / "one"), _contents(folder / "two")
        for made in (one, two):  # tells when it ran
            del made[MANIFEST]
        wrong += _differences(one, two)
    digest = hashlib.sha256(one["results.json"]).hexdigest()
    return f"{len(one)} files; results.json on this machine: SHA-256 {digest}", wrong


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _differences(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    return [f"{name}: differs" for name in sorted(one | two) if one.get(name) != two.get(name)]


def simulated_cohorts() -> Found:
    """The main estimates of simulated cohorts find their truth, and their intervals hold it."""
    plan = Plan(judged(load_study("nanjing"), "nanjing"), "nanjing", COHORTS, PATIENTS, SEED)
    with tempfile.TemporaryDirectory(prefix="lncohort-") as name:
        found = run_chunks(plan, Path(name), workers=1, progress=None)
    rows = main_estimands(plan, summarise(found, truth_of(plan, found)).reset_index())
    wrong = []
    for row in rows.itertuples():
        what = f"{row.analysis} {row.level} {row.measure}"
        if not abs(row.z) <= LARGEST_Z:
            wrong.append(f"{what}: {row.z:.1f} Monte Carlo standard errors from its truth")
        if not row.coverage >= LEAST_COVERAGE:
            wrong.append(f"{what}: {row.coverage:.0f} % of the intervals hold the truth")
    return f"{len(rows)} estimates in {COHORTS} cohorts of {PATIENTS}", wrong
