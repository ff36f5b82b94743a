"""Patients who go under several identifiers: to which one each leads in the end."""

import duckdb
import pandas as pd
import pyarrow as pa

from lncohort.errors import UserError

LONGEST_CHAIN = 10


def patient_replacements(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The identifier that stands for each one that a link table replaces.

    Parameters
    ----------
    connection
        With ``given_patient_link`` and ``patient_identifier``.

    Returns
    -------
    pyarrow.Table
        Columns identifier, patient_id.

    Raises
    ------
    UserError
        When one identifier is replaced by two, or links lead in a circle.
    """
    cleaned = connection.table("patient_identifier").df().set_index("given")["identifier"]
    given = connection.view("given_patient_link").df()
    links = pd.DataFrame(
        {
            "identifier": given["patient_id"].map(cleaned),
            "patient_id": given["same_as"].map(cleaned),
        }
    ).dropna()
    links = links[links["identifier"] != links["patient_id"]].drop_duplicates()
    twice = int(links["identifier"].duplicated().sum())
    if twice:
        raise UserError(
            f"patient_link: {twice} identifiers are replaced by two different ones; expected one "
            "each. Mend the link table."
        )
    step = links.set_index("identifier")["patient_id"]
    for _ in range(LONGEST_CHAIN):
        further = step.map(step)
        if further.isna().all():
            break
        step = further.fillna(step)
    else:
        raise UserError(
            f"patient_link: links of more than {LONGEST_CHAIN} identifiers, or in a circle; "
            "expected each to lead to an identifier that is not replaced. Mend the link table."
        )
    return pa.table(
        {
            "identifier": pa.array(step.index, type=pa.string()),
            "patient_id": pa.array(step, type=pa.string()),
        }
    )
