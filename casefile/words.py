"""The fixed words of a case: statuses with their allowed transitions as data, roles, kinds and codes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

S = TypeVar("S", bound=StrEnum)


class Role(StrEnum):
    """What a member of staff may be on a case."""

    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"
    COUNSEL = "counsel"
    AUDITOR = "auditor"


class SourceKind(StrEnum):
    """What a source file is to the case."""

    DISCLOSURE_LIST = "disclosure_list"
    CONTACT_SOURCE = "contact_source"
    SUPPLEMENT = "supplement"


class RowOutcome(StrEnum):
    """How a source row ended; rows in = accepted + warned + rejected."""

    ACCEPTED = "accepted"
    WARNED = "warned"
    REJECTED = "rejected"


class ClaimStatus(StrEnum):
    """Where a claim stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    LATE = "late"
    SCREENING = "screening"
    MATCH_REVIEW = "match_review"
    DEFICIENT = "deficient"
    CURED = "cured"
    CURE_EXPIRED = "cure_expired"
    HOLD = "hold"
    DUPLICATE = "duplicate"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    DENIED = "denied"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    REVERSED = "reversed"
    ALLOCATED = "allocated"
    PAID = "paid"
    CASHED = "cashed"
    RETURNED = "returned"
    STALE = "stale"
    REISSUED = "reissued"
    WITHDRAWN = "withdrawn"


class MatchBand(StrEnum):
    """What the matcher proposes for a claim, before a person rules."""

    NO_DISPUTE = "no_dispute"
    REVIEW = "review"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


class Ruling(StrEnum):
    """What a reviewer decided on a candidate."""

    ACCEPT = "accept"
    REJECT = "reject"
    ASK = "ask"
    DUPLICATE = "duplicate"
    UNDO = "undo"


class CampaignStatus(StrEnum):
    """Where a mailing stands."""

    DRAFT = "draft"
    LOCKED = "locked"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class NoticeStatus(StrEnum):
    """Where one message to one member stands; complaints, unsubscribes and clicks are events, never states."""

    PLANNED = "planned"
    EXCLUDED = "excluded"
    READY = "ready"
    LEASED = "leased"
    TRANSMITTING = "transmitting"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    DELIVERED = "delivered"
    BOUNCED_HARD = "bounced_hard"
    BOUNCED_SOFT = "bounced_soft"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MxAnswer(StrEnum):
    """What the DNS said about where a domain receives its mail."""

    MX = "mx"
    NO_MX = "no_mx"
    """The domain has no MX record, so its own host is tried (RFC 5321, section 5.1)."""
    NULL_MX = "null_mx"
    """The domain takes no mail at all (RFC 7505)."""
    MISSING = "missing"
    UNANSWERED = "unanswered"


