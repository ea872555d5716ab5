"""What a mailing may be planned with: no error, and a written reason for each warning, which becomes part of what is approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casefile import errors
from notices.checker.findings import Finding, Level


def accepted_warnings(findings: Sequence[Finding], reasons: Mapping[str, str]) -> dict[str, str]:
    """Return the reason for each rule that warns; raise `CampaignRefused` for an error or a warning without a reason."""
    faults = [str(found) for found in findings if found.level is Level.ERROR]
    if faults:
        raise errors.CampaignRefused("The notice has errors, which have to be mended in the case's folder:\n" + "\n".join(faults))
    open_ = [str(found) for found in findings if not reasons.get(found.rule)]
    if open_:
        raise errors.CampaignRefused("Each of these warnings needs a reason:\n" + "\n".join(open_))
    return {found.rule: reasons[found.rule] for found in findings}
