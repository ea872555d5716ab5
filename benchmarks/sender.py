"""One sender as a process of its own, so that tests and benchmarks can kill it.

python -m benchmarks.sender DATABASE_URL CASE_ID CAMPAIGN_ID SMTP_PORT JOURNAL_FOLDER [--connections 4] [--dkim-key FILE]
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import time
import uuid
from pathlib import Path

from casefile import database
from notices.campaign import Printer, case_keys
from notices.dkim import Signer
from notices.orders import Orders
from notices.outbox import send
from notices.transports.smtp import Connection, Server, Timeouts


def main() -> None:
    """Send what is due and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("case_id", type=uuid.UUID)
    parser.add_argument("campaign_id", type=uuid.UUID)
    parser.add_argument("port", type=int)
    parser.add_argument("journal", type=Path)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--batch", type=int, default=400)
    parser.add_argument("--dkim-key", type=Path)
    given = parser.parse_args()
    engine = database.engine_for(given.url)
    server = Server("127.0.0.1", given.port, tls="never", timeouts=Timeouts(connect=10, greeting=10, command=10, dot=10))
    signer = (
        Signer.from_file(given.dkim_key, domain="cartmanager-settlement.example", selector="bench") if given.dkim_key else None
    )
    orders = Orders(
        case_id=given.case_id,
        campaign_id=given.campaign_id,
        open_case=functools.partial(database.case_session, engine, case_id=given.case_id, actor="benchmark"),
        transport=functools.partial(Connection, server),
        journal_folder=given.journal,
        connections=given.connections,
        batch=given.batch,
        sign=signer.sign if signer else None,
        patience_seconds=30,
    )
    started = time.perf_counter()
    progress = send(orders, lambda content: Printer(content, case_keys(b"k" * 32, case_id=given.case_id)))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "peak_mb": usage.ru_maxrss / 1024,
                "outcomes": progress.outcomes,
                "stopped_because": progress.stopped_because,
            }
        )
    )


if __name__ == "__main__":
    main()
