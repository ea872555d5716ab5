"""The database stopped in the middle of a submission: the claim is receipted and there, or it is not receipted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from casefile import database
from casefile.tables.claims import Claim

from .conftest import Visitor


@contextmanager
def stopping_before(engine: database.Engine, owner_engine: database.Engine, words: str) -> Iterator[list[str]]:
    """Kill the site's own connection just before it sends a statement that begins with `words`, once."""
    stopped: list[str] = []

    def stop(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not stopped and statement.lower().startswith(words):
            stopped.append(statement)
            kill(connection.connection.driver_connection.info.backend_pid, owner_engine)

    sa.event.listen(engine, "before_cursor_execute", stop)
    try:
        yield stopped
    finally:
        sa.event.remove(engine, "before_cursor_execute", stop)


def kill(process: int, owner_engine: database.Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(sa.text("select pg_terminate_backend(:process, 5000)"), {"process": process})


@pytest.mark.parametrize(
    "words",
    [
        "insert into claims",
        "insert into claim_versions",
        "update claim_drafts",
        "insert into audit_entries",
        "insert into notices",
    ],
)
def test_a_stopped_submission_is_not_receipted_and_can_be_sent_again(
    visitor: Visitor, engine: database.Engine, owner_engine: database.Engine, stored: Callable[[Any], list[Any]], words: str
) -> None:
    visitor.answer_all()
    visitor.get("claim/sign")
    with stopping_before(engine, owner_engine, words) as stopped:
        answer = visitor.sign()
    assert stopped
    assert answer.status_code == 503
    assert "We could not save what you just sent" in answer.text
    assert "Dana" not in answer.text
    assert stored(sa.select(Claim.id)) == []
    assert visitor.sign().status_code == 303
    assert len(stored(sa.select(Claim.id))) == 1


def test_stopped_at_the_commit_it_is_not_receipted(
    visitor: Visitor, engine: database.Engine, owner_engine: database.Engine, stored: Callable[[Any], list[Any]]
) -> None:
    visitor.answer_all()
    visitor.get("claim/sign")
    stopped: list[int] = []

    def stop(connection: Any) -> None:
        wrote = connection.info.get("wrote_claim")
        if wrote and not stopped:
            stopped.append(connection.connection.driver_connection.info.backend_pid)
            kill(stopped[0], owner_engine)

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        connection.info["wrote_claim"] = statement.lower().startswith("insert into claims") or connection.info.get("wrote_claim")

    sa.event.listen(engine, "before_cursor_execute", note)
    sa.event.listen(engine, "commit", stop)
    try:
        answer = visitor.sign()
    finally:
        sa.event.remove(engine, "commit", stop)
        sa.event.remove(engine, "before_cursor_execute", note)
    assert stopped
    assert answer.status_code == 503
    assert stored(sa.select(Claim.id)) == []


def test_a_receipt_that_was_lost_on_its_way_is_shown_by_sending_again(
    visitor: Visitor, engine: database.Engine, stored: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit went through, but its answer did not reach us: the visitor sees an error, sends again, and has one claim."""
    from casefile import claims, errors

    visitor.answer_all()
    visitor.get("claim/sign")
    real = database.case_session

    @contextmanager
    def losing(*given: Any, **named: Any) -> Iterator[Any]:
        with real(*given, **named) as session:
            yield session
        if session.info.get("filed"):
            raise errors.DatabaseUnavailable("The answer to the commit was lost.")

    submit = claims.submit

    def filing(session: Any, **named: Any) -> Any:
        session.info["filed"] = True
        return submit(session, **named)

    monkeypatch.setattr(database, "case_session", losing)
    monkeypatch.setattr(claims, "submit", filing)
    assert visitor.sign().status_code == 503
    monkeypatch.undo()
    assert str(visitor.get("claim/sign").url).endswith("/claim/receipt")
    assert [(visitor.receipt_number(),)] == stored(sa.select(Claim.number))
