"""Tables on how far the main result can be believed."""

from lncohort.analyses.weighting import MODELS
from lncohort.report import numbers
from lncohort.report.rows import analysis_of, counted, estimated, levels, one, pick
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
    for row in pick(results.estimates, analysis=analysis_of(study, "risk_ratio")).itertuples():
        own_row = pick(results.estimates, analysis=row.analysis, model=row.model)
        found.append((capital(row.model), own_row))
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


def missing(results) -> Table | None:
    """Ever against never by what is done with missing covariates."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "missing_data"))
    effects = pick(own, measure="OR")
    if effects.empty:
        return None
    rows = [
        Row((capital(row.model), estimated(row), numbers.p_value(row.p_value)))
        for row in effects.itertuples()
    ]
    counts = [
        f"{study.covariate(row.level).label}: "
        f"{counted(row.estimate, row.note, study.info.min_cell)}"
        for row in pick(own, contrast="missing").itertuples()
    ]
    notes = [f"Patients of the model without a value: {'; '.join(counts)}."] if counts else []
    imputed = effects[effects["method"].str.contains("imputations")]
    notes += [f"{row.method}; {row.note}." for row in imputed.itertuples()]
    tests = [
        f"{study.covariate(row.contrast).label} {numbers.p_phrase(row.p_value)}"
        for row in pick(own, measure="F").dropna(subset=["p_value"]).itertuples()
    ]
    if tests:
        notes.append(
            f"All levels of a covariate together, after imputation: {'; '.join(tests)} (pooled "
            "likelihood-ratio test, Meng and Rubin's D3)."
        )
    return Table(
        "missing_data",
        f"{exposure_label(study)} ever against never, by what is done with missing covariates",
        ("Missing covariates", "Adjusted OR (95% CI)", "P"),
        tuple(rows),
        tuple(notes),
    )


def bias(results) -> Table | None:
    """The crude odds ratio corrected by drawn bias parameters."""
    study = results.study
    analysis = next((a for a in study.analyses if a.kind == "bias_analysis"), None)
    own = pick(results.estimates, analysis=analysis.name) if analysis else results.estimates[:0]
    if own.empty:
        return None
    rows, notes = [], []
    for name in levels(own, "contrast"):
        rows.append(heading(capital(name)))
        for row in pick(own, contrast=name).itertuples():
            rows.append(Row((capital(row.measure.removeprefix("OR, ")), estimated(row))))
            if row.note and not numbers.is_missing(row.estimate):
                notes.append(f"{capital(name)}: {row.note}.")
    given = analysis.assumptions.model_dump(exclude_none=True)
    told = "; ".join(
        f"{key.replace('_', ' ')} {low:g} to {high:g}" for key, (low, high) in given.items()
    )
    return Table(
        "bias",
        f"{exposure_label(study)} ever against never, corrected for what may be wrong",
        ("Bias", "Crude OR (95% simulation interval)"),
        tuple(rows),
        (f"Drawn evenly: {told}.", *dict.fromkeys(notes)),
    )


def _smd(row) -> str:
    if row is None or numbers.is_missing(row.estimate):
        return numbers.WITHHELD
    return numbers.signed_ratio(row.estimate)
