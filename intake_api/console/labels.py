"""The console's words for statuses, bands, roles, kinds and codes; a test walks every enum."""

from __future__ import annotations

from collections.abc import Mapping

from casefile.audience import Choice, Reason
from casefile.permissions import Action
from casefile.review import View
from casefile.words import (
    CampaignStatus,
    ClaimStatus,
    DeficiencyCode,
    JobKind,
    JobStatus,
    MatchBand,
    NoticeStatus,
    Role,
    RowOutcome,
    Ruling,
    SourceKind,
)

ROLES: Mapping[Role, str] = {
    Role.ADMINISTRATOR: "Administrator",
    Role.REVIEWER: "Reviewer",
    Role.COUNSEL: "Counsel",
    Role.AUDITOR: "Auditor",
}

ACTIONS: Mapping[Action, str] = {
    Action.SEE_CASE: "seeing the case",
    Action.SEE_MEMBERS: "seeing class members",
    Action.SEE_SCORES: "seeing scores before a ruling",
    Action.SEE_AUDIT: "seeing the audit trail",
    Action.DECIDE: "deciding on claims",
    Action.REQUEST_JOB: "starting work",
    Action.EDIT_CAMPAIGN: "preparing campaigns",
    Action.APPROVE_CAMPAIGN: "approving campaigns",
    Action.STEER_CAMPAIGN: "pausing or resuming campaigns",
}

VIEWS: Mapping[View, str] = {
    View.WAITING: "To review",
    View.NEW_EVIDENCE: "New evidence",
    View.ASKED: "Asked or on hold",
    View.APPROVED: "Approved",
    View.CLOSED: "Closed",
}

EMPTY_VIEWS: Mapping[View, str] = {
    View.WAITING: "No claim waits for review. New ones come here after the next match run.",
    View.NEW_EVIDENCE: "No decided claim has new evidence. Claims come here when a match run finds something that the "
    "deciding reviewer did not see.",
    View.ASKED: "No claimant is being asked for anything, and no claim is on hold.",
    View.APPROVED: "No claim is approved yet.",
    View.CLOSED: "No claim is denied, a duplicate, or withdrawn.",
}

BANDS: Mapping[MatchBand, str] = {
    MatchBand.NO_DISPUTE: "No dispute",
    MatchBand.REVIEW: "Review",
    MatchBand.AMBIGUOUS: "Ambiguous",
    MatchBand.NONE: "No candidate",
}

BAND_HINTS: Mapping[MatchBand, str] = {
    MatchBand.NO_DISPUTE: "Two independent identifiers agree and nothing contradicts.",
    MatchBand.REVIEW: "The evidence needs a person.",
    MatchBand.AMBIGUOUS: "Two members fit about equally well.",
    MatchBand.NONE: "Nobody on the class list fits.",
}

CLAIMS: Mapping[ClaimStatus, str] = {
    ClaimStatus.DRAFT: "Draft",
    ClaimStatus.SUBMITTED: "Submitted",
    ClaimStatus.LATE: "Late",
    ClaimStatus.SCREENING: "In screening",
    ClaimStatus.MATCH_REVIEW: "To review",
    ClaimStatus.DEFICIENT: "Claimant was asked",
    ClaimStatus.CURED: "Claimant answered",
    ClaimStatus.CURE_EXPIRED: "Cure period over",
    ClaimStatus.HOLD: "On hold",
    ClaimStatus.DUPLICATE: "Duplicate",
    ClaimStatus.APPROVED: "Approved",
    ClaimStatus.PARTLY_APPROVED: "Partly approved",
    ClaimStatus.DENIED: "Denied",
    ClaimStatus.DISPUTED: "Contested",
    ClaimStatus.UPHELD: "Denial upheld",
    ClaimStatus.REVERSED: "Denial reversed",
    ClaimStatus.ALLOCATED: "Allocated",
    ClaimStatus.PAID: "Paid",
    ClaimStatus.CASHED: "Cashed",
    ClaimStatus.RETURNED: "Payment returned",
    ClaimStatus.STALE: "Payment stale",
    ClaimStatus.REISSUED: "Payment reissued",
    ClaimStatus.WITHDRAWN: "Withdrawn",
}

RULINGS: Mapping[Ruling, str] = {
    Ruling.ACCEPT: "Accepted",
    Ruling.REJECT: "Rejected",
    Ruling.ASK: "Asked the claimant",
    Ruling.DUPLICATE: "Marked as a duplicate",
    Ruling.UNDO: "Took a decision back",
}

NOTICES: Mapping[NoticeStatus, str] = {
    NoticeStatus.PLANNED: "Planned",
    NoticeStatus.EXCLUDED: "Not to be sent",
    NoticeStatus.READY: "Ready",
    NoticeStatus.LEASED: "Taken by a sender",
    NoticeStatus.TRANSMITTING: "Being transmitted",
    NoticeStatus.ACCEPTED: "Accepted by the server",
    NoticeStatus.DEFERRED: "Deferred",
    NoticeStatus.REJECTED: "Refused by the server",
    NoticeStatus.IN_DOUBT: "In doubt",
    NoticeStatus.DELIVERED: "Delivery confirmed",
    NoticeStatus.BOUNCED_HARD: "Returned for good",
    NoticeStatus.BOUNCED_SOFT: "Returned for now",
    NoticeStatus.EXPIRED: "Given up",
    NoticeStatus.CANCELLED: "Cancelled",
}

