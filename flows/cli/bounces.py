"""`redress bounces`: what came back, read from files, or recorded for its notices."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.opening import CaseOption, Opened, actor, case

if TYPE_CHECKING:
    from notices.bounces.listener import Store

app = typer.Typer(no_args_is_help=True)

Paths = Annotated[list[Path], typer.Argument(help="Messages, folders of messages, maildirs or mbox files.")]


@app.command()
def read(paths: Paths) -> None:
    """Print one JSON object per message: file, kind, and per recipient address, status, reply and class.

    Only class "hard" (bad, moved or disabled address) suppresses an address; "policy" is about the sender and never does.
    """
    from notices.bounces import mailboxes, reader

    for name, raw in mailboxes.messages(paths):
        typer.echo(json.dumps(reader.read(raw).as_words(name), ensure_ascii=False))


@app.command()
def record(case_name: CaseOption, paths: Paths) -> None:
    """Record returned messages from files in the case; a message that was recorded before changes nothing."""
    from notices.bounces import mailboxes

    store = _store(case(case_name))
    counts = Counter(bool(store(raw, ())) for _, raw in mailboxes.messages(paths))
    typer.echo(f"{counts.total()} messages read, {counts[True]} recorded, {counts[False]} known already or no report")


@app.command()
def poll(
    case_name: CaseOption,
    host: Annotated[str, typer.Option(help="IMAP server; TLS on port 993.")],
    user: Annotated[str, typer.Option(help="User name at that server.")],
    password: Annotated[
        str, typer.Option(envvar="REDRESS_IMAP_PASSWORD", help="Better given in the environment.", prompt=True, hide_input=True)
    ],
    folder: Annotated[str, typer.Option(help="Folder that the return path delivers to.")] = "INBOX",
    done_folder: Annotated[str, typer.Option(help="Move recorded messages here; default: leave them, marked as seen.")] = "",
) -> None:
    """Record the unseen messages of an IMAP folder; each is marked as seen only after it was committed."""
    from imap_tools import MailBox

    from notices.bounces import imap

    store = _store(case(case_name))
    total = 0
    with MailBox(host).login(user, password, folder) as mailbox:
        while found := imap.poll(mailbox, store=store, done_folder=done_folder or None):
            total += found
    typer.echo(f"{total} messages taken in")


@app.command()
def listen(
    case_name: CaseOption,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks one.")] = 8724,
    protocol: Annotated[str, typer.Option(help="lmtp (behind a mail server of your own) or smtp.")] = "lmtp",
) -> None:
    """Take in returned mail for the case's bounce domain until stopped; a message is acknowledged after it was committed."""
    import asyncio

    if protocol not in ("lmtp", "smtp"):
        raise typer.BadParameter("The protocol is lmtp or smtp.", param_hint="--protocol")
    opened = case(case_name)
    asyncio.run(_listen(_store(opened), domain=_bounce_domain(opened), host=host, port=port, protocol=protocol))


async def _listen(store: Store, *, domain: str, host: str, port: int, protocol: str) -> None:
    """Serve until the process is told to end; connections that are open may finish."""
    import asyncio
    import signal

    from notices.bounces.listener import listen as start

    server = await start(
        host=host,
        port=port,
        store=store,
        is_ours=lambda address: address.rpartition("@")[2].casefold() == domain.casefold(),
        protocol=protocol,
        hostname=domain,
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    typer.echo(f"listening for {domain} by {protocol} on {host}:{server.sockets[0].getsockname()[1]}")
    await ended.wait()
    server.close()


def _store(opened: Opened) -> Store:
    from casefile import keys
    from notices.bounces import recording
    from notices.campaign import case_keys

    key = case_keys(keys.installation_key(opened.settings), case_id=opened.case_id).return_path
    return recording.keeper(opened.engine, case_id=opened.case_id, key=key, actor=actor())


def _bounce_domain(opened: Opened) -> str:
    from casefile import cases, database

    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        return cases.folder_of(cases.get(session, case_id=opened.case_id)).mail.bounce_domain
