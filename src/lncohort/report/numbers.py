"""How numbers are written: the one place for decimals, dashes and P values."""

import math

SIGNIFICANT_DIGITS = 10
MINUS = "−"
EN_DASH = "–"
WITHHELD = "withheld"
LARGEST_RATIO = 9999
NONE = "–"


def is_missing(value: float | None) -> bool:
    """Whether there is no number."""
    return value is None or math.isnan(value)


def exported(value: float) -> float:
    """Round to 10 significant digits, as every file does: the last bits differ by machine."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def count(value: float) -> str:
    """Whole numbers, with commas between thousands."""
    return NONE if is_missing(value) else f"{round(value):,}"


def ratio(value: float) -> str:
    """OR, RR, HR: two decimals; none from 100 on, where they say nothing, and no more above 9999."""
    if is_missing(value):
        return NONE
    if value > LARGEST_RATIO:
        return f">{count(LARGEST_RATIO)}"
    return f"{value:.2f}" if abs(value) < 99.995 else count(value)


def signed_ratio(value: float) -> str:
    """A measure that may be negative (RERI, AP): two decimals and a true minus sign."""
    return NONE if is_missing(value) else f"{value:z.2f}".replace("-", MINUS)


def percent(value: float) -> str:
    """A percentage (0 to 100) with one decimal, without its sign."""
    return NONE if is_missing(value) else f"{value:z.1f}".replace("-", MINUS)


def percent_of_risk(value: float) -> str:
    """A risk (0 to 1) or a risk difference as a percentage with one decimal."""
    return percent(100 * value) if not is_missing(value) else NONE


def quantity(value: float) -> str:
    """A mean, SD or quantile: one decimal below 100, none above."""
    if is_missing(value):
        return NONE
    return f"{value:z.1f}".replace("-", MINUS) if abs(value) < 99.95 else count(value)


def p_value(value: float) -> str:
    """P with three decimals, never 0.000 and never 1.000."""
    if is_missing(value):
        return NONE
    if value < 0.001:
        return "<0.001"
    if value > 0.9994:
        return ">0.999"
    return f"{value:.3f}"


def p_phrase(value: float) -> str:
    """P in a sentence: ``P = 0.043``, ``P < 0.001``; it does not break."""
    text = p_value(value)
    sign, digits = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    return f"P\u00a0{sign}\u00a0{digits}"


def interval(low: float, high: float, form=ratio) -> str:
    """An interval with an en dash; "to" where a bound is negative."""
    if is_missing(low) or is_missing(high):
        return NONE
    dash = " to " if low < 0 or high < 0 else EN_DASH
    return f"{form(low)}{dash}{form(high)}"


def with_interval(estimate: float, low: float, high: float, form=ratio) -> str:
    """``2.82 (1.89–4.22)``; the estimate alone where there is no interval."""
    if is_missing(estimate):
        return NONE
    if is_missing(low) or is_missing(high):
        return form(estimate)
    return f"{form(estimate)} ({interval(low, high, form)})"


def share(part: float, whole: float) -> str:
    """``62/198 (31.3%)``: a part with its denominator."""
    if is_missing(part) or is_missing(whole):
        return NONE
    fraction = f"{count(part)}/{count(whole)}"
    return f"{fraction} ({percent(100 * part / whole)}%)" if whole else fraction
