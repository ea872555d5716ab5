"""Recipients are grouped by the system that receives their mail."""

from __future__ import annotations

import pytest

from casefile import audience, campaigns
from notices import receivers


@pytest.mark.parametrize(
    ("hosts", "group"),
    [
        (["aspmx.l.google.com."], "google"),
        (["ALT1.ASPMX.L.GOOGLE.COM"], "google"),
        (["mta5.am0.yahoodns.net"], "yahoo"),
        (["shop-example.mail.protection.outlook.com"], "microsoft-business"),
        (["hotmail-com.olc.protection.outlook.com"], "microsoft"),
        (["mx.notgoogle.com"], ""),
        (["mail.example"], ""),
        ([""], "null-mx"),
        ([], ""),
    ],
)
def test_the_group_of_mx_hosts(hosts, group):
    assert receivers.group_of(hosts) == group


def test_a_frozen_audience_is_grouped(mailing):
    mailing.add_members(210)
    campaign_id = mailing.plan()
    with mailing.open_case() as session:
        digest = campaigns.lock(session, campaign_id=campaign_id)
    asked = []

    def resolve(domain: str) -> list[str]:
        asked.append(domain)
        return ["aspmx.l.google.com."] if domain == "mail3.example" else []

    found = receivers.assign(mailing.open_case, campaign_id=campaign_id, resolve=resolve)
    assert found == {"default": 180, "google": 30}
    assert sorted(asked) == [f"mail{number}.example" for number in range(7)]
    with mailing.open_case() as session:
        campaign = campaigns.get(session, campaign_id=campaign_id)
        frozen = audience.sha256(session, campaign_id=campaign_id)
        assert campaigns.digest(campaign, audience_sha256=frozen) == digest
