"""Modules imported when something of theirs is wanted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from feeds.host.lazy import Lazy


def test_a_module_is_imported_when_something_of_it_is_first_wanted() -> None:
    program = (
        "import sys; from feeds.host.lazy import Lazy; later = Lazy('colorsys');"
        "before = 'colorsys' in sys.modules; later.rgb_to_hsv(0, 0, 0);"
        "print(before, 'colorsys' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout == "False True\n"


def test_what_a_module_does_not_have_is_missed_as_it_would_be() -> None:
    with pytest.raises(AttributeError, match="colorsys"):
        _ = Lazy("colorsys").nothing
