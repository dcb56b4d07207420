"""What the twin's tests share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.support.builders.twin import a_twin
from twin.state.twin import Twin

# One event loop of examples must not fail because the machine is busy.
settings.register_profile(
    "twin", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("twin")


@pytest.fixture
def twin() -> Twin:
    return a_twin()
