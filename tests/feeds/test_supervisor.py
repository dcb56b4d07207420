"""The supervisor with real processes: what dies comes back, what is stopped stays down."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from feeds.supervisor import Pauses, Role, Supervisor
from feeds.valkey import Valkey, answers
from tests.conftest import free_port

pytestmark = pytest.mark.anyio

# A role that signs a book each time it starts, and lives until it is told to end.
LIVES = "import os,sys,signal; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LIVES
DIES = "import os,sys; open(sys.argv[1],'a').write(f'{os.getpid()}\\n')"


def a_role(book: Path, program: str = LIVES) -> Role:
    return Role(name=book.name, argv=(sys.executable, "-c", program, str(book)))


def starts(book: Path) -> list[int]:
    return [int(line) for line in book.read_text().split()] if book.exists() else []


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncIterator[None]:
    task = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        supervisor.stop()
        await asyncio.wait_for(task, 15)


async def test_a_killed_role_comes_back_and_the_others_do_not_notice(tmp_path: Path) -> None:
    web, engine = tmp_path / "web", tmp_path / "engine"
    async with running(Supervisor(roles=[a_role(web), a_role(engine)])):
        await until(lambda: len(starts(web)) == len(starts(engine)) == 1)
        os.kill(starts(web)[0], signal.SIGKILL)
        await until(lambda: len(starts(web)) == 2)
        assert is_running(starts(web)[1])
        assert len(starts(engine)) == 1
    assert not any(is_running(pid) for pid in starts(web) + starts(engine))


def test_a_role_that_keeps_dying_is_started_less_and_less_often() -> None:
    pauses = Pauses()
    found = [pauses.after(0.1) for _ in range(10)]
    assert found == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]
    assert [pauses.after(3600), pauses.after(0.1)] == [0.2, 0.4]


async def test_a_role_that_dies_at_once_is_tried_again(tmp_path: Path) -> None:
    book = tmp_path / "web"
    async with running(Supervisor(roles=[a_role(book, DIES)])):
        await until(lambda: len(starts(book)) == 2)


async def test_a_role_that_will_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.supervisor._ROLE_PATIENCE_S", 0.2)
    book = tmp_path / "web"
    async with running(Supervisor(roles=[a_role(book, STUBBORN)])):
        await until(lambda: len(starts(book)) == 1)
    assert not is_running(starts(book)[0])


async def test_a_killed_server_comes_back_on_its_port_and_ends_last(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", port=free_port())
    await server.start()
    book, url, first = tmp_path / "web", server.url, server.pid
    async with running(Supervisor(roles=[a_role(book)], server=server)):
        await until(lambda: len(starts(book)) == 1)
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(20):
            while not await answers(url):
                await asyncio.sleep(0.05)
        assert server.pid != first
        assert len(starts(book)) == 1
    assert not await answers(url)


async def test_an_imported_place_starts_every_role_anew(tmp_path: Path) -> None:
    book, places = tmp_path / "web", tmp_path / "places"
    places.mkdir()
    (places / "old.json").write_text("{}")
    async with running(Supervisor(roles=[a_role(book)], watched=places, looks_every_s=0.02)):
        await until(lambda: len(starts(book)) == 1)
        (places / "new.json.part").write_text("{")
        (places / "new.json").write_text("{}")
        await until(lambda: len(starts(book)) == 2)
        (places / "new.json").unlink()
        await until(lambda: len(starts(book)) == 3)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children on Linux only")
async def test_nothing_survives_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from feeds.supervisor import Role, Supervisor
from feeds.valkey import Valkey
async def main():
    server = Valkey(Path({str(tmp_path / "valkey")!r}), port={free_port()})
    await server.start()
    Path({str(tmp_path / "pid")!r}).write_text(str(server.pid))
    role = Role(name="web", argv=(sys.executable, "-c", {STUBBORN!r}, {str(tmp_path / "web")!r}))
    await Supervisor(roles=[role], server=server).run()
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    await until(lambda: len(starts(tmp_path / "web")) == 1)
    pids = [*starts(tmp_path / "web"), *starts(tmp_path / "pid")]
    assert all(is_running(pid) for pid in pids)
    supervisor.kill()
    supervisor.wait()
    await until(lambda: not any(is_running(pid) for pid in pids))


async def test_work_that_is_wanted_once_rests_until_everything_starts_anew(tmp_path: Path) -> None:
    web, once = tmp_path / "web", tmp_path / "once"
    work = dataclasses.replace(a_role(once, DIES), once=True)
    supervisor = Supervisor(roles=[a_role(web), work])
    async with running(supervisor):
        await until(lambda: len(starts(web)) == len(starts(once)) == 1)
        await until(lambda: "once" not in supervisor.pids)
        os.kill(starts(web)[0], signal.SIGKILL)
        await until(lambda: len(starts(web)) == 2)  # by now a role would have come back, too
        assert len(starts(once)) == 1
        supervisor.start_anew()
        await until(lambda: len(starts(web)) == 3 and len(starts(once)) == 2)
