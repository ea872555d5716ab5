"""Amazon SES events by SNS: verified, recorded, and only then answered with 200; repeats and any order are harmless."""

from __future__ import annotations

import datetime

import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from casefile import cases, database, keys
from casefile.errors import NotFound
from notices.bounces import recording, ses, sns
from notices.campaign import case_keys

router = APIRouter(prefix="/hooks")
log = structlog.get_logger(__name__)


@router.post("/ses/{slug}", include_in_schema=False)
async def receive(request: Request, slug: str) -> Response:
    """Take one SNS message for a case. 403: not proved to be from a topic of ours; 404: no such case; 5xx: SNS tries again."""
    body = await request.body()
    return await run_in_threadpool(answer, request, slug, body)


def answer(request: Request, slug: str, body: bytes) -> Response:
    """Verify, record, commit, answer."""
    settings = request.app.state.settings
    now = datetime.datetime.now(datetime.UTC)
    try:
        envelope = sns.verified(body, topics=settings.sns_topics, certificate=sns.fetch_certificate, now=now)
    except sns.EnvelopeRefused as error:
        log.warning("an SNS message was refused", reason=str(error))
        return PlainTextResponse(str(error), status_code=403)
    if envelope["Type"] != "Notification":
        # Whoever runs the installation confirms a subscription, never the sender of a message.
        log.warning("an SNS subscription waits to be confirmed by hand", kind=envelope["Type"], topic=envelope["TopicArn"])
        return PlainTextResponse("noted")
    report = ses.read_event(sns.event_in(envelope))
    if report is None:
        return PlainTextResponse("not about a delivery")
    engine = request.app.state.engine
    with database.open_session(engine, actor="hook:ses") as session:
        try:
            case = cases.by_slug(session, slug=slug)
        except NotFound:
            return PlainTextResponse("There is no such case.", status_code=404)
        cases.enter(session, case_id=case.id)
        is_new = recording.record(
            session,
            key=case_keys(keys.installation_key(settings), case_id=case.id).return_path,
            report=report,
            source="ses",
            event_id=envelope["MessageId"],
            came_to=report.sent_to,
            occurred_at=_time_of(envelope, now),
        )
    return PlainTextResponse("recorded" if is_new else "known already")


def _time_of(envelope: dict[str, str], now: datetime.datetime) -> datetime.datetime:
    try:
        at = datetime.datetime.fromisoformat(envelope["Timestamp"])
    except ValueError:
        return now
    return at if at.tzinfo else now
