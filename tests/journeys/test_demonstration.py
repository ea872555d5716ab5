"""A newcomer's command: the whole case, small, through SMTP, HTTP and Prefect; its counts add up and it leaves nothing."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = (Path(sys.executable).with_name("redress"), "demo", "--people")


@pytest.mark.prefect
@pytest.mark.timeout(900)
def test_the_demonstration_goes_through_and_leaves_nothing(tmp_path):
    done = subprocess.run([*COMMAND, "150", "--exit"], capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "All counts add up" in done.stdout
    assert leftovers() == ""
    ctrl_c_stops_everything(tmp_path / "shown.txt")


def ctrl_c_stops_everything(shown):
    with shown.open("w") as screen:
        running = subprocess.Popen([*COMMAND, "60"], stdout=screen, stderr=screen, text=True)
        while running.poll() is None and "Ctrl-C stops everything" not in shown.read_text():
            time.sleep(0.5)
        assert running.poll() is None, shown.read_text()[-3000:]
        running.send_signal(signal.SIGINT)
        assert running.wait(90) == 130
    assert leftovers() == ""


def leftovers():
    """Processes that still work in a demonstration's folder."""
    found = subprocess.run(["pgrep", "-f", "redress-[a-z0-9_]{8}/"], capture_output=True, text=True, check=False)
    return found.stdout
