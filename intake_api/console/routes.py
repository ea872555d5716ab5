"""Every address of the console, under `/console`."""

from __future__ import annotations

from fastapi import APIRouter

from intake_api.console import claim, dashboard, jobs, members, queue, sign_in, trail

router = APIRouter()
for part in (sign_in, dashboard, queue, claim, members, jobs, trail):
    router.include_router(part.router, prefix="/console")
