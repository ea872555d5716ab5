"""Pictures of a matching as SVG text: waterfall of one pair, histogram of weights, curve over thresholds, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isnan

from matching.evaluate import Calibrated, Expected
from matching.types import Evidence

FOR, AGAINST, TOTAL, FAINT, INK = "#1d5fa8", "#a3471a", "#3b3b3b", "#d9dde3", "#22262b"
"""Blue speaks for one person, rust against; told apart with colour-blind eyes and in grey print by their lightness."""

WIDTH = 720


def waterfall(evidence: Evidence) -> str:
    """Return the bits of one pair from the prior to the sum, one bar per field; the words stand beside the bars."""
    steps = [("before looking", evidence.prior_weight), *((one.field.replace("_", " "), one.weight) for one in evidence.fields)]
    ends = _running([weight for _, weight in steps])
    low, high = min(0.0, *ends), max(0.0, *ends)
    scale, row = 420 / max(high - low, 1.0), 20

    def x(bits: float) -> float:
        return 190 + (bits - low) * scale

    parts = [_line(x(0), 0, x(0), row * (len(steps) + 1), FAINT)]
    for number, ((label, weight), end) in enumerate(zip(steps, ends, strict=True)):
        top, start = number * row, end - weight
        parts += [
            _text(182, top + 14, label, anchor="end"),
            _rect(x(min(start, end)), top + 3, abs(weight) * scale, row - 6, FOR if weight >= 0 else AGAINST),
            _text(x(max(start, end)) + 5, top + 14, signed(weight)),
        ]
    top = len(steps) * row
    parts += [
        _text(182, top + 14, "sum", anchor="end", bold=True),
        _rect(x(min(0, ends[-1])), top + 3, abs(ends[-1]) * scale, row - 6, TOTAL),
        _text(x(max(0, ends[-1])) + 5, top + 14, f"{signed(ends[-1])} bits", bold=True),
    ]
    return _svg(row * (len(steps) + 1) + 4, f"Waterfall: {evidence.sentence}", parts)


def histogram(counts: Sequence[int], edges: Sequence[float], marks: Sequence[tuple[float, str]]) -> str:
    """Return bars of how many pairs have which weight (bits), with marked thresholds; heights grow with the square root."""
    height, left, wide = 220, 40, WIDTH - 60
    top_count = max([*counts, 1])
    low, high = edges[0], edges[-1]

    def x(bits: float) -> float:
        return left + (bits - low) / (high - low) * wide

    parts = [_line(left, height - 30, left + wide, height - 30, INK)]
    for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
        tall = (count / top_count) ** 0.5 * (height - 60)
        title = f"{count:,} pairs of {start:.0f} to {end:.0f} bits"
        parts.append(
            _rect(x(start) + 0.5, height - 30 - tall, x(end) - x(start) - 1, tall, FOR if start >= 0 else AGAINST, title=title)
        )
    for bits, label in marks:
        if low <= bits <= high:
            parts += [_line(x(bits), 16, x(bits), height - 30, INK, dashed=True), _text(x(bits), 12, label, anchor="middle")]
    parts += [_text(x(bits), height - 14, f"{bits:+.0f}", anchor="middle") for bits in _ticks(low, high)]
    parts.append(_text(left + wide / 2, height - 1, "weight in bits (0 is even odds)", anchor="middle"))
    return _svg(height + 4, "How many pairs have which weight", parts)


def threshold_curve(rows: Sequence[Expected]) -> str:
    """Return expected precision and recall over the thresholds, each threshold one step apart."""
    known = [row for row in rows if not isnan(row.precision) and not isnan(row.recall)]
    height, left, wide = 240, 50, WIDTH - 180
    step = wide / max(len(known) - 1, 1)

    def y(share: float) -> float:
        return 15 + (1 - share) * (height - 60)

    parts = [_line(left, y(share), left + wide, y(share), FAINT) for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [_text(left - 6, y(share) + 4, f"{share:.2f}", anchor="end") for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [_text(left + n * step, height - 25, f"{row.threshold:g}", anchor="middle") for n, row in enumerate(known)]
    for name, colour in (("precision", FOR), ("recall", AGAINST)):
        points = [(left + n * step, y(getattr(row, name))) for n, row in enumerate(known)]
        parts.append(_path(points, colour))
        if points:
            nudge = -4 if name == "precision" else 10
            parts.append(_text(points[-1][0] + 8, points[-1][1] + nudge, name, colour=colour, bold=True))
    parts.append(_text(left + wide / 2, height - 6, "pairs accepted from this probability on", anchor="middle"))
    return _svg(height, "Expected precision and recall by threshold", parts)


def calibration(rows: Sequence[Calibrated]) -> str:
    """Return promised against true shares per band; without labels only the promise can be drawn."""
    size, left = 260, 60

    def x(share: float) -> float:
        return left + share * (size - 20)

    def y(share: float) -> float:
        return 10 + (1 - share) * (size - 20)

    parts = [_line(x(0), y(0), x(1), y(1), FAINT), _line(x(0), y(0), x(1), y(0), INK), _line(x(0), y(0), x(0), y(1), INK)]
    for row in rows:
        if row.true is not None and row.pairs and not isnan(row.true):
            title = f"promised {row.promised:.3f}, true {row.true:.3f} of {row.pairs:,} pairs"
            parts.append(_dot(x(row.promised), y(row.true), min(12.0, 2 + row.pairs**0.25), title))
    for share in (0, 0.5, 1):
        parts += [
            _text(x(share), y(0) + 16, f"{share:g}", anchor="middle"),
            _text(x(0) - 6, y(share) + 4, f"{share:g}", anchor="end"),
        ]
    parts += [_text(x(0.5), size + 24, "promised share of matches", anchor="middle"), _text(x(0) + 8, 18, "true share")]
    return _svg(size + 30, "Promised and true share of matches", parts, width=360)


def signed(bits: float) -> str:
    """Return bits with their sign, one decimal and a true minus."""
    return f"{bits:+.1f}".replace("-", "−")


def _running(weights: Sequence[float]) -> list[float]:
    ends, total = [], 0.0
    for weight in weights:
        total += weight
        ends.append(total)
    return ends


def _ticks(low: float, high: float) -> list[float]:
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100) if (high - low) / size <= 14 or size == 100)
    return [bits * step for bits in range(int(low // step) + 1, int(high // step) + 1)]


def _svg(height: float, title: str, parts: Sequence[str], *, width: float = WIDTH) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}"><title>{escape(title)}</title>\n{body}\n</svg>'
    )


def _rect(x: float, y: float, width: float, height: float, colour: str, *, title: str = "") -> str:
    told = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{max(height, 0):.1f}" fill="{colour}">{told}</rect>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _path(points: Sequence[tuple[float, float]], colour: str) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _dot(x: float, y: float, radius: float, title: str) -> str:
    circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{FOR}" fill-opacity="0.7">'
    return f"{circle}<title>{escape(title)}</title></circle>"


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(words)}</text>'
