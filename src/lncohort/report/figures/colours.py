"""One fixed colour a drug, in every figure: Okabe and Ito's, safe for the colour-blind."""

from lncohort.study import Study

KNOWN = {"tacrolimus": "#0072B2", "cyclophosphamide": "#D55E00", "mycophenolate": "#009E73"}
OTHERS = ("#CC79A7", "#E69F00", "#56B4E9")
NEUTRAL = "#7d8790"


def drug_colours(study: Study) -> dict[str, str]:
    """The colour of each drug, by its label."""
    unknown = [drug.name for drug in study.drugs if drug.name not in KNOWN]
    spare = {name: OTHERS[i % len(OTHERS)] for i, name in enumerate(unknown)}
    return {drug.label: (KNOWN | spare)[drug.name] for drug in study.drugs}
