"""Eras beside the treatment episodes that AdhereR documents for its two example patients."""

import json
from pathlib import Path

import pandas as pd
import pytest

import lncohort

CASE = Path(__file__).parent / "reference" / "eras-adherer" / "documented_example.json"
# The case is dated after today; 20 years with their 5 leap days bring it back, unchanged.
TWENTY_YEARS = pd.Timedelta(days=7305)


@pytest.fixture(scope="module")
def case():
    return json.loads(CASE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def prescriptions(case):
    table = pd.DataFrame(case["events"], columns=case["events_columns"])
    return table.assign(
        start_date=pd.to_datetime(table.pop("date")) - TWENTY_YEARS,
        daily_dose_mg=table.pop("doses_per_day").astype(float),
    )


def eras_of(prescriptions, grace_days):
    """(patient, start, end) of each era, in order of start; leftover supply is carried over."""
    eras = lncohort.eras(prescriptions, grace_days=grace_days, overlap="stockpile")
    eras = eras.sort_values(["patient_id", "era_start"])
    return [
        (row.patient_id, str((row.era_start + TWENTY_YEARS).date()), row.era_end + TWENTY_YEARS)
        for row in eras.itertuples()
    ]


def episodes_of(published):
    return [(row[0], row[2], pd.Timestamp(row[3])) for row in published["rows"]]


def test_every_era_starts_on_the_day_of_the_documented_episode(case, prescriptions):
    published = case["episodes_drug_change_starts_episode"]
    ours = eras_of(prescriptions, published["max_gap"])
    assert [era[:2] for era in ours] == [episode[:2] for episode in episodes_of(published)]


def test_an_era_ends_with_its_supply_where_the_episode_is_neither_last_nor_cut_by_a_change(
    case, prescriptions
):
    published = case["episodes_drug_change_starts_episode"]
    pairs = zip(eras_of(prescriptions, published["max_gap"]), episodes_of(published), strict=True)
    ends = {(patient, start): (end, theirs) for (patient, start, end), (_, _, theirs) in pairs}
    same = {key for key, (end, theirs) in ends.items() if end == theirs}
    assert same == {(37, "2036-04-10"), (76, "2036-12-21")}
    # the last episode of each runs on to the end of follow-up, an era never does
    assert ends[37, "2037-01-02"][0] == pd.Timestamp("2037-12-09")
    assert ends[76, "2037-10-11"][0] == pd.Timestamp("2037-11-10")
    # a change of drug ends the episode, while the era lasts as long as the drug's own supply
    assert ends[76, "2035-12-13"][0] == pd.Timestamp("2037-02-04")


def test_drugs_taken_as_one_make_the_documented_single_episodes(case, prescriptions):
    published = case["episodes_drug_change_ignored"]
    ours = eras_of(prescriptions.assign(drug="any"), published["max_gap"])
    assert [era[:2] for era in ours] == [episode[:2] for episode in episodes_of(published)]


def test_proportion_covered_is_the_documented_cma7(case, prescriptions):
    """CMA7: proportion of days covered with leftover supply carried over, drugs taken as one."""
    first = prescriptions.groupby("patient_id")["start_date"].min()
    windows = pd.DataFrame(
        {
            "patient_id": first.index,
            "window_start": first.to_numpy() + pd.Timedelta(days=182),
            "window_end": first.to_numpy() + pd.Timedelta(days=547),
        }
    )
    use = lncohort.window_exposure(
        prescriptions.assign(drug="any"), windows, overlap="stockpile"
    ).sort_values("patient_id")
    published = case["cma"]["CMA7_pdc_with_carryover"]
    assert use["proportion_covered"].tolist() == pytest.approx(published, abs=1e-12)
