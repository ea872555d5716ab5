"""The IMAP inlet: a message is marked as seen only after it has been committed."""

from __future__ import annotations

from collections.abc import Sequence

from imap_tools import AND, BaseMailBox, MailMessageFlags

from notices.bounces.listener import Store

BATCH = 200


def poll(mailbox: BaseMailBox, *, store: Store, done_folder: str | None = None) -> int:
    """Store every unseen message of the selected folder and return how many; run it again as often as one likes.

    Each message is stored (and committed by `store`), then marked as seen, and moved to `done_folder` if one is given: after a
    crash between the two it is stored once more, which the ledger takes as the same event. An error of `store` ends the run;
    the message stays unseen.
    """
    count = 0
    for uid in mailbox.uids(AND(seen=False))[:BATCH]:
        raw = _fetch(mailbox, uid)
        if raw is None:
            continue
        store(raw, ())
        mailbox.flag([uid], [MailMessageFlags.SEEN], True)
        if done_folder:
            mailbox.move([uid], done_folder)
        count += 1
    return count


def _fetch(mailbox: BaseMailBox, uid: str) -> bytes | None:
    """Fetch the octets as they were received; None when somebody else removed the message meanwhile."""
    _, data = mailbox.client.uid("FETCH", uid, "(BODY.PEEK[])")
    pieces: Sequence[object] = data or ()
    return next((piece[1] for piece in pieces if isinstance(piece, tuple) and isinstance(piece[1], bytes)), None)
