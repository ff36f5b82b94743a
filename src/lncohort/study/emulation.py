"""A target trial beside its emulation, as the TARGET statement sets them out."""

from lncohort.study.analyses_in_words import in_words
from lncohort.study.model import Study


def emulation(study: Study) -> list[tuple[str, str, str]]:
    """The parts of the study's target trial, each with what these data make of it.

    What the emulation is follows from the study file; none of it is written a second time.

    Returns
    -------
    list of (part, target trial, emulation)

    Notes
    -----
    Cashin AG et al. JAMA 2025;334:1084 (TARGET).
    """
    trial = study.target_trial
    emulating = [a for a in study.analyses if a.name in trial.emulated_by]
    kinds = {a.kind for a in emulating}
    entry = " or ".join(study.entry.drugs)
    adjusted = ", ".join(c.label for c in study.covariates if c.adjust)
    made = {
        "Eligibility": "; ".join(c.label for c in study.eligibility),
        "Treatment strategies": _strategies(study, emulating),
        "Assignment": f"as treated in practice; taken to be at random given {adjusted}"
        if adjusted
        else "as treated in practice; taken to be at random",
        "Time zero": f"the first ever start of {entry}"
        + ("; and the start of every later interval" if "sequential_trials" in kinds else ""),
        "Outcome": f"{study.outcome.label}, from day {study.outcome.from_day} on, as measured in care; "
        f"followed for at most {study.follow_up.max_days} days",
        "Causal contrast": _contrast(kinds),
        "Analysis": "; ".join(f"{a.name}: {in_words(study, a)}" for a in emulating),
    }
    wanted = {
        "Eligibility": trial.eligibility,
        "Treatment strategies": "; ".join(
            f"({number}) {strategy}" for number, strategy in enumerate(trial.strategies, start=1)
        ),
        "Assignment": trial.assignment,
        "Time zero": trial.time_zero,
        "Outcome": trial.outcome,
        "Causal contrast": trial.contrast,
        "Analysis": trial.analysis,
    }
    return [(part, wanted[part], made[part].replace("|", "/")) for part in wanted]


def _strategies(study: Study, emulating) -> str:
    drug = study.exposure.drug
    told = {
        "clone_censor_weight": "(1) a first supply of {drug} within {grace} days of time zero; (2) none",
        "sequential_trials": "(1) a first supply of {drug} at the start of a trial; (2) none by then",
        "marginal_structural": "(1) on {drug} throughout; (2) never",
        "cumulative_incidence": "(1) started on {drug} at time zero; (2) never",
        "active_comparator": "(1) a first supply of {drug} at time zero; (2) of {comparator}",
        "landmark": "(1) a first supply of {drug} on or before the landmark; (2) none by then",
        "time_varying": "(1) on {drug} from its first supply on; (2) not yet",
    }
    found = [
        told[a.kind].format(drug=drug, grace=a.grace_days, comparator=a.reference)
        for a in emulating
        if a.kind in told
    ]
    return "; ".join(dict.fromkeys(found)) or f"(1) any supply of {drug} in follow-up; (2) none"


def _contrast(kinds: set[str]) -> str:
    protocol = kinds & {"clone_censor_weight", "marginal_structural", "cumulative_incidence"}
    intention = kinds & {"active_comparator", "landmark"}
    if "sequential_trials" in kinds or (protocol and intention):
        return "observational analogue of intention to treat, and of per protocol"
    if protocol:
        return "observational analogue of per protocol"
    if intention:
        return "observational analogue of intention to treat"
    return "association, not that of a trial"
