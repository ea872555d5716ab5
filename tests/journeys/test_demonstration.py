"""A newcomer's command: the whole case, small, through SMTP, HTTP and Prefect, ends with counts that add up."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_the_demonstration_goes_through():
    command = [Path(sys.executable).with_name("redress"), "demo", "--people", "150", "--exit"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=580, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "All counts add up" in done.stdout
    leftovers = subprocess.run(["pgrep", "-f", "redress-[a-z0-9_]{8}/"], capture_output=True, text=True, check=False)
    assert leftovers.stdout == ""
