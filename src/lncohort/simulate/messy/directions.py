"""The words in which orders are written, with what a careful reader makes of each."""

from collections.abc import Callable

import numpy as np
import pandas as pd

# Of one product: name as the hospital writes it, mg in a unit, word of the unit, units in a pack.
PRODUCTS = {
    "tacrolimus": [
        ("他克莫司胶囊(普乐可复)", 1.0, "粒", 50),
        ("★他克莫司胶囊", 0.5, "粒", 50),
        ("他克莫司缓释胶囊[新普乐可复]", 1.0, "粒", 50),
        ("赛福开 他克莫司胶囊0.5mg", 0.5, "粒", 50),
    ],
    "mycophenolate": [
        ("吗替麦考酚酯胶囊(骁悉)", 250.0, "粒", 40),
        ("吗替麦考酚酯分散片（赛可平）", 250.0, "片", 40),
    ],
    "cyclophosphamide": [("复方环磷酰胺片", 50.0, "片", 24), ("环磷酰胺片", 50.0, "片", 24)],
    "prednisone": [("醋酸泼尼松片", 5.0, "片", 100), ("强的松片", 5.0, "片", 100)],
    "hydroxychloroquine": [("硫酸羟氯喹片(纷乐)", 100.0, "片", 14), ("羟氯喹片", 200.0, "片", 10)],
}
LOOK_ALIKES = ["他克莫司软膏(普特彼)", "磷酸氯喹片", "阿司匹林肠溶片", "碳酸钙D3片"]

Write = Callable[[float, float, str], str]


def _n(number: float) -> str:
    return f"{number:g}"


# d: mg a day; u: units a day; w: word of the unit.
READABLE: dict[str, Write] = {
    "mg and Latin": lambda d, u, w: f"{_n(d / 2)}mg bid",
    "every 12 hours": lambda d, u, w: f"{_n(d / 2)}mg q12h 空腹",
    "glued": lambda d, u, w: f"{_n(d / 2)}mgbid",
    "Chinese": lambda d, u, w: f"每次{_n(d / 2)}mg，每日两次，口服",
    "mg and units": lambda d, u, w: f"{_n(d)}mg({_n(u)}{w}) qd po",
    "once a day": lambda d, u, w: f"{_n(u)}{w} Qd pc",
    "morning and evening": lambda d, u, w: f"早{_n(np.ceil(u / 2))}{w} 晚{_n(np.floor(u / 2))}{w}",
    "divided": lambda d, u, w: f"每日{_n(d)}mg，分2次口服",
    "alternate days": lambda d, u, w: f"{_n(2 * d)}mg 隔日一次",
    "number sign": lambda d, u, w: f"{_n(u)}# qd",
    "clock": lambda d, u, w: f"早8点{_n(d / 2)}mg 晚8点{_n(d / 2)}mg",
}
UNREADABLE: dict[str, Write] = {
    "as directed": lambda d, u, w: "遵医嘱",
    "as needed": lambda d, u, w: f"{_n(d)}mg 必要时",
    "total or each": lambda d, u, w: f"{_n(d)}mg 早晚分服",
    "range": lambda d, u, w: f"1-2{w} bid",
    "taper": lambda d, u, w: f"{_n(d)}mg qd，逐渐减量",
}
# Columns of their own: amount, unit, frequency.
FREQUENCIES = {"bid": 2, "q12h": 2, "Tid": 3, "qd": 1, "每日两次": 2, "每天一次": 1}
NEEDS_TWO_UNITS = ("morning and evening",)
FORMS = READABLE | UNREADABLE


def product_of(rng: np.random.Generator, drug: pd.Series, daily_mg: pd.Series) -> pd.DataFrame:
    """A product of each order's drug whose units make up the dose of a day.

    Returns
    -------
    DataFrame
        Columns name, mg, word, pack; the first product where the dose is not known.
    """
    every = pd.DataFrame(
        [(d, i, *p) for d, of_drug in PRODUCTS.items() for i, p in enumerate(of_drug)],
        columns=["drug", "place", "name", "mg", "word", "pack"],
    )
    orders = pd.DataFrame({"drug": drug.to_numpy(), "daily": daily_mg.to_numpy()})
    orders["order"] = np.arange(len(orders))
    fitting = orders.merge(every, on="drug", how="left")
    fits = (fitting["daily"] % fitting["mg"]).fillna(0) == 0
    fitting = fitting.assign(rank=np.where(fits, 0, 1) + rng.random(len(fitting)) * 0.9)
    best = fitting.sort_values(["order", "rank"]).drop_duplicates("order")
    return best[["name", "mg", "word", "pack"]].reset_index(drop=True)


def in_words(form: pd.Series, daily_mg: pd.Series, product: pd.DataFrame) -> pd.Series:
    """Each order's directions; every distinct one is written once."""
    keys = pd.DataFrame(
        {
            "form": form.to_numpy(),
            "d": daily_mg.to_numpy(),
            "u": daily_mg.to_numpy() / product["mg"].to_numpy(),
            "w": product["word"].to_numpy(),
        }
    )
    texts = keys.drop_duplicates()
    texts = texts.assign(text=[FORMS[f](d, u, w) for f, d, u, w in texts.itertuples(index=False)])
    return keys.merge(texts, on=["form", "d", "u", "w"], how="left")["text"]
