"""Every address of the console, under `/console`."""

from __future__ import annotations

from fastapi import APIRouter

from intake_api.console import campaigns, claim, dashboard, jobs, members, papers, queue, reach, sign_in, sources, trail

router = APIRouter()
for part in (sign_in, sources, dashboard, queue, claim, members, campaigns, reach, papers, jobs, trail):
    router.include_router(part.router, prefix="/console")
