"""What the twin's tests share."""

from __future__ import annotations

import pytest

from tests.support.builders.twin import a_twin
from twin.state.twin import Twin


@pytest.fixture
def twin() -> Twin:
    return a_twin()
