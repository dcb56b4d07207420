"""The bench runs, in its small form: no figure is judged here, none may rot."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import street, table
from bench.__main__ import FIGURES, WITH_BROWSER
from bench.glass import lags
from bench.traffic import Traffic, full_report
from tests.support.catalogues import CATALOGUE
from twin.events import Reading, ResponderPosition
from twin.state.twin import Twin

HOUSE = Path(__file__).parent.parent
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def test_every_figure_without_a_browser_is_measured_in_its_small_form() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--smoke"],
        cwd=HOUSE, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for name in set(FIGURES) - set(WITH_BROWSER):
        assert f"| {name} " in run.stdout


def test_a_figure_that_does_not_exist_is_named() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "velocity"],
        cwd=HOUSE, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "velocity" in run.stderr


def test_the_street_has_as_many_devices_as_asked_for_and_each_is_its_own() -> None:
    compounds = street.street(street.PER_COMPOUND + 10)
    devices = [place for compound in compounds for place in compound.devices]
    assert [len(compound.devices) for compound in compounds] == [street.PER_COMPOUND, 10]
    assert len({place.id for place in devices}) == len(devices)
    for compound in compounds:
        assert compound.territory.rpartition(".")[2] == compound.id
        assert all(p.territory.startswith(f"{compound.territory}.") for p in compound.devices)


def test_the_traffic_is_accepted_and_mixed_as_it_says() -> None:
    compounds = street.street(400)
    twin = Twin(street.STREET, compounds, CATALOGUE)
    assert twin.fold(full_report(compounds, NOW), NOW).rejected == []
    events = [Traffic(compounds).event(NOW)] + [
        event for event in Traffic(compounds, 8).events(2000, NOW, NOW - NOW)
    ]
    assert twin.fold(events, NOW).rejected == []
    readings = sum(isinstance(event, Reading) for event in events) / len(events)
    positions = sum(isinstance(event, ResponderPosition) for event in events) / len(events)
    assert 0.65 < readings < 0.75
    assert 0.03 < positions < 0.07


def test_a_probe_is_matched_with_the_first_sight_of_its_state() -> None:
    sent = [["lamp", "on", 1000.0], ["lamp", "off", 2000.0], ["lamp", "on", 3000.0]]
    seen = [
        {"id": "lamp", "code": 1, "applied": 100.0, "painted": 120.0},
        {"id": "other", "code": 1, "applied": 101.0, "painted": 120.0},
        {"id": "lamp", "code": 1, "applied": 2150.0, "painted": 2200.0},
    ]
    found = lags(sent, seen, 1000.0)
    assert found.applied == [100.0, 150.0]
    assert found.painted == [120.0, 200.0]
    assert found.lost == 1


def test_rows_are_judged_by_their_ratio_and_kept_by_figure(tmp_path: Path) -> None:
    good = table.at_least(0.5, figure="a", case="x", value=3.0, peer=4.0, unit="1/s", against="b")
    bad = table.at_most(2.0, figure="b", case="y", value=3.0, unit="s")
    assert (good.met, good.ratio, bad.met, bad.ratio) == (True, 0.75, False, 1.5)
    assert "MISSED" in table.table([good, bad])
    kept = tmp_path / "results.json"
    table.write(kept, [good, bad], {"cores": 2})
    table.write(kept, [bad], {"cores": 2})
    assert [row["figure"] for row in json.loads(kept.read_text())["rows"]] == ["a", "b"]
