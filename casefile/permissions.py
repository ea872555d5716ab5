"""Who may: what each role allows on a case, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from casefile import errors
from casefile.words import Role


class Action(StrEnum):
    """What a member of staff can do on a case."""

    SEE_CASE = "see_case"
    SEE_MEMBERS = "see_members"
    SEE_SCORES = "see_scores"
    SEE_AUDIT = "see_audit"
    DECIDE = "decide"
    REQUEST_JOB = "request_job"
    EDIT_CAMPAIGN = "edit_campaign"
    APPROVE_CAMPAIGN = "approve_campaign"
    STEER_CAMPAIGN = "steer_campaign"


_A = Action
ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            _A.SEE_CASE,
            _A.SEE_MEMBERS,
            _A.SEE_AUDIT,
            _A.DECIDE,
            _A.REQUEST_JOB,
            _A.EDIT_CAMPAIGN,
            _A.APPROVE_CAMPAIGN,
            _A.STEER_CAMPAIGN,
        }
    ),
    Role.REVIEWER: frozenset({_A.SEE_CASE, _A.SEE_MEMBERS, _A.DECIDE}),
    Role.COUNSEL: frozenset({_A.SEE_CASE, _A.SEE_MEMBERS, _A.SEE_AUDIT, _A.DECIDE, _A.APPROVE_CAMPAIGN, _A.STEER_CAMPAIGN}),
    Role.AUDITOR: frozenset({_A.SEE_CASE, _A.SEE_MEMBERS, _A.SEE_SCORES, _A.SEE_AUDIT}),
}
"""Only the auditor sees scores before a ruling, and the auditor never rules: whoever rules works blind (domain guide)."""


def may(roles: Iterable[Role], action: Action) -> bool:
    """Return whether one of the roles allows the action."""
    return any(action in ALLOWED[role] for role in roles)


def sees_scores(roles: Iterable[Role]) -> bool:
    """Return whether somebody sees scores before a ruling: not if another of their roles lets them rule."""
    held = frozenset(roles)
    return may(held, Action.SEE_SCORES) and not may(held, Action.DECIDE)


def require(roles: Iterable[Role], action: Action) -> None:
    """Raise `NotAllowed` unless one of the roles allows the action."""
    if not may(roles, action):
        raise errors.NotAllowed("Your role on this case does not allow this.")
