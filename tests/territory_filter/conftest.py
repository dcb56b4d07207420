"""Both streets on one server, for whoever asks after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole
from tests.territory_filter.installation import installation


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[WebRole]:
    at = datetime.now(UTC) - timedelta(minutes=2)
    async with installation(tmp_path / "both", at, t.NEAR, t.FAR) as opened:
        yield opened