class AttemptOutcome(StrEnum):
    """How one try at delivering a notice ended."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"


class DeliveryEventKind(StrEnum):
    """What came back about a notice, or was decided about it after an attempt."""

    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED_HARD = "bounced_hard"
    BOUNCED_SOFT = "bounced_soft"
    BOUNCED_POLICY = "bounced_policy"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    UNSUBSCRIBED = "unsubscribed"
    CLICKED = "clicked"
    RESEND = "resend"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class JobStatus(StrEnum):
    """Where a piece of work asked for in the console or by a clock stands."""

    WAITING = "waiting"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class JobKind(StrEnum):
    """Which flow a job asks for."""

    IMPORT_LIST = "import_list"
    BUILD_CLASS_LIST = "build_class_list"
    SEND_CAMPAIGN = "send_campaign"
    MATCH_CLAIMS = "match_claims"
    WRITE_REPORTS = "write_reports"


class DeficiencyCode(StrEnum):
    """The curable faults of a claim."""

    UNSIGNED = "unsigned"
    ATTESTATION_MISSING = "attestation_missing"
    NOT_FOUND = "not_found"
    AMBIGUOUS_MATCH = "ambiguous_match"
    ADDRESS_INCOMPLETE = "address_incomplete"
    PAYMENT_DETAILS_INVALID = "payment_details_invalid"
    PROOF_MISSING = "proof_missing"
    AUTHORITY_MISSING = "authority_missing"
    IDENTITY_MISMATCH = "identity_mismatch"
    OUTSIDE_CLASS_PERIOD = "outside_class_period"


_C = ClaimStatus
CLAIM_TRANSITIONS: Mapping[ClaimStatus, frozenset[ClaimStatus]] = {
    _C.DRAFT: frozenset({_C.SUBMITTED, _C.LATE, _C.WITHDRAWN}),
    _C.SUBMITTED: frozenset({_C.SCREENING, _C.MATCH_REVIEW, _C.DUPLICATE, _C.APPROVED, _C.WITHDRAWN}),
    _C.LATE: frozenset({_C.SCREENING, _C.MATCH_REVIEW, _C.DENIED, _C.WITHDRAWN}),
    _C.SCREENING: frozenset({_C.MATCH_REVIEW, _C.DEFICIENT, _C.HOLD, _C.DUPLICATE, _C.APPROVED, _C.DENIED, _C.WITHDRAWN}),
    _C.MATCH_REVIEW: frozenset({_C.DEFICIENT, _C.HOLD, _C.DUPLICATE, _C.APPROVED, _C.PARTLY_APPROVED, _C.DENIED, _C.WITHDRAWN}),
    _C.DEFICIENT: frozenset({_C.CURED, _C.CURE_EXPIRED, _C.MATCH_REVIEW, _C.WITHDRAWN}),
    _C.CURED: frozenset({_C.SCREENING, _C.MATCH_REVIEW, _C.APPROVED, _C.DENIED}),
    _C.CURE_EXPIRED: frozenset({_C.DENIED}),
    _C.HOLD: frozenset({_C.SCREENING, _C.MATCH_REVIEW, _C.DEFICIENT, _C.APPROVED, _C.DENIED}),
    _C.DUPLICATE: frozenset({_C.DISPUTED, _C.MATCH_REVIEW}),
    _C.APPROVED: frozenset({_C.ALLOCATED, _C.MATCH_REVIEW, _C.HOLD}),
    _C.PARTLY_APPROVED: frozenset({_C.ALLOCATED, _C.DISPUTED}),
    _C.DENIED: frozenset({_C.DISPUTED, _C.MATCH_REVIEW}),
    _C.DISPUTED: frozenset({_C.UPHELD, _C.REVERSED}),
    _C.UPHELD: frozenset(),
    _C.REVERSED: frozenset({_C.APPROVED, _C.PARTLY_APPROVED}),
    _C.ALLOCATED: frozenset({_C.PAID}),
    _C.PAID: frozenset({_C.CASHED, _C.RETURNED, _C.STALE}),
    _C.CASHED: frozenset(),
    _C.RETURNED: frozenset({_C.REISSUED}),
    _C.STALE: frozenset({_C.REISSUED}),
    _C.REISSUED: frozenset({_C.CASHED, _C.RETURNED, _C.STALE}),
    _C.WITHDRAWN: frozenset(),
}
"""Claim states of the domain guide; what a decision did (approved, deficient, denied) goes back to review when it is undone."""

_K = CampaignStatus
CAMPAIGN_TRANSITIONS: Mapping[CampaignStatus, frozenset[CampaignStatus]] = {
    _K.DRAFT: frozenset({_K.LOCKED, _K.CANCELLED}),
    _K.LOCKED: frozenset({_K.DRAFT, _K.APPROVED, _K.CANCELLED}),
    _K.APPROVED: frozenset({_K.SENDING, _K.DRAFT, _K.CANCELLED}),
    _K.SENDING: frozenset({_K.PAUSED, _K.SETTLED, _K.CANCELLED}),
    _K.PAUSED: frozenset({_K.SENDING, _K.CANCELLED}),
    _K.SETTLED: frozenset(),
    _K.CANCELLED: frozenset(),
}

_N = NoticeStatus
_RETURNED = frozenset({_N.BOUNCED_HARD, _N.BOUNCED_SOFT})
_ENDED = frozenset({_N.ACCEPTED, _N.DEFERRED, _N.REJECTED, _N.IN_DOUBT})
_PROOF = frozenset({_N.ACCEPTED, _N.DELIVERED}) | _RETURNED
NOTICE_TRANSITIONS: Mapping[NoticeStatus, frozenset[NoticeStatus]] = {
    _N.PLANNED: frozenset({_N.EXCLUDED, _N.LEASED, _N.EXPIRED, _N.CANCELLED, _N.BOUNCED_HARD}),
    _N.EXCLUDED: frozenset(),
    _N.READY: frozenset({_N.LEASED, _N.EXPIRED, _N.CANCELLED}) | _PROOF,
    _N.LEASED: frozenset({_N.READY, _N.TRANSMITTING, _N.CANCELLED}) | _ENDED | _PROOF,
    _N.TRANSMITTING: _ENDED,
    _N.ACCEPTED: frozenset({_N.DELIVERED}) | _RETURNED,
    _N.DEFERRED: frozenset({_N.LEASED, _N.EXPIRED, _N.CANCELLED}) | _PROOF,
    _N.REJECTED: _PROOF,
    _N.IN_DOUBT: frozenset({_N.READY, _N.EXPIRED, _N.CANCELLED}) | _PROOF,
    _N.DELIVERED: _RETURNED,
    _N.BOUNCED_HARD: frozenset(),
    _N.BOUNCED_SOFT: frozenset({_N.BOUNCED_HARD}),
    _N.EXPIRED: _PROOF,
    _N.CANCELLED: _PROOF,
}
"""What came back about an earlier attempt (`_PROOF`) counts at any time, even after we gave up.

A planned notice is leased as soon as its campaign may send; `ready` is one that may be tried again.
`transmitting` stands in the sender's journal, between `S` and `R`, and never in the database: it lasts for one final dot.
"""

_J = JobStatus
JOB_TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    _J.WAITING: frozenset({_J.STARTED, _J.FAILED}),
    _J.STARTED: frozenset({_J.SUCCEEDED, _J.FAILED}),
    _J.SUCCEEDED: frozenset(),
    _J.FAILED: frozenset({_J.WAITING}),
}

MACHINES: Mapping[str, Mapping[Any, frozenset[Any]]] = {
    "claim": CLAIM_TRANSITIONS,
    "campaign": CAMPAIGN_TRANSITIONS,
    "notice": NOTICE_TRANSITIONS,
    "job": JOB_TRANSITIONS,
}
"""Every state machine, for the generated diagrams and the tests that walk them."""


def may(machine: Mapping[S, frozenset[S]], *, before: S, after: S) -> bool:
    """Return whether the machine allows the step; staying in place is always allowed."""
    return before == after or after in machine[before]
