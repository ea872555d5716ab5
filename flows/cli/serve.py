"""`redress serve`: the site for claimants and staff."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: the setting web_host.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default: the setting web_port.")] = None,
) -> None:
    """Serve the claimant site and the console until Ctrl-C."""
    import uvicorn

    from casefile import database, settings

    found = settings.load()
    host, port = host or found.web_host, port or found.web_port
    require_free(host, port)
    database.open_engine(found).dispose()  # says in a sentence what is wrong with the database, before anything listens
    typer.echo(f"The site answers at http://{host}:{port} (Ctrl-C stops it).")
    uvicorn.run(
        "intake_api.app:site",  # by name: the entry points do not import each other
        factory=True,
        host=host,
        port=port,
        # Addresses of callers are not written down: with the time and the page they are personal data.
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(found.trusted_proxies),
        forwarded_allow_ips=list(found.trusted_proxies) or None,
        timeout_graceful_shutdown=10,
    )


def require_free(host: str, port: int) -> None:
    """Raise `PortTaken` when something listens there already, before anything is started."""
    import socket

    from casefile import errors

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise errors.PortTaken(f"Cannot listen on {host}:{port} ({error.strerror}). Choose another with --port.") from error
