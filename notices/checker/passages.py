"""Which passages a notice of each kind must have: the template marks them, and each has the source that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from notices.checker.findings import Finding, Level
from notices.templates import LanguageVersion, Source

_RULE_23 = "Fed. R. Civ. P. 23(c)(2)(B)"
_GUIDANCE = "N.D. Cal. Procedural Guidance for Class Action Settlements, 3"

CLASS_NOTICE: Mapping[str, tuple[str, str]] = {
    "nature-of-action": ("the nature of the action", f"{_RULE_23}(i)"),
    "class-definition": ("the definition of the class certified", f"{_RULE_23}(ii)"),
    "claims-and-defenses": ("the class claims, issues, or defenses", f"{_RULE_23}(iii)"),
    "appear-through-attorney": ("that a member may appear through an attorney", f"{_RULE_23}(iv)"),
    "exclusion-right": ("that the court will exclude whoever requests it", f"{_RULE_23}(v)"),
    "exclusion-how": ("when and how to request exclusion", f"{_RULE_23}(vi)"),
    "binding-effect": ("the binding effect of a judgment", f"{_RULE_23}(vii)"),
    "class-counsel": ("who class counsel is and how to reach them", _GUIDANCE),
    "settlement-benefits": ("what the settlement gives", _GUIDANCE),
    "how-to-claim": ("how to get it", _GUIDANCE),
    "what-you-give-up": ("what members give up", _GUIDANCE),
    "do-nothing": ("what happens to who does nothing", _GUIDANCE),
    "fees": ("the fees and awards sought", "Fed. R. Civ. P. 23(h)(1)"),
    "hearing": ("date and place of the hearing, and that they may change", _GUIDANCE),
    "objection": ("how to object, and that the court can only approve or deny", "Fed. R. Civ. P. 23(e)(5)"),
    "website": ("the settlement's website", _GUIDANCE),
    "toll-free": ("a toll-free number", _GUIDANCE),
    "docket": ("how to read the docket (PACER)", _GUIDANCE),
    "do-not-call-court": ("not to call the court", _GUIDANCE),
}
"""The seven elements of the rule for (b)(3) classes, and what settlement notices add."""

_PLAN = "the notice plan of the case"

REQUIRED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "class_notice": CLASS_NOTICE,
    "reminder": {
        name: CLASS_NOTICE[name]
        for name in ("nature-of-action", "how-to-claim", "exclusion-how", "objection", "do-nothing", "website")
    },
    "claim_received": {"receipt": ("that the claim was received", _PLAN), "next-steps": ("what happens next", _PLAN)},
    "deficiency": {
        "what-is-missing": ("what is missing", _PLAN),
        "how-to-cure": ("how and until when it can be cured", _PLAN),
        "if-not-cured": ("what happens otherwise", _PLAN),
    },
    "decision": {
        "decision": ("the decision", _PLAN),
        "reasons": ("its reasons", _PLAN),
        "how-to-contest": ("how and until when to contest it", _PLAN),
    },
    "payment": {"payment": ("amount and way of the payment", _PLAN), "if-not-arrived": ("what to do if it does not come", _PLAN)},
    "correction": {"correction": ("what was wrong and what is right", _PLAN), "deadlines": ("the dates that hold", _PLAN)},
}
"""What each kind must say; a kind of the case's own has no list."""


def check(kind: str, version: LanguageVersion) -> Iterator[Finding]:
    """Yield what is missing in either body of one language."""
    for source in (version.text, version.html):
        for name, (meaning, rule) in REQUIRED.get(kind, {}).items():
            if not source.passages.get(name):
                yield Finding(Level.ERROR, "passage", rule, source.file, f"does not say {meaning}: no passage marked {name}")
        yield from _nested(source)


def same_in_both(one: LanguageVersion, other: LanguageVersion) -> Iterator[Finding]:
    """Yield passages and fields that one language has and the other has not."""
    for first, second in ((one.text, other.text), (one.html, other.html), (one.subject, other.subject)):
        for name in sorted(first.passages.keys() ^ second.passages.keys()):
            yield Finding(Level.ERROR, "same in all languages", _PLAN, second.file, f"the passage {name} is in one language only")
        for name in sorted(first.names ^ second.names):
            yield Finding(Level.ERROR, "same in all languages", _PLAN, second.file, f"the field {name} is in one language only")


def _nested(source: Source) -> Iterator[Finding]:
    """A passage within another would count for both."""
    for name, text in source.passages.items():
        if "{# begin" in text:
            yield Finding(Level.ERROR, "passage", _PLAN, source.file, f"the passage {name} has another passage inside")
