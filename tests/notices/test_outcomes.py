"""The status of a notice is a fold over what happened: order and repetition do not matter, and the database agrees."""

from __future__ import annotations

import datetime
import itertools

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from casefile import delivery_events
from casefile.outcomes import RANK, fold
from casefile.words import AttemptOutcome, DeliveryEventKind, NoticeStatus

EVENTS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(DeliveryEventKind)), max_size=6)
ATTEMPTS = st.lists(st.sampled_from(AttemptOutcome), max_size=3).map(lambda found: list(enumerate(found, 1)))


@given(attempts=ATTEMPTS, events=EVENTS, shuffle=st.randoms())
def test_order_and_repetition_do_not_matter(attempts, events, shuffle):
    before = fold(attempts, events)
    mixed = events + events[:2]
    shuffle.shuffle(mixed)
    assert fold(list(reversed(attempts)), mixed) is before


@given(attempts=ATTEMPTS, events=EVENTS, more=st.tuples(st.integers(1, 3), st.sampled_from(DeliveryEventKind)))
def test_a_late_event_never_lowers_what_is_proved(attempts, events, more):
    before = fold(attempts, events)
    if RANK[before] > 0:
        assert RANK[fold(attempts, [*events, more])] >= RANK[before]


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (["delivered", "bounced_hard"], "bounced_hard"),
        (["bounced_hard", "delivered"], "bounced_hard"),
        (["bounced_soft", "delivered"], "bounced_soft"),
        (["bounced_policy"], "bounced_soft"),
        (["delayed"], "accepted"),
        (["complaint", "unsubscribed", "clicked", "auto_reply"], "accepted"),
        (["delivered", "complaint"], "delivered"),
    ],
)
def test_after_acceptance(events, status):
    assert fold([(1, AttemptOutcome.ACCEPTED)], [(1, DeliveryEventKind(kind)) for kind in events]) is NoticeStatus(status)


def test_doubt_is_resolved_by_evidence_or_by_a_decision():
    doubt = [(1, AttemptOutcome.IN_DOUBT)]
    assert fold(doubt, []) is NoticeStatus.IN_DOUBT
    assert fold(doubt, [(1, DeliveryEventKind.CLICKED)]) is NoticeStatus.ACCEPTED
    assert fold(doubt, [(1, DeliveryEventKind.RESEND)]) is NoticeStatus.READY
    assert fold([*doubt, (2, AttemptOutcome.IN_DOUBT)], [(1, DeliveryEventKind.RESEND)]) is NoticeStatus.IN_DOUBT


@pytest.mark.parametrize("order", list(itertools.permutations(["delivered", "bounced_soft", "bounced_hard"])))
def test_the_database_folds_the_same_way(mailing, order):
    campaign_id = mailing.ready(1)
    mailing.send(campaign_id)
    now = datetime.datetime.now(datetime.UTC)
    with mailing.open_case() as session:
        notice_id = session.scalar(sa.text("select id from notices"))
        for number, kind in enumerate(order):
            event = delivery_events.CameBack("test", str(number), DeliveryEventKind(kind), now, notice_id, 1)
            assert delivery_events.add_events(session, events=[event]) == 1
            assert delivery_events.add_events(session, events=[event]) == 0
            happened = [(1, DeliveryEventKind(one)) for one in order[: number + 1]]
            status = session.scalar(sa.text("select status from notices"))
            assert status == fold([(1, AttemptOutcome.ACCEPTED)], happened).value
