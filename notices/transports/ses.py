"""Amazon SES version 2: one call per message in threads, at the account's own rate, its answers told as a mail server's."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from casefile.errors import SesUnavailable
from notices.bounces.ses import ATTEMPT_TAG
from notices.transports.reply import Handover, Reply
from notices.transports.smtp import ConnectionEnded

THROTTLED = frozenset({"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"})
"""The account sends too fast; the message was not taken (Amazon SES API v2, SendEmail, Errors)."""

SHUT = frozenset({
    "AccountSuspendedException", "SendingPausedException", "MailFromDomainNotVerifiedException", "NotFoundException",
    "AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredTokenException",
    "ExpiredToken", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "OptInRequired",
})  # fmt: skip
"""Something about our account stops every message: the notices wait until somebody mends it."""

_SHUT_TEXT = re.compile(r"daily message quota|not verified", re.IGNORECASE)
_BAD_ADDRESS = re.compile(
    r"missing (final )?'?@|illegal address|invalid (email )?address|(local address|domain|user ?name) (contains|starts|ends|is)",
    re.IGNORECASE,
)

NEVER_SENT = ("ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "NoCredentialsError",
              "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError", "UnauthorizedSSOTokenError",
              "ParamValidationError")  # fmt: skip
"""Errors of botocore from before the request left; after any other one nobody knows whether the message was taken."""

CONNECT_SECONDS, READ_SECONDS = 10, 60

SHUT_SECONDS = 60.0
"""So long nothing is tried after an error that stops every message."""

THROTTLE_RESTS_SECONDS = (1.0, 2.0, 4.0)
"""Rests before a throttled message is tried again at once; after the last it is deferred like any other."""


class Account:
    """The sender's account at Amazon SES, shared by all its lanes: client, threads, sending rate, and whether it is shut."""

    def __init__(
        self, *, region: str | None, configuration_set: str | None = None, connections: int = 16, endpoint_url: str | None = None
    ) -> None:
        """Raise `SesUnavailable` when boto3 or the region is missing. `endpoint_url` is AWS's when it is not given."""
        self.client = _client(region, connections, endpoint_url)
        self.per_second = self._most_per_second = 1.0
        self._configuration_set = configuration_set
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="ses")
        self._asking = asyncio.Lock()
        self._is_ready = False
        self._shut_until, self._why = 0.0, ""
        self._next_at = 0.0

    def transport(self) -> Ses:
        """Return one lane's way through this account."""
        return Ses(self)

    async def make_ready(self) -> None:
        """Ask the account once for its rate and quota (GetAccount); raise `ConnectionEnded` when nothing may be sent now."""
        async with self._asking:
            if asyncio.get_running_loop().time() < self._shut_until:
                raise ConnectionEnded(self._why)
            if self._is_ready:
                return
            try:
                found = await self._call(self.client.get_account)
            except _errors() as error:
                raise ConnectionEnded(f"Amazon SES does not tell the account's rate and quota (GetAccount): {error}") from error
            self._judge(found)
            self._is_ready = True

    def _judge(self, found: dict[str, Any]) -> None:
        quota = found.get("SendQuota", {})
        most, sent = quota.get("Max24HourSend", 0.0), quota.get("SentLast24Hours", 0.0)
        if not found.get("SendingEnabled", True):
            raise ConnectionEnded("Amazon SES has stopped sending for this account")
        if 0 <= most <= sent:  # -1 is no limit
            raise ConnectionEnded(f"the daily quota of {most:,.0f} messages at Amazon SES is used up")
        self.per_second = self._most_per_second = max(1.0, quota.get("MaxSendRate", 1.0))

    async def turn(self) -> None:
        """Wait until one more message may go at the account's rate."""
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at, now)
        wait = self._next_at - now
        self._next_at += 1 / self.per_second
        if wait > 0:
            await asyncio.sleep(wait)

    async def send(self, sender: str, recipient: str, octets: bytes) -> Handover | None:
        """Send one message; None when the account was throttled, and so nothing was taken."""
        wanted: dict[str, Any] = {
            "Destination": {"ToAddresses": [recipient]},
            "Content": {"Raw": {"Data": octets}},
            "EmailTags": [{"Name": ATTEMPT_TAG, "Value": sender.partition("@")[0]}],
        }
        if self._configuration_set:
            wanted["ConfigurationSetName"] = self._configuration_set
        try:
            answer = await self._call(self.client.send_email, **wanted)
        except _errors() as error:
            return self._failed(error)
        self.per_second = min(self._most_per_second, self.per_second * 1.02)
        return Handover.of(Reply(250, f"2.0.0 Amazon SES took it as {answer.get('MessageId', '')}"))

    def _failed(self, error: Exception) -> Handover | None:
        """Tell an error as a mail server would."""
        answer = getattr(error, "response", None)
        if answer is None:
            self._is_ready = False  # the next lane that opens finds out whether anything can be reached, and waits if not
            return Handover.broken(f"Amazon SES: {error}", after_dot=type(error).__name__ not in NEVER_SENT)
        code, text = answer["Error"].get("Code", ""), answer["Error"].get("Message", "") or str(error)
        if code in SHUT or _SHUT_TEXT.search(text):
            return self._shut(f"Amazon SES refuses every message: {code}: {text}")
        if code in THROTTLED:
            self.per_second = max(1.0, self.per_second * 0.7)
            return None
        return _told(answer["ResponseMetadata"].get("HTTPStatusCode", 0), code, text)

    def _shut(self, why: str) -> Handover:
        self._why, self._is_ready = why, False
        self._shut_until = asyncio.get_running_loop().time() + SHUT_SECONDS
        return Handover.broken(why, after_dot=False)

    async def _call(self, call: Callable[..., dict[str, Any]], **wanted: Any) -> dict[str, Any]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(call, **wanted))


