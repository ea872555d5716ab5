"""What stands behind the claim form: drafts that expire, shops that are found, tries that are counted, requests kept once."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from casefile import claim_drafts, exclusions, merchants, rate_limits
from casefile.database import Engine, Session, case_session
from casefile.tables.cases import Merchant
from casefile.tables.claims import ClaimDraft, RateBucket

SHOPS = [
    ("Applewood Books", "applewood-books.example", ["Applewoods Books", "Applewood Books Outlet"]),
    ("Big Sky Flags", "bigskyflags.example", ["BS Flags"]),
    ("Blue Heron Pet Supply", "blueheronpetsupply.example", []),
    ("Café Niño", None, []),
    ("3 Men & a Truck", "threemen.example", ["Three Men and a Truck"]),
]


@pytest.fixture
def shops(session: Session) -> Session:
    session.add_all(Merchant(name=name, domain=domain, aliases=aliases) for name, domain, aliases in SHOPS)
    session.flush()
    return session


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("applewood books", "Applewood Books"),
        ("APPLEWOOD", "Applewood Books"),
        ("aplewod boks", "Applewood Books"),
        ("https://www.applewood-books.example", "Applewood Books"),
        ("www.bigskyflags.example", "Big Sky Flags"),
        ("BS Flags", "Big Sky Flags"),
        ("heron", "Blue Heron Pet Supply"),
        ("pet blue", "Blue Heron Pet Supply"),
        ("niño", "Café Niño"),
        ("three men", "3 Men & a Truck"),
    ],
)
def test_a_shop_is_found_as_it_is_remembered(shops: Session, typed: str, first: str) -> None:
    assert merchants.search(shops, words=typed)[0].name == first


def test_the_other_name_is_told(shops: Session) -> None:
    assert merchants.search(shops, words="BS Flags")[0].found_as == "BS Flags"
    assert merchants.search(shops, words="big sky flags")[0].found_as is None


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "zzzzzz", "\u202e", "%"])
def test_nothing_is_found_for_nothing(shops: Session, typed: str) -> None:
    assert merchants.search(shops, words=typed) == []


def test_shops_of_another_case_are_neither_found_nor_named(shops: Session, engine: Engine) -> None:
    ids = [
        shop.id for shop in merchants.by_ids(shops, ids=[found.id for found in merchants.search(shops, words="big sky flags")])
    ]
    assert len(ids) == 1
    shops.commit()
    with case_session(engine, case_id=uuid.uuid4(), actor="test") as other:
        assert merchants.search(other, words="big sky flags") == []
        assert merchants.by_ids(other, ids=ids) == []


LIMITS = (rate_limits.Limit("test-hour", 3, 3600), rate_limits.Limit("test-day", 5, 86_400))


def test_tries_end_at_the_limit_of_each_key(session: Session) -> None:
    def spend(key: str | None) -> bool:
        return rate_limits.spend(session, limits=LIMITS, key=key, secret=b"secret")

    assert [spend("a") for _ in range(5)] == [True, True, True, False, False]
    assert spend("b")
    assert all(spend(None) for _ in range(10))


def test_a_new_window_begins_again_and_clears_the_old_one(session: Session) -> None:
    for _ in range(4):
        rate_limits.spend(session, limits=LIMITS[:1], key="a", secret=b"secret")
    session.execute(sa.update(RateBucket).values(window_start=RateBucket.window_start - datetime.timedelta(hours=2)))
    assert rate_limits.spend(session, limits=LIMITS[:1], key="a", secret=b"secret")
    assert session.scalar(sa.select(sa.func.count(RateBucket.id))) == 1


def test_a_draft_is_found_by_its_cookie_until_it_expires(session: Session) -> None:
    draft = claim_drafts.start(session, token="one", language="en")
    assert claim_drafts.start(session, token="one", language="en").id == draft.id
    claim_drafts.answer(session, draft=draft, answers={"name": {"family_name": "Example"}, "same": "yes"}, language="es")
    claim_drafts.answer(session, draft=draft, answers={"same": None}, language="es")
    assert draft.answers == {"name": {"family_name": "Example"}}
    assert claim_drafts.find(session, token="two") is None
    session.execute(sa.update(ClaimDraft).values(updated_at=sa.func.now() - claim_drafts.IDLE))
    session.expire_all()
    assert claim_drafts.find(session, token="one") is None
    assert claim_drafts.start(session, token="one", language="en").answers == {}


def test_expired_drafts_are_removed_with_their_answers(session: Session) -> None:
    for token in ("old", "new"):
        claim_drafts.start(session, token=token, language="en")
    claim_drafts.forget(session, token="forgotten")
    old = claim_drafts.find(session, token="old")
    assert old is not None
    session.execute(sa.update(ClaimDraft).where(ClaimDraft.id == old.id).values(updated_at=sa.func.now() - claim_drafts.IDLE))
    assert claim_drafts.remove_expired(session) == 1
    assert claim_drafts.remove_expired(session) == 0
    assert claim_drafts.find(session, token="new") is not None


def test_a_cookie_is_not_kept_itself(session: Session) -> None:
    draft = claim_drafts.start(session, token="opaque-token", language="en")
    assert b"opaque" not in draft.token_sha256


def ask(session: Session, **given: Any) -> Any:
    now = datetime.datetime(2027, 3, 9, 7, 0, tzinfo=datetime.UTC)
    values: dict[str, Any] = {
        "submission_key": "k1", "member_id": None, "answers": {"family_name": "Example"}, "signature": "Dana", "received_at": now,
        "deadline_at": now,
    }  # fmt: skip
    return exclusions.request(session, **values | given)


def test_an_exclusion_request_is_kept_once_and_says_when_it_is_late(session: Session) -> None:
    first = ask(session)
    assert ask(session, signature="Somebody else").number == first.number
    late = ask(session, submission_key="k2", deadline_at=first.received_at - datetime.timedelta(microseconds=1))
    assert (first.answers["late"], late.answers["late"]) == (False, True)
    assert [each.id for each in exclusions.everyone(session)] == [first.id, late.id]
