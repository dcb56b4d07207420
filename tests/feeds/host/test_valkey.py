"""The embedded server: nothing it said yes to is lost, and nobody else writes its file."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from feeds.host.valkey import FolderTaken, ServerFailed, Valkey, answers, at_hand, running_url
from tests.conftest import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Valkey]:
    server = Valkey(tmp_path / "valkey", port=free_port())
    await server.start()
    yield server
    await server.stop()


async def entries(url: str) -> int:
    async with redis.asyncio.Redis.from_url(url) as client:
        count: int = await client.xlen("s")
        return count


async def write(url: str, count: int) -> None:
    async with redis.asyncio.Redis.from_url(url) as client:
        for n in range(count):
            await client.xadd("s", {"e": n})


async def test_what_was_acknowledged_is_there_after_a_kill(server: Valkey) -> None:
    await write(server.url, 50)
    os.kill(server.pid, signal.SIGKILL)
    assert await server.wait() == -signal.SIGKILL
    url = server.url
    await server.start()
    assert server.url == url
    assert await entries(url) == 50


async def test_what_was_acknowledged_is_there_after_a_stop(server: Valkey) -> None:
    await write(server.url, 5)
    await server.stop()
    assert not await answers(server.url)
    await server.start()
    assert await answers(server.url)
    assert await entries(server.url) == 5


async def test_a_record_cut_off_in_mid_write_is_dropped_and_the_rest_kept(server: Valkey) -> None:
    await write(server.url, 5)
    await server.stop()
    (log,) = (server.folder / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(log.read_bytes()[:-7])
    await server.start()
    assert await entries(server.url) == 4


async def test_a_log_damaged_in_the_middle_is_named_and_nothing_is_thrown_away(
    server: Valkey,
) -> None:
    await write(server.url, 5)
    await server.stop()
    (log,) = (server.folder / "appendonlydir").glob("*.incr.aof")
    damaged = bytearray(log.read_bytes())
    damaged[40:60] = b"!" * 20
    log.write_bytes(damaged)
    with pytest.raises(ServerFailed, match="append only file"):
        await server.start()
    assert log.read_bytes() == damaged


async def test_it_listens_on_loopback_alone_and_writes_through(server: Valkey) -> None:
    async with redis.asyncio.Redis.from_url(server.url) as client:
        config = await client.config_get("bind", "appendonly", "appendfsync", "aof-load-truncated")
    assert config == {
        "bind": "127.0.0.1",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes",
    }


async def test_a_taken_port_means_the_next_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Valkey(tmp_path / "valkey", port=port)
        await server.start()
        try:
            assert server.port > port
            assert await answers(server.url)
        finally:
            await server.stop()


async def test_a_second_one_on_the_same_folder_is_refused(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.host.valkey._LOCK_PATIENCE_S", 0.1)
    with pytest.raises(FolderTaken, match="another Dayuan"):
        await Valkey(server.folder, port=free_port()).start()
    assert await answers(server.url)


async def test_the_server_keeps_its_folder_until_it_is_really_gone(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever started it may be dead already: the lock lives in the server too."""
    monkeypatch.setattr("feeds.host.valkey._LOCK_PATIENCE_S", 0.1)
    os.close(server._lock)
    server._lock = -1
    with pytest.raises(FolderTaken):
        await Valkey(server.folder, port=free_port()).start()


async def test_a_folder_that_cannot_be_written_is_an_error_with_words(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "appendonlydir").write_text("in the way")
    server = Valkey(tmp_path / "valkey", port=free_port())
    with pytest.raises(ServerFailed, match="Valkey ended with 1"):
        await server.start()
    await asyncio.wait_for(server.stop(), 1)


async def test_a_command_uses_the_running_server_or_one_for_the_moment(tmp_path: Path) -> None:
    folder, port = tmp_path / "valkey", free_port()
    async with at_hand(folder, port=port) as first:
        await write(first, 3)
        assert running_url(folder) == first
        async with at_hand(folder, port=port) as second:
            assert second == first
        assert await answers(first)
    assert not await answers(first)
    async with at_hand(folder, port=port) as again:
        assert await entries(again) == 3


def test_no_server_was_ever_started_here(tmp_path: Path) -> None:
    assert running_url(tmp_path / "valkey") is None


async def test_nobody_comes_in_without_the_password_which_its_owner_alone_can_read(
    server: Valkey,
) -> None:
    file = server.folder.with_suffix(".password")
    password = file.read_text().strip()
    assert len(password) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for guess in ("", ":wrong@"):
        assert not await answers(f"redis://{guess}127.0.0.1:{server.port}/0")
    words = [each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline") if each.exists()]
    assert not [line for line in words if password.encode() in line]
    assert password not in (server.folder / "valkey.log").read_text()
    assert running_url(server.folder) == server.url


async def test_the_password_stays_over_kills_and_restarts(server: Valkey) -> None:
    url = server.url
    os.kill(server.pid, signal.SIGKILL)
    await server.wait()
    server.folder.with_suffix(".password").unlink()  # roles have it from us and go on
    await server.start()
    assert await answers(url)
    await server.stop()
    await server.start()
    assert server.url == url and await answers(url)


async def test_the_demos_server_is_open_and_a_folder_can_be_the_one_and_then_the_other(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "valkey"
    for open_to_all in (True, False, True):
        server = Valkey(folder, port=free_port(), open_to_all=open_to_all)
        await server.start()
        try:
            await write(server.url, 2)
            plain = f"redis://127.0.0.1:{server.port}/0"
            assert await answers(plain) == open_to_all
            assert (running_url(folder) == plain) == open_to_all
            assert await answers(str(running_url(folder)))
            async with at_hand(folder, port=free_port()) as url:
                assert url == server.url
        finally:
            await server.stop()
    server = Valkey(folder, port=free_port())
    await server.start()
    assert await entries(server.url) == 6
    await server.stop()


async def test_a_password_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "valkey.password"
    file.write_text("a" * 64)
    file.chmod(0o644)
    async with at_hand(tmp_path / "valkey", port=free_port()) as url:
        assert "a" * 64 in url
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
