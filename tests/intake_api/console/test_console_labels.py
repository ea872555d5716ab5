"""Every word of the enums has its words on the page."""

import pytest

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
)  # fmt: skip
from intake_api.console import campaigns, labels, letters

TABLES = [
    (labels.ROLES, Role), (labels.ACTIONS, Action), (labels.VIEWS, View), (labels.EMPTY_VIEWS, View), (labels.BANDS, MatchBand),
    (labels.BAND_HINTS, MatchBand), (labels.CLAIMS, ClaimStatus), (labels.RULINGS, Ruling), (labels.NOTICES, NoticeStatus),
    (labels.CAMPAIGNS, CampaignStatus), (labels.JOBS, JobStatus), (labels.JOB_KINDS, JobKind), (labels.OUTCOMES, RowOutcome),
    (labels.SOURCES, SourceKind), (labels.DEFICIENCIES, DeficiencyCode), (labels.CHOICES, Choice), (labels.TAKEN_OUT, Reason),
]  # fmt: skip


@pytest.mark.parametrize(("table", "enum"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_word_has_its_label(table, enum):
    assert set(table) == set(enum)
    assert all(table.values())


def test_every_deficiency_is_said_to_the_claimant_in_every_language():
    assert set(letters.SENTENCES) == set(DeficiencyCode)
    assert all(set(said) == set(letters.DENIED) and all(said.values()) for said in letters.SENTENCES.values())


def test_every_kind_of_campaign_has_its_label():
    assert set(campaigns.KINDS) == set(labels.NOTICE_KINDS)
