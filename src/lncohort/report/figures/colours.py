"""One fixed colour a drug, in every figure: Okabe and Ito's, safe for the colour-blind."""

from lncohort.report.figures.drawing import BLUE, GREEN, VERMILION
from lncohort.study import Study

KNOWN = {"tacrolimus": BLUE, "cyclophosphamide": VERMILION, "mycophenolate": GREEN}
OTHERS = ("#cc79a7", "#e69f00", "#56b4e9")


def drug_colours(study: Study) -> dict[str, str]:
    """The colour of each drug, by its label."""
    unknown = [drug.name for drug in study.drugs if drug.name not in KNOWN]
    spare = {name: OTHERS[i % len(OTHERS)] for i, name in enumerate(unknown)}
    return {drug.label: (KNOWN | spare)[drug.name] for drug in study.drugs}
