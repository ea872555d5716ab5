"""Files whose columns stand at the same position in every line."""

from __future__ import annotations

from itertools import pairwise


def detect(sample: list[str]) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of each column in characters, or nothing when the lines do not stand in columns.

    A column begins where every line had a blank before: by two blanks or more, or by one when most lines go on there. Two
    words a line are no columns: somewhere two blanks must stand in every line, or four columns be found.
    """
    lines = [line.rstrip("\r\n\x1a").expandtabs(8) for line in sample if line.strip()][:2_000]
    if len(lines) < 3:
        return ()
    usual = max(len(line) for line in lines)
    body = [line for line in lines if len(line) > usual * 0.5]
    if len(body) < 3 or len(body) < 0.8 * len(lines):
        return ()
    blank = [all(line[i : i + 1] in ("", " ") for line in body) for i in range(usual)]
    starts = [i for i in range(usual) if not blank[i] and (i == 0 or blank[i - 1])]
    starts = [i for i in starts if _begins_column(body, i)]
    gutters = any(blank[i] and blank[i + 1] for i in range(usual - 1))
    if len(starts) < 2 or not (gutters or len(starts) >= 4):
        return ()
    return tuple(pairwise([0, *starts[1:], usual + 1_000]))


def _begins_column(body: list[str], start: int) -> bool:
    if start == 0 or all(line[max(0, start - 2) : start].strip() == "" for line in body):
        return True
    return sum(line[start : start + 1].strip() != "" for line in body) > 0.5 * len(body)


def cut(line: str, widths: tuple[tuple[int, int], ...]) -> list[str]:
    """Return the cells of one line, without the blanks that fill them up."""
    text = line.rstrip("\r\n\x1a")
    return [text[start:end].strip(" ") for start, end in widths]


def parse_widths(text: str) -> tuple[tuple[int, int], ...]:
    """Return the columns of `10,20,5` (lengths in characters); raises ValueError for anything else."""
    lengths = [int(part) for part in text.split(",")]
    if not lengths or min(lengths) < 1:
        raise ValueError(text)
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return tuple(zip([0, *ends[:-1]], ends, strict=True))
