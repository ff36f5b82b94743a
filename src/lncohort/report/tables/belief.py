"""Tables on how far the main result can be believed."""

from lncohort.estimate.weighting import MODELS
from lncohort.report import numbers
from lncohort.report.rows import analysis_of, estimated, levels, one, pick
from lncohort.report.tables.table import Row, Table, heading
from lncohort.report.words import capital, exposure_label


def comparison(results) -> Table | None:
    """Ever against never use by each analysis: RD, RR and OR."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "weighting"))
    if own.empty:
        return None
    risks = pick(
        results.estimates,
        analysis=analysis_of(study, "standardised_risk"),
        level="ever",
        reference="never",
    )
    effects = pick(own, level="ever")
    found = [(capital(model), pick(effects, model=model)) for model in MODELS]
    if not risks.empty:
        found.insert(1, ("Standardised", risks))
    rows = []
    for name, measured in found:
        difference, ratio, odds = (one(measured, measure=m) for m in ("RD", "RR", "OR"))
        size = one(own, measure="effective sample size", model=name.lower())
        rows.append(
            Row(
                (
                    name,
                    numbers.NONE if size is None else numbers.count(round(size.estimate)),
                    estimated(difference, numbers.percent_of_risk),
                    estimated(ratio),
                    estimated(odds),
                )
            )
        )
    counts = {row.level: row for row in pick(own, measure="count").itertuples()}
    notes = [
        f"{capital(level)}: {numbers.count(row.estimate)}."
        for level, row in counts.items()
        if not numbers.is_missing(row.estimate)
    ]
    return Table(
        "comparison",
        f"{exposure_label(study)} ever against never, by each analysis",
        (
            "Analysis",
            "Effective n",
            "RD, points (95% CI)",
            "RR (95% CI)",
            "OR, marginal (95% CI)",
        ),
        tuple(rows),
        (
            "Marginal odds ratios are nearer to 1 than the adjusted ones above, which hold within "
            "levels of the covariates. Effective n: as many patients without weights would be as "
            "precise (Kish). Overlap weights speak of those who might have been in either group.",
            *notes,
        ),
    )


def balance(results) -> Table | None:
    """Standardised mean differences in each sample."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "weighting"), measure="SMD")
    if own.empty:
        return None
    models = levels(own, "model")
    rows = []
    for covariate in levels(own, "contrast"):
        of_covariate = pick(own, contrast=covariate)
        rows.append(heading(study.covariate(covariate).label))
        for level in levels(of_covariate):
            values = [one(of_covariate, model=model, level=level) for model in models]
            rows.append(Row((level or "mean", *(_smd(value) for value in values))))
    return Table(
        "balance",
        "Standardised mean differences, users less others",
        ("Covariate", *(capital(model) for model in models)),
        tuple(rows),
        ("Each is divided by the same standard deviation, that of the sample as it is.",),
    )


def _smd(row) -> str:
    if row is None or numbers.is_missing(row.estimate):
        return numbers.WITHHELD
    return numbers.signed_ratio(row.estimate)
