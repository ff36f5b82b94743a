"""In which encoding a text file is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

HEAD, SPOT, SPOTS = 1 << 20, 1 << 16, 32
UNUSED_IN_CP1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def find_encoding(path: Path, file: IO[bytes]) -> str:
    """The encoding of a text file, from its first 1 MiB and 32 spots of 64 KiB over the rest.

    A mark of byte order decides; then zero bytes (UTF-16 without a mark), valid UTF-8, double
    bytes that are Chinese characters in common use (GB18030, which holds GBK and GB2312), and
    then Windows-1252 or, for bytes that it has not, Latin-1. Text that is all ASCII there is
    UTF-8; a byte further on that is not is counted when the rows are read.

    Parameters
    ----------
    path
        Where it stands: a compressed file has no spots, for it is read from its start.
    file
        The file, opened at its start.
    """
    head = file.read(HEAD)
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return encoding
    if len(head) >= 2 and (wide := _utf_16(head)):
        return wide
    sample = b"\n".join([_whole_lines(head, first=True), *_spots(path, file)])
    if sample.isascii():
        return "utf-8"
    try:
        sample.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        if _mostly_utf_8(sample):
            return "utf-8"
    if _is_chinese(sample):
        return "gb18030"
    return "latin-1" if any(byte in sample for byte in UNUSED_IN_CP1252) else "cp1252"


def _whole_lines(part: bytes, first: bool) -> bytes:
    """A part without the lines, and so characters, that its edges cut."""
    if len(part) < SPOT:
        return part
    start = 0 if first else part.find(b"\n") + 1
    return part[start : part.rfind(b"\n") + 1] or part


def _spots(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    size = path.stat().st_size
    if path.suffix.lower() == ".gz" or size <= HEAD:
        return
    for spot in range(1, SPOTS + 1):
        file.seek(HEAD + (size - HEAD) * spot // SPOTS - min(SPOT, size - HEAD))
        yield _whole_lines(file.read(SPOT), first=False)


def _utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark: the line ends and delimiters, at least, have a zero byte."""
    pairs = len(head) // 2
    zero_second = head[1 : 2 * pairs : 2].count(0)
    zero_first = head[0 : 2 * pairs : 2].count(0)
    if max(zero_first, zero_second) < 0.05 * pairs:
        return None
    name = "utf-16-le" if zero_second > zero_first else "utf-16-be"
    if min(zero_first, zero_second) > 0.02 * pairs:
        return None
    lines = head[: 2 * pairs].decode(name, errors="replace").count("\n")
    return name if 2 * lines >= head.count(b"\n") else None


def _mostly_utf_8(sample: bytes) -> bool:
    """Whether under a hundredth of the characters beyond ASCII cannot be read as UTF-8."""
    text = sample.decode("utf-8", errors="replace")
    beyond = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") < 0.01 * beyond


def _is_chinese(sample: bytes) -> bool:
    """Whether the characters beyond ASCII are mostly those of GB 2312.

    An accented letter before an ASCII letter is also a double byte of GB18030, but its second
    byte lies outside GB 2312.
    """
    text = sample.decode("gb18030", errors="replace")
    beyond = [character for character in text if character > "\x7f"]
    common = "".join(beyond).encode("gb2312", errors="ignore").decode("gb2312")
    return len(common) > 0.7 * len(beyond)
