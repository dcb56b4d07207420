"""As many descriptors as the system lets us have."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from feeds.host.descriptors import raise_limit
soft, hard = {}
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(raise_limit(), raise_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("limits", "now"), [((64, 256), 256), ((256, 256), 256)])
def test_the_limit_is_raised_as_far_as_it_goes(limits: tuple[int, int], now: int) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(limits)], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"{now} True\n"
