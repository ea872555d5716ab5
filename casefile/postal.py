"""Post: who gets the notice on paper because e-mail does not reach them, in files that count every one of them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.tables.postal import PostalFile


def files(session: Session) -> Sequence[PostalFile]:
    """Return the files made so far, the first first."""
    return session.scalars(sa.select(PostalFile).order_by(PostalFile.number)).all()