class Ses:
    """One lane's way through an account: the same face as an SMTP connection."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.sent = 0

    async def open(self) -> None:
        """Make sure that the account may send; raise `ConnectionEnded`."""
        await self.account.make_ready()

    async def deliver(self, sender: str, recipient: str, octets: bytes, before_dot: Callable[[], None]) -> Handover:
        """Hand one message over; `before_dot` is called before the request leaves, the point of no return.

        Amazon SES takes no key that would make a request idempotent, so botocore must never repeat one by itself: a lost answer
        is a doubt, which the events with the attempt's tag resolve.
        """
        before_dot()
        for rest_seconds in (*THROTTLE_RESTS_SECONDS, 0.0):
            await self.account.turn()
            handover = await self.account.send(sender, recipient, octets)
            if handover is not None:
                self.sent += 1
                return handover
            await asyncio.sleep(rest_seconds)
        return Handover.of(Reply(451, "4.3.2 Amazon SES takes no more at the moment (throttled)"))

    async def close(self) -> None:
        """Nothing to close: the account keeps its connections."""


def _told(status: int, code: str, text: str) -> Handover:
    """Tell a refusal of one message: its address, its content, or trouble at Amazon."""
    said = f"Amazon SES: {code}: {text}"
    if status == 503:
        return Handover.of(Reply(451, f"4.3.0 {said}"))
    if status >= 500:
        return Handover.broken(said, after_dot=True)
    if code == "BadRequestException" and _BAD_ADDRESS.search(text):
        return Handover.of(Reply(553, f"5.1.3 {said}"), command="RCPT")
    return Handover.of(Reply(554, f"5.7.1 {said}"), command="DATA")


def _client(region: str | None, connections: int, endpoint_url: str | None) -> Any:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import NoRegionError
    except ImportError as error:
        raise SesUnavailable("Sending by Amazon SES needs boto3: install it with `pip install redress[ses]`.") from error
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=connections,
    )
    try:
        return boto3.client("sesv2", region_name=region, endpoint_url=endpoint_url, config=config)
    except NoRegionError as error:
        raise SesUnavailable("Sending by Amazon SES needs its region: set REDRESS_SES_REGION, such as us-east-1.") from error


@functools.cache
def _errors() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError
