"""Other forms of a text that must mean the same."""


def full_width(text: str) -> str:
    """A text with its ASCII signs in full width."""
    return "".join(
        "\u3000" if sign == " " else chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign
        for sign in text
    )
