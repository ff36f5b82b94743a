"""For each rule a world in which it fires and one in which it stays silent; docs/audit.md shows them."""

from typing import NamedTuple

from audit.worlds import EVER_ALONE, IN_TIME


class World(NamedTuple):
    """A world of :mod:`audit.worlds`, the kinds of analysis asked of it, and how the page tells it."""

    name: str
    told: str
    kinds: tuple[str, ...] | None = None


class Case(NamedTuple):
    """Where a rule fires, with which verdict, and where it stays silent."""

    bias: str
    fires: World
    verdict: str
    silent: World


NULL = World("null", "`null`")
MADE = World("made", "made-up patients, use by severity")
NANJING = World("nanjing", "`nanjing`, planned on the index date")

CASES = (
    Case("immortal_time", NULL, "fail", World("null", "`null`, analysed in time alone", IN_TIME)),
    Case(
        "prevalent_users",
        World("prevalent users", "`null`, cyclophosphamide of those who enter with tacrolimus"),
        "fail",
        World("null", "`null`, half a year observed before"),
    ),
    Case(
        "confounding_by_indication",
        NULL,
        "warn",
        World("made alike", "made-up patients, each with and without use"),
    ),
    Case(
        "overlap",
        World("made without anyone to compare", "made-up patients, young users unlike any other"),
        "fail",
        NULL,
    ),
    Case(
        "balance",
        World("made with old users", "made-up patients, users thirty years older"),
        "fail",
        NULL,
    ),
    Case(
        "time_varying_confounding",
        NULL,
        "warn",
        World("lottery", "`null`, tacrolimus started by lot"),
    ),
    Case(
        "informative_censoring",
        World("informative_censoring", "`informative_censoring`"),
        "warn",
        NULL,
    ),
    Case(
        "informative_measurement",
        World("measurement_by_severity", "`measurement_by_severity`"),
        "fail",
        NULL,
    ),
    Case("missing_outcome", World("missing_outcome", "`missing_outcome`"), "fail", NULL),
    Case(
        "competing_events",
        World("made with users who die", "made-up patients, half of the users die on day 90"),
        "warn",
        NULL,
    ),
    Case(
        "non_proportional_hazards",
        World("made with early and late effects", "made-up patients, users respond early"),
        "warn",
        NULL,
    ),
    Case("common_outcome", NULL, "warn", World("rare_outcome", "`rare_outcome`")),
    Case(
        "misclassified_exposure",
        World("unknown doses", "`null`, three doses in ten not recorded"),
        "fail",
        NULL,
    ),
    Case(
        "unit",
        World("doubted units", "`null`, told that a test does not fit its unit"),
        "fail",
        NULL,
    ),
    Case("missing_covariate", NANJING, "warn", NULL),
    Case("sparse_data", World("rare_outcome", "`rare_outcome`"), "fail", NULL),
    Case(
        "multiple_looks",
        NULL,
        "warn",
        World("null", "`null`, ever against never use alone", EVER_ALONE),
    ),
    Case("negative_control", NULL, "fail", NANJING),
)
