"""Score the bounce reader against labelled messages: `python -m benchmarks.bounces --data FOLDER [--wrong]`.

FOLDER holds messages and `labels.json`: message name -> list of {status, reply, reason, hard, feedback?}. The labels name no
addresses, so a recipient is found when the report has one with an "@" for it.

Hard or not is scored twice. First by the labels as they are. Then by the project's own definition of hard, where it differs
from the labels' on purpose: a label `suspend` (a disabled mailbox, which suppresses here) or `filtered` (which holds both
"refused by a filter" and a plain "no such user") is left out, since neither answer would prove the reader wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notices.bounces.reader import read
from notices.bounces.report import Kind, Report, Severity

DISPUTED = ("suspend", "filtered")
NO_BOUNCE = ("feedback", "vacation", "delivered")


@dataclass
class Score:
    """Counts over all messages."""

    recipients: int = 0
    found: int = 0
    right: int = 0
    undisputed: int = 0
    undisputed_right: int = 0
    no_bounce: int = 0
    no_bounce_hard: int = 0
    errors: int = 0
    seconds: list[float] = field(default_factory=list)
    by_reason: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    """Print the table; exit status 1 when a goal is missed, 2 when the data are absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--wrong", action="store_true", help="list the messages that disagree with their label")
    options = parser.parse_args()
    labels_file = options.data / "labels.json"
    if not labels_file.exists():
        print(f"0 messages scored: there is no {labels_file}")
        return 2
    labels = json.loads(labels_file.read_text(encoding="utf-8"))
    score = Score()
    for name, wanted in sorted(labels.items()):
        _score_message(score, name, (options.data / name).read_bytes(), wanted)
    return _print(score, len(labels), show_wrong=options.wrong)


def _score_message(score: Score, name: str, raw: bytes, wanted: Sequence[dict[str, Any]]) -> None:
    began = time.perf_counter()
    try:
        report = read(raw)
    except Exception as error:  # the promise is that there is none
        score.errors += 1
        score.wrong.append(f"{name}: {type(error).__name__}")
        report = Report(kind=Kind.NOT_A_REPORT)
    score.seconds.append(time.perf_counter() - began)
    found = [one for one in report.recipients if "@" in one.address]
    score.recipients += len(wanted)
    score.found += min(len(found), len(wanted))
    if wanted[0]["reason"] in NO_BOUNCE:
        score.no_bounce += 1
        score.no_bounce_hard += any(one.severity is Severity.HARD for one in found)
    # A recipient that was not found is counted as not hard: nothing would be suppressed.
    answers = [one.severity is Severity.HARD for one in found] + [False] * max(0, len(wanted) - len(found))
    for label, answer in zip(wanted, answers, strict=False):
        right = answer == label["hard"]
        score.right += right
        score.by_reason[label["reason"]][0] += 1
        score.by_reason[label["reason"]][1] += right
        if label["reason"] not in DISPUTED:
            score.undisputed += 1
            score.undisputed_right += right
        if not right:
            score.wrong.append(f"{name}: {label['reason']} {label['status']}, hard is {label['hard']}")
    if len(found) < len(wanted):
        score.wrong.append(f"{name}: {len(found)} of {len(wanted)} recipients")


def _print(score: Score, messages: int, *, show_wrong: bool) -> int:
    seconds = sorted(score.seconds)
    goals = [
        ("recipient found", score.found, score.recipients, 0.97),
        ("hard or not, by the labels as they are", score.right, score.recipients, 0.96),
        (f"hard or not, without {' and '.join(DISPUTED)}", score.undisputed_right, score.undisputed, 0.96),
        ("no exception", messages - score.errors, messages, 1.0),
        ("no bounce, and not called hard", score.no_bounce - score.no_bounce_hard, score.no_bounce, 1.0),
    ]
    print(f"{messages} messages, {score.recipients} recipients")
    for name, count, total, goal in goals:
        share = count / total if total else 1.0
        print(f"  {name:<48} {count:>4} of {total:>4}  {share:>6.1%}  goal {goal:.0%}  {'ok' if share >= goal else 'MISSED'}")
    print(f"  milliseconds a message: median {seconds[len(seconds) // 2] * 1e3:.2f}, longest {seconds[-1] * 1e3:.1f}")
    faults = {reason: counts for reason, counts in sorted(score.by_reason.items()) if counts[0] != counts[1]}
    print(
        "  disagreements by label: " + ", ".join(f"{reason} {all_ - right} of {all_}" for reason, (all_, right) in faults.items())
    )
    if show_wrong:
        print("\n".join(f"    {line}" for line in score.wrong))
    return int(any(total and count / total < goal for _, count, total, goal in goals))


if __name__ == "__main__":
    sys.exit(main())
