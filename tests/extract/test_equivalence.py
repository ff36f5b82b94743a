"""The equivalences of doses are those of the clinical definitions, and no others."""

from decimal import Decimal

from lncohort.codes import read_code_lists
from lncohort.extract.equivalence import PREDNISONE_EQUIVALENT, dose_equivalences

FIVE_MG_OF_PREDNISONE = {
    "prednisone": "5",
    "prednisolone": "5",
    "methylprednisolone": "4",
    "triamcinolone": "4",
    "dexamethasone": "0.75",
    "betamethasone": "0.6",
    "hydrocortisone": "20",
    "cortisone": "25",
    "deflazacort": "6",
}


def test_steroids_are_those_of_the_definitions():
    found = {e.drug: e for e in dose_equivalences() if e.as_drug == PREDNISONE_EQUIVALENT}
    assert {name: e.mg for name, e in found.items()} == {
        name: Decimal(mg) for name, mg in FIVE_MG_OF_PREDNISONE.items()
    }
    assert {e.as_mg for e in found.values()} == {Decimal(5)}


def test_enteric_coated_mycophenolate_is_the_only_other():
    (found,) = [e for e in dose_equivalences() if e.as_drug != PREDNISONE_EQUIVALENT]
    assert (found.drug, found.mg, found.as_drug, found.as_mg) == (
        "mycophenolate_sodium",
        Decimal(360),
        "mycophenolate",
        Decimal(500),
    )


def test_no_drug_stands_for_two_and_no_code_list_calls_a_unit_a_drug():
    drugs = [e.drug for e in dose_equivalences()]
    assert len(drugs) == len(set(drugs))
    assert PREDNISONE_EQUIVALENT not in read_code_lists().concepts()
