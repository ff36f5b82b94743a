"""Arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

StudyArgument = Annotated[str, typer.Argument(help="a shipped study, or the path of a study file")]
Extract = Annotated[Path, typer.Option("--extract", help="folder of the extract")]
Out = Annotated[Path, typer.Option("--out", help="folder to be made")]
Patients = Annotated[int, typer.Option("--patients", min=1, help="patients of an extract")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="the same seed gives the same data")]
MappingFile = Annotated[Path, typer.Option("--mapping", help="mapping file of `lncohort init`")]
MappingOrNone = Annotated[
    Path | None, typer.Option("--mapping", help="mapping file, in place of an extract")
]
