"""The audit in a table: a line for each bias."""

from lncohort.report.tables.table import Row, Table
from lncohort.report.words import GRADES, capital, finding_anchor, finding_title


def audit(results) -> Table | None:
    """Which biases apply, the gravest first; each leads to its paragraph."""
    if not results.audit:
        return None
    order = list(GRADES)
    found = sorted(results.audit, key=lambda finding: order.index(finding.verdict))
    return Table(
        "audit",
        "What could be wrong",
        ("Bias", "Verdict", "Applies?"),
        tuple(
            Row(
                (finding_title(f.bias), GRADES[f.verdict], capital(f.applies)),
                link=finding_anchor(f.bias),
            )
            for f in found
        ),
        words=2,
    )
