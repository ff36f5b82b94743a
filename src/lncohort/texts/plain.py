"""A text without its accidents: full width, kinds of blanks and dashes, capitals."""

import unicodedata

SAME = ("<wide>", "<narrow>", "<square>", "<noBreak>")
OTHER_FORMS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−﹣", "-"),
        **dict.fromkeys("∼〜˜", "~"),
        **dict.fromkeys("μµ", "u"),
        **dict.fromkeys("×✕✖﹡∗", "*"),
        "≦": "≤",
        "≧": "≥",
        "⩽": "≤",
        "⩾": "≥",
        "﹤": "<",
        "﹥": ">",
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", None),
    }
)


def one_width(text: str) -> str:
    """A text in half width, blanks as one, outer blanks gone; capitals kept.

    Only forms that differ in width are made equal: a full-width ``５`` is a 5, but a circled ``①``
    and a raised ``²`` stay what they are, as they are no digits of a number.
    """
    if text.isascii():
        return " ".join(text.split())
    narrow = "".join(
        unicodedata.normalize("NFKC", sign)
        if unicodedata.decomposition(sign).startswith(SAME)
        else sign
        for sign in unicodedata.normalize("NFC", text)
    )
    return " ".join(narrow.split())


def plain(text: str) -> str:
    """A text in half width and small letters, with one kind of dash, tilde, micro and times sign."""
    return " ".join(one_width(text).translate(OTHER_FORMS).casefold().split())