CAMPAIGNS: Mapping[CampaignStatus, str] = {
    CampaignStatus.DRAFT: "Draft",
    CampaignStatus.LOCKED: "Waits for approval",
    CampaignStatus.APPROVED: "Approved",
    CampaignStatus.SENDING: "Sending",
    CampaignStatus.PAUSED: "Paused",
    CampaignStatus.SETTLED: "Settled",
    CampaignStatus.CANCELLED: "Cancelled",
}

NOTICE_KINDS: Mapping[str, str] = {
    "class_notice": "Class notice",
    "reminder": "Reminder",
    "correction": "Correction",
}

CHOICES: Mapping[Choice, str] = {
    Choice.EVERYONE: "Everyone in the class",
    Choice.NOT_CLAIMED: "Those who were reached and have not claimed",
    Choice.RETURNED: "Those whose last notice came back",
}

TAKEN_OUT: Mapping[Reason, str] = {
    Reason.EXCLUDED: "Asked to leave the class",
    Reason.NOT_CHOSEN: "Not chosen for this campaign",
    Reason.ALREADY_CLAIMED: "Claimed already",
    Reason.NO_ADDRESS: "No e-mail address",
    Reason.INVALID: "Address is not valid",
    Reason.SUPPRESSED: "Address must not be written to",
    Reason.DUPLICATE_ADDRESS: "Address of another member too",
}

JOBS: Mapping[JobStatus, str] = {
    JobStatus.WAITING: "Waiting",
    JobStatus.STARTED: "Running",
    JobStatus.SUCCEEDED: "Done",
    JobStatus.FAILED: "Failed",
}

JOB_KINDS: Mapping[JobKind, str] = {
    JobKind.IMPORT_LIST: "Import a list",
    JobKind.BUILD_CLASS_LIST: "Build the class list",
    JobKind.SEND_CAMPAIGN: "Send a campaign",
    JobKind.MATCH_CLAIMS: "Match claims",
    JobKind.WRITE_REPORTS: "Write reports",
}

OUTCOMES: Mapping[RowOutcome, str] = {
    RowOutcome.ACCEPTED: "Accepted",
    RowOutcome.WARNED: "Accepted with a warning",
    RowOutcome.REJECTED: "Rejected",
}

SOURCES: Mapping[SourceKind, str] = {
    SourceKind.DISCLOSURE_LIST: "Disclosure list",
    SourceKind.CONTACT_SOURCE: "Contact source",
    SourceKind.SUPPLEMENT: "Supplement",
}

DEFICIENCIES: Mapping[DeficiencyCode, str] = {
    DeficiencyCode.UNSIGNED: "The claim is not signed",
    DeficiencyCode.ATTESTATION_MISSING: "The attestation is missing",
    DeficiencyCode.NOT_FOUND: "Not found in the class list",
    DeficiencyCode.AMBIGUOUS_MATCH: "Several class members fit",
    DeficiencyCode.ADDRESS_INCOMPLETE: "The address is incomplete",
    DeficiencyCode.PAYMENT_DETAILS_INVALID: "The payment details are not valid",
    DeficiencyCode.PROOF_MISSING: "Proof is missing or cannot be read",
    DeficiencyCode.AUTHORITY_MISSING: "Authority to act for another person is missing",
    DeficiencyCode.IDENTITY_MISMATCH: "The details contradict each other",
    DeficiencyCode.OUTSIDE_CLASS_PERIOD: "The purchase is outside the class period",
}

QUICK_REASONS: Mapping[str, tuple[str, ...]] = {
    "The same person": (
        "Name and address agree, and nothing contradicts.",
        "The name agrees, and so does the address at the time of purchase: the person has moved since.",
        "Another form of the same first name; everything else agrees.",
        "The last name has changed; everything else agrees.",
        "A typing error; everything else agrees.",
    ),
    "A second claim": ("The same person has claimed already.",),
    "Another person": (
        "Another person of the same household.",
        "Another generation (Jr, Sr, III) with the same name.",
        "Another person with the same name.",
        "The name differs.",
        "Too little agrees to say that this is the same person.",
    ),
    "Cannot be told": (
        "Two members fit equally well.",
        "The claim does not say enough.",
        "The details contradict each other.",
    ),
}
"""What reviewers say most often; it can be completed in their own words."""


def chance(probability: float) -> str:
    """Return a probability with four decimals; none is ever shown as certain."""
    if probability < 0.0001:
        return "under 0.0001"
    return "over 0.9999" if probability > 0.9999 else f"{probability:.4f}"


def bits(weight: float) -> str:
    """Return a weight of evidence in bits (log2) with its sign."""
    return f"{weight:+.1f} bits".replace("-", "\N{MINUS SIGN}")


def action_said(action: str) -> str:
    """Return the words for an action of the audit trail: `claim.decided` becomes `Claim decided`."""
    return action.replace(".", " ").replace("_", " ").capitalize()
