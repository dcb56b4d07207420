"""The program as people start it: settings, command line, roles."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

import app
from feeds.engine import role
from feeds.host.settings import SETTINGS, Settings, read_settings
from geodata.demo.street import build_street
from geodata.store import save
from tests.conftest import free_port
from tests.support.builders.layers import a_compound
from tests.support.builders.streams import a_compound_elsewhere
from tests.support.catalogues import CATALOGUE
from tests.support.servers import Server
from tests.support.waiting import comes_true, until
from twin.catalogue import Catalogue
from twin.errors import InvalidSetting

HOUSE = Path(__file__).parent.parent


def test_without_any_setting_it_listens_on_loopback_and_is_no_demo() -> None:
    settings = read_settings({"PATH": "/bin"})
    assert (settings.address, settings.loopback, settings.demo) == (
        "http://127.0.0.1:8050/",
        True,
        False,
    )
    assert settings.places == Path("data/places")


def test_every_setting_has_a_field_and_every_field_a_setting() -> None:
    assert set(SETTINGS) == {field.name for field in dataclasses.fields(Settings)}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DAYUAN_PORT", "eighty"),
        ("DAYUAN_PORT", "0"),
        ("DAYUAN_PORT", "65536"),
        ("DAYUAN_PORT", "-1"),
        ("DAYUAN_PORT", "9" * 5000),
        ("DAYUAN_DEMO", "perhaps"),
        ("DAYUAN_RATE", "20001"),
        ("DAYUAN_RATE", "nan"),
        ("DAYUAN_LOG", "loud"),
        ("DAYUAN_IDLE_S", "5"),
        ("DAYUAN_PROT", "8050"),
    ],
)
def test_a_setting_we_cannot_use_is_named_with_its_value(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=f"{variable}='{value}'"):
        read_settings({variable: value})


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings({"DAYUAN_PORT": ""}).port == 8050


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "dayuan.example"])
def test_the_demo_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(InvalidSetting, match="loopback"):
        read_settings({"DAYUAN_DEMO": "1", "DAYUAN_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_has_many_names(host: str) -> None:
    assert read_settings({"DAYUAN_DEMO": "1", "DAYUAN_HOST": host}).loopback


def run(
    data: Path, *words: str, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *words],
        cwd=HOUSE,
        env=environment(data, **settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
    )


def environment(data: Path, **settings: str) -> dict[str, str]:
    ours = {"DAYUAN_DATA": str(data), "DAYUAN_VALKEY_PORT": str(free_port())}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYUAN_")}
    return kept | ours | settings


def test_an_account_can_be_made_before_the_first_start(tmp_path: Path) -> None:
    words = "account add li --role dispatcher --territory lusong.hejiatu".split()
    made = run(tmp_path, *words, typed="seven green lamps\n")
    assert (made.stdout, made.stderr) == ("li: dispatcher for lusong.hejiatu\n", "")
    assert run(tmp_path, "account", "list").stdout == "li  dispatcher  lusong.hejiatu  li\n"


def test_a_token_and_an_export_need_no_running_server(tmp_path: Path) -> None:
    save(tmp_path / "places", a_compound("huodian"))
    words = "token add gis --role viewer --territory lusong.hejiatu".split()
    assert run(tmp_path, *words).stdout.startswith("dyt_gis.")
    target = tmp_path / "street.zip"
    words = f"export --territory lusong.hejiatu --format geojson -o {target}".split()
    assert run(tmp_path, *words).stdout.startswith(f"{target}: geojson of lusong.hejiatu")
    assert target.exists()
    refused = run(tmp_path, *words)
    assert refused.stderr == f"dayuan: {target} exists already\n"


def test_others_are_not_let_in_while_no_account_exists(tmp_path: Path) -> None:
    refused = run(tmp_path, DAYUAN_HOST="0.0.0.0", DAYUAN_PORT=str(free_port()))
    assert refused.returncode == 2
    assert refused.stderr.startswith("dayuan: DAYUAN_HOST='0.0.0.0': no account exists yet")


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = run(tmp_path, DAYUAN_PORT=port)
    assert refused.returncode == 2
    assert refused.stderr == (
        f"dayuan: DAYUAN_PORT='{port}': cannot listen on 127.0.0.1: Address already in use\n"
    )


def test_a_server_that_throws_away_what_it_acknowledged_is_refused_in_one_sentence(
    tmp_path: Path,
) -> None:
    with Server(tmp_path, **{"maxmemory-policy": "allkeys-lru"}) as server:
        port = str(free_port())
        refused = run(tmp_path, DAYUAN_REDIS_URL=server.url, DAYUAN_PORT=port)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr == (
        "dayuan: maxmemory-policy='allkeys-lru': with little memory the server would throw away "
        "cases and accounts: set it to noeviction\n"
    )


@pytest.mark.parametrize("words", [(), ("engine",)])
def test_a_district_with_a_row_that_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, valkey_url: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "catalogue" / "lusong" / "incidents.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[smoke]\nresponse_s = "soon"\nsource = "the office"\n', "utf-8")
    port = str(free_port())
    refused = run(tmp_path, *words, DAYUAN_REDIS_URL=valkey_url, DAYUAN_PORT=port)
    assert refused.returncode == 2
    assert refused.stderr == (
        "dayuan: catalogue/lusong/incidents.toml: [smoke] response_s: Expected `int`, got `str`\n"
    )


@pytest.mark.anyio
async def test_an_engine_leads_each_street_by_the_catalogue_of_its_district(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = "shifeng.tianxin"
    save(tmp_path / "places", a_compound("huodian"))
    save(tmp_path / "places", a_compound_elsewhere(far))
    file = tmp_path / "catalogue" / "shifeng" / "devices.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[gate]\npatience_s = 7\n", "utf-8")
    led: dict[str, int] = {}

    async def lead(_: object, street: str, __: object, catalogue: Catalogue) -> None:
        led[street] = catalogue.devices["gate"].patience_s

    monkeypatch.setattr(role, "run", lead)
    settings = read_settings({"DAYUAN_DATA": str(tmp_path), "DAYUAN_REDIS_URL": valkey_url})
    leading = asyncio.ensure_future(app.engine(settings, app.Lines()))
    await comes_true(lambda: len(led) == 2)
    leading.cancel()
    await asyncio.gather(leading, return_exceptions=True)
    assert led == {"lusong.hejiatu": CATALOGUE.devices["gate"].patience_s, far: 7}


def test_a_role_alone_needs_a_server(tmp_path: Path) -> None:
    refused = run(tmp_path, "engine")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "DAYUAN_REDIS_URL" in refused.stderr


def test_the_command_line_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.main(["--help"], {})
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("web", "engine", "feed", "import", "account", "scenario"))


def test_the_web_role_does_not_pay_for_reading_places() -> None:
    program = (
        "import app, sys;"
        "app.pages.Parts, app.backing.backing, app.store.read, app.take.carry_out;"
        "print([m for m in ('geopandas', 'pandas', 'pyogrio') if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "[]\n"


def until_said(log: Path, words: str, program: subprocess.Popen[bytes]) -> str:
    """What the program has said once ``words`` are among it."""

    def said() -> bool:
        assert program.poll() is None, log.read_text("utf-8")
        return words in log.read_text("utf-8")

    until(said, 60)
    return log.read_text("utf-8")


def test_the_demo_starts_says_where_it_is_and_ends_in_good_order(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    env = environment(tmp_path, DAYUAN_DEMO="1", DAYUAN_PORT=str(port))
    with log.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "app.py"], cwd=HOUSE, env=env, stdout=out, stderr=out
        )
    try:
        said = until_said(log, "http://", program)
        assert f"http://127.0.0.1:{port}/" in said
        assert "/0 (no password) ·" in said
        began = time.monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
        assert time.monotonic() - began < 10
    finally:
        program.kill()
        program.wait()
    assert list((tmp_path / "places").glob("*.json"))
    assert left_behind(tmp_path) == []


def test_in_earnest_the_server_has_a_password_that_stands_nowhere_else(tmp_path: Path) -> None:
    data, port, log = tmp_path / "data", free_port(), tmp_path / "log"
    data.mkdir(mode=0o755)
    save(data / "places", a_compound("huodian"))
    env = environment(data, DAYUAN_PORT=str(port))
    with log.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "app.py"], cwd=HOUSE, env=env, stdout=out, stderr=out
        )
    try:
        said = until_said(log, "Ctrl-C ends", program)
        password = (data / "valkey.password").read_text().strip()
        words = "account add li --role dispatcher --territory lusong.hejiatu".split()
        assert run(data, *words, typed="seven green lamps\n").returncode == 0
        shown = [each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline")]
    finally:
        program.terminate()
        assert program.wait(20) == 0
    assert "streams: redis://127.0.0.1:" in said and "no password" not in said
    assert password not in log.read_text()
    assert not [words for words in shown if password.encode() in words]
    everything = [data, *data.rglob("*")]
    assert not [path for path in everything if path.is_dir() and path.stat().st_mode & 0o077
                and path.parent == data]  # fmt: skip
    assert data.stat().st_mode & 0o077 == 0
    assert run(data, "account", "list").stdout == "li  dispatcher  lusong.hejiatu  li\n"


def test_an_odd_file_among_the_places_ends_no_role_and_is_named_once_by_each(
    tmp_path: Path,
) -> None:
    """A half file, an empty one, a note and a broken district: the street lives on."""
    odd = {"a.json": b'{"id":"a', "b.json": b"", "note.json": b"[]", "x.district.json": b"{"}
    for place in build_street(1):
        save(tmp_path / "places", place)
    for name, content in odd.items():
        (tmp_path / "places" / name).write_bytes(content)
    port, log = free_port(), tmp_path / "log"
    env = environment(tmp_path, DAYUAN_DEMO="1", DAYUAN_PORT=str(port))
    with log.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "app.py"], cwd=HOUSE, env=env, stdout=out, stderr=out
        )
    try:
        until_said(log, "http://", program)
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
            standing = {row["code"]: row["count"] for row in json.load(answer)["conditions"]}
        assert standing["place_left_out"] == len(odd)
        words = [f"places/{name} is" for name in odd]
        until(lambda: all(log.read_text("utf-8").count(word) >= 3 for word in words), 60)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(20)
    said = log.read_text("utf-8")
    assert " ended with " not in said and "Traceback" not in said
    assert all(said.count(f"places/{name} is unreadable, left out") == 3 for name in odd), said


def left_behind(data: Path) -> list[str]:
    """Processes that still mention this data folder on their command line or in their setup."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(data).encode() in words:
            found.append(process.name)
    return found
