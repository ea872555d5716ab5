"""The order of the demonstration: sample, case, lists, class list, notices, claims, matching, results."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.demo.processes import HOST, Processes, free_port

CASE_FOLDER = Path(__file__).parents[2] / "cases" / "cartmanager"
SLUG = "cartmanager"
PASSWORD = "demonstration-only"  # noqa: S105  # printed on the screen, for synthetic people on a loopback address
STAFF = (
    ("ada.administrator@redress.example", "Ada Administrator", "administrator"),
    ("cora.counsel@redress.example", "Cora Counsel", "counsel"),
    ("rita.reviewer@redress.example", "Rita Reviewer", "reviewer"),
    ("otto.auditor@redress.example", "Otto Auditor", "auditor"),
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the demonstration's parts answer."""

    folder: Path
    web: int
    smtp: int
    inbox: int
    prefect: int

    @property
    def site(self) -> str:
        """Address of the site and the console."""
        return f"http://{HOST}:{self.web}"

    @property
    def mail(self) -> str:
        """Address of the mail catcher's inbox."""
        return f"http://{HOST}:{self.inbox}"

    @property
    def flows(self) -> str:
        """Address of the Prefect server."""
        return f"http://{HOST}:{self.prefect}"

    @property
    def sample(self) -> Path:
        """Folder of the synthetic source files and their truth."""
        return self.folder / "sample"

    @property
    def mailbox(self) -> Path:
        """Folder of the caught messages."""
        return self.folder / "mail"

    def environment(self) -> dict[str, str]:
        """Return the settings under which everything runs."""
        return {
            "REDRESS_DATA_DIRECTORY": str(self.folder / "data"),
            "REDRESS_PUBLIC_URL": self.site,
            "REDRESS_WEB_HOST": HOST,
            "REDRESS_WEB_PORT": str(self.web),
            "REDRESS_SECURE_COOKIES": "false",
            "REDRESS_SMTP_HOST": HOST,
            "REDRESS_SMTP_PORT": str(self.smtp),
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_API_URL": f"{self.flows}/api",
            "PREFECT_UI_API_URL": f"{self.flows}/api",
            "PREFECT_LOGGING_TO_CONSOLE_LEVEL": "WARNING",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "PREFECT_RUNNER_POLL_FREQUENCY": "2",
        }


def places() -> Places:
    """Choose a folder whose path is short enough for a socket, and ports that are free."""
    folder = Path(tempfile.mkdtemp(prefix="redress-", dir="/tmp"))  # mkdtemp makes it ours alone
    folder.chmod(0o711)  # the embedded server runs as a user of its own when we are root
    return Places(folder, free_port(8700), free_port(2525), free_port(8701), free_port(4200))


@dataclass(slots=True)
class Story:
    """A running demonstration: its places, its processes, and the steps so far with their seconds."""

    places: Places
    console: Console
    processes: Processes
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, text: str, total: int | None = None) -> Iterator[Step]:
        """Show a progress bar while a step runs, and a line with what came of it."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        started = time.monotonic()
        with Progress(*columns, console=self.console, transient=True) as progress:
            step = Step(progress, progress.add_task(text, total=total))
            yield step
        self.seconds[text] = time.monotonic() - started
        self.console.print(f"[green]✓[/green] {text}: {step.outcome} [dim]({self.seconds[text]:.1f} s)[/dim]", highlight=False)

    def check(self, holds: bool, sentence: str) -> None:
        """Note a promise that does not hold; the demonstration then ends with a status that says so."""
        if not holds:
            self.failures.append(sentence)


@dataclass(slots=True)
class Step:
    """One long step on the screen."""

    progress: Progress
    task: Any
    outcome: str = "done"

    def advance(self) -> None:
        """One piece of the step is done."""
        self.progress.advance(self.task)

    def total(self, pieces: int) -> None:
        """Say how many pieces the step has."""
        self.progress.update(self.task, total=pieces)


def run(*, people: int, seed: int, stay: bool, console: Console) -> int:
    """Tell the whole story and return the exit status: 0 if everything went through and added up.

    With `stay` the site, the console and the inbox go on until Ctrl-C; in any case nothing is left running or lying about.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell lets background commands ignore Ctrl-C
        signal.signal(number, signal.default_int_handler)
    where = places()
    os.environ.update(where.environment())  # before Prefect is imported
    logs = where.folder / "logs"
    logs.mkdir()
    story = Story(where, console, Processes(logs, where.environment()))
    try:
        from flows.demo import chapters

        chapters.tell(story, people=people, seed=seed)
        if stay:
            chapters.stay(story)
        return 1 if story.failures else 0
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return 130
    finally:
        story.processes.stop()
        _stop_database(where)
        if "REDRESS_DEMO_KEEP" not in os.environ:
            shutil.rmtree(where.folder, ignore_errors=True)


def _stop_database(where: Places) -> None:
    """Stop the embedded server, also when a process that used it was killed and could not say good-bye."""
    from casefile import database

    database.stop_embedded(where.folder / "data")
