"""How everything that happened to a notice adds up to its status: a fold in which order and repetition do not matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casefile.words import AttemptOutcome, DeliveryEventKind, NoticeStatus

_S, _E, _A = NoticeStatus, DeliveryEventKind, AttemptOutcome

RANK: Mapping[NoticeStatus, int] = {
    _S.PLANNED: 0,
    _S.READY: 0,
    _S.LEASED: 0,
    _S.TRANSMITTING: 0,
    _S.DEFERRED: 0,
    _S.IN_DOUBT: 0,
    _S.EXCLUDED: 1,
    _S.CANCELLED: 2,
    _S.EXPIRED: 3,
    _S.REJECTED: 4,
    _S.ACCEPTED: 5,
    _S.DELIVERED: 6,
    _S.BOUNCED_SOFT: 7,
    _S.BOUNCED_HARD: 8,
}
"""What is proved outranks what was given up, and a bounce outranks "delivered": it always comes later, whenever we read it.

No two ends have the same rank, so that the order in which we read of them cannot matter.
"""

PROVES: Mapping[DeliveryEventKind, NoticeStatus] = {
    _E.CONFIRMED: _S.ACCEPTED,
    _E.COMPLAINT: _S.ACCEPTED,
    _E.AUTO_REPLY: _S.ACCEPTED,
    _E.UNSUBSCRIBED: _S.ACCEPTED,
    _E.CLICKED: _S.ACCEPTED,
    _E.DELIVERED: _S.DELIVERED,
    _E.BOUNCED_SOFT: _S.BOUNCED_SOFT,
    _E.BOUNCED_POLICY: _S.BOUNCED_SOFT,
    _E.BOUNCED_HARD: _S.BOUNCED_HARD,
    _E.EXPIRED: _S.EXPIRED,
    _E.CANCELLED: _S.CANCELLED,
}
"""The status that an event proves by itself. Who complains, answers or clicks has the message, so it was accepted.

A policy refusal is about the sender: the notice came back, and the address stays good. `delayed` proves nothing.
"""

TERMINAL = frozenset(status for status, rank in RANK.items() if rank > 0)
"""A campaign is settled when every notice is in one of these; late events may still move a notice among them."""

OF_ATTEMPT: Mapping[AttemptOutcome, NoticeStatus] = {
    _A.ACCEPTED: _S.ACCEPTED,
    _A.DEFERRED: _S.DEFERRED,
    _A.REJECTED: _S.REJECTED,
    _A.IN_DOUBT: _S.IN_DOUBT,
}


def fold(attempts: Iterable[tuple[int, AttemptOutcome]], events: Iterable[tuple[int | None, DeliveryEventKind]]) -> NoticeStatus:
    """Return the status from attempts (number, outcome) and events (attempt number or None, kind), in any order."""
    tried = dict(sorted(attempts))
    happened = list(events)
    proved = [PROVES[kind] for _, kind in happened if kind in PROVES]
    proved += [_S.ACCEPTED for outcome in tried.values() if outcome is _A.ACCEPTED]
    last = max(tried, default=0)
    if tried.get(last) is _A.REJECTED:
        proved.append(_S.REJECTED)
    if proved:
        return max(proved, key=RANK.__getitem__)
    if not tried:
        return _S.READY
    resent = {number for number, kind in happened if kind is _E.RESEND}
    return _S.READY if last in resent else OF_ATTEMPT[tried[last]]
