"""All pages of the claimant site, those with fixed addresses before those with variable ones."""

from __future__ import annotations

from fastapi import APIRouter

from intake_api.claimant import (
    claim,
    earlier_pages,
    exclusion,
    notice_pages,
    settlement,
    shop_pages,
    signing,
    status,
    unsubscribe,
)

router = APIRouter(include_in_schema=False)

for _pages in (notice_pages, shop_pages, earlier_pages, signing, claim, exclusion, status, unsubscribe):
    settlement.router.include_router(_pages.router)

router.include_router(settlement.router)
router.include_router(settlement.doors)
