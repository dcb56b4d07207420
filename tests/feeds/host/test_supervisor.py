"""The supervisor with real processes: what dies comes back, what is stopped stays down."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from feeds.host import supervisor
from feeds.host.heartbeat import Listener
from feeds.host.supervisor import Pauses, Role, Supervisor
from feeds.host.valkey import FolderTaken, ServerFailed, Valkey, answers, hangs
from tests.conftest import free_port
from tests.support.waiting import comes_true

pytestmark = pytest.mark.anyio

# A role that signs a book each time it starts, and lives until it is told to end.
LIVES = "import os,sys,signal; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LIVES
DIES = "import os,sys; open(sys.argv[1],'a').write(f'{os.getpid()}\\n')"

# Roles that sign the book and beat as ours do, fifty times as fast; SIGUSR1 makes one spin.
BEATS = """
import asyncio, os, signal, sys
from feeds.host import heartbeat
def spin(*_):
    while True:
        pass
signal.signal(signal.SIGUSR1, spin)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
heartbeat.BEAT_EVERY_S = 0.02
open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')
asyncio.run(heartbeat.beat(heartbeat.pipe_in(os.environ)))
"""


def a_role(book: Path, program: str = LIVES) -> Role:
    return Role(name=book.name, argv=(sys.executable, "-c", program, str(book)))


def starts(book: Path) -> list[int]:
    return [int(line) for line in book.read_text().split()] if book.exists() else []


def has_started(book: Path, times: int) -> bool:
    return len(starts(book)) == times


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


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
        await comes_true(lambda: len(starts(web)) == len(starts(engine)) == 1)
        os.kill(starts(web)[0], signal.SIGKILL)
        await comes_true(lambda: len(starts(web)) == 2)
        assert is_running(starts(web)[1])
        assert len(starts(engine)) == 1
    assert not any(is_running(pid) for pid in starts(web) + starts(engine))


def test_a_role_that_keeps_dying_is_started_less_and_less_often() -> None:
    pauses = Pauses()
    found = [pauses.after(0.1) for _ in range(10)]
    assert found == [0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5, 5]
    assert [pauses.after(3600), pauses.after(0.1)] == [0.2, 0.4]
    assert max(Pauses(1.0).after(0.1) for _ in range(10)) <= 1


def test_a_life_of_a_quarter_of_a_minute_was_no_failed_start() -> None:
    pauses = Pauses()
    assert [pauses.after(0.1), pauses.after(0.1), pauses.after(15)] == [0.2, 0.4, 0.2]


async def test_a_role_that_dies_at_once_is_tried_again(tmp_path: Path) -> None:
    book = tmp_path / "web"
    async with running(Supervisor(roles=[a_role(book, DIES)])):
        await comes_true(lambda: len(starts(book)) == 2)


@pytest.fixture
def keen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A supervisor that looks fifty times a second."""
    monkeypatch.setattr("feeds.host.heartbeat.BEAT_EVERY_S", 0.02)


def a_beating_role(book: Path, program: str = BEATS) -> Role:
    return dataclasses.replace(a_role(book, program), beats=True, env=dict(os.environ))


@pytest.mark.usefixtures("keen")
@pytest.mark.parametrize("hang", [signal.SIGSTOP, signal.SIGUSR1], ids=["stopped", "spinning"])
async def test_a_role_that_hangs_is_killed_and_started_again(
    tmp_path: Path, hang: signal.Signals
) -> None:
    book, other = tmp_path / "engine", tmp_path / "web"
    async with running(Supervisor(roles=[a_beating_role(book), a_beating_role(other)])):
        await comes_true(lambda: len(starts(book)) == len(starts(other)) == 1)
        for life in (1, 2):
            os.kill(starts(book)[-1], hang)
            await comes_true(partial(has_started, book, life + 1))
            assert not is_running(starts(book)[life - 1])
        assert len(starts(other)) == 1
    assert not any(is_running(pid) for pid in starts(book) + starts(other))


@pytest.mark.usefixtures("keen")
async def test_a_role_may_take_its_time_to_start_and_is_not_killed_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.host.heartbeat.QUIET_LOOKS", 1)
    quiet, started = tmp_path / "engine", tmp_path / "web"
    async with running(Supervisor(roles=[a_beating_role(quiet, LIVES), a_role(started)])):
        await comes_true(lambda: len(starts(quiet)) == len(starts(started)) == 1)
        for life in range(2, 5):  # three starts of another take longer than many looks
            os.kill(starts(started)[-1], signal.SIGKILL)
            await comes_true(partial(has_started, started, life))
        assert len(starts(quiet)) == 1


@pytest.mark.usefixtures("keen")
async def test_a_role_that_never_begins_to_beat_is_killed_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.host.heartbeat.STARTING_LOOKS", 20)
    book = tmp_path / "engine"
    async with running(Supervisor(roles=[a_beating_role(book, STUBBORN)])):
        await comes_true(lambda: len(starts(book)) == 2)


# A role that beats at a sign only, and signs the book when it does.
BEATS_AT_A_SIGN = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_DFL)
open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')
signal.sigwait([signal.SIGUSR1])
os.write(int(os.environ['DAYUAN_HEARTBEAT']), b'.')
signal.pause()
"""
HEARS_THE_SIGN = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]);"


def awaited_and_later(web: Path, tiles: Path) -> list[Role]:
    program = HEARS_THE_SIGN + BEATS_AT_A_SIGN
    return [dataclasses.replace(a_beating_role(web, program), awaited=True),
            dataclasses.replace(a_role(tiles), later=True)]  # fmt: skip


@pytest.mark.usefixtures("keen")
async def test_what_nobody_waits_for_starts_once_what_people_wait_for_works(
    tmp_path: Path,
) -> None:
    """After a fall of everything, four processes at once took the processors from each other."""
    web, engine, tiles = (tmp_path / name for name in ("web", "engine", "tiles"))
    keeper = Supervisor(roles=[*awaited_and_later(web, tiles), a_role(engine)])
    async with running(keeper):
        await comes_true(lambda: len(starts(web)) == len(starts(engine)) == 1)
        assert starts(tiles) == []
        os.kill(starts(web)[0], signal.SIGUSR1)
        await comes_true(lambda: len(starts(tiles)) == 1)
        os.kill(starts(tiles)[0], signal.SIGKILL)  # by itself it comes back at once
        await comes_true(lambda: len(starts(tiles)) == 2)
        keeper.start_anew()
        await comes_true(lambda: len(starts(web)) == len(starts(engine)) == 2)
        assert len(starts(tiles)) == 2
        os.kill(starts(web)[1], signal.SIGUSR1)
        await comes_true(lambda: len(starts(tiles)) == 3)


async def test_what_nobody_waits_for_starts_at_last_though_web_never_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.host.supervisor._LATER_S", 0.05)
    web, tiles = tmp_path / "web", tmp_path / "tiles"
    async with running(Supervisor(roles=awaited_and_later(web, tiles))):
        await comes_true(lambda: len(starts(tiles)) == 1)


async def test_a_role_that_will_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.host.supervisor._ROLE_PATIENCE_S", 0.2)
    book = tmp_path / "web"
    async with running(Supervisor(roles=[a_role(book, STUBBORN)])):
        await comes_true(lambda: len(starts(book)) == 1)
    assert not is_running(starts(book)[0])


async def test_a_killed_server_comes_back_on_its_port_and_ends_last(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", port=free_port())
    await server.start()
    book, url, first = tmp_path / "web", server.url, server.pid
    async with running(Supervisor(roles=[a_role(book)], server=server)):
        await comes_true(lambda: len(starts(book)) == 1)
        os.kill(first, signal.SIGKILL)
        await comes_true(lambda: answers(url))
        assert server.pid != first
        assert len(starts(book)) == 1
    assert not await answers(url)


async def test_it_ends_though_the_start_of_a_server_lost_the_word_that_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Valkey(tmp_path / "valkey", port=free_port())
    await server.start()
    start, answering = server.start, asyncio.Event()

    async def deaf() -> None:
        await start()
        answering.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    monkeypatch.setattr(server, "start", deaf)
    async with running(Supervisor(roles=[], server=server)):
        os.kill(server.pid, signal.SIGKILL)
        await answering.wait()
    assert not await answers(server.url)


async def test_a_server_that_hangs_is_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.host.supervisor._QUESTION_S", 0.5)
    server = Valkey(tmp_path / "valkey", port=free_port())
    await server.start()
    first = server.pid
    async with running(Supervisor(roles=[], server=server)):
        os.kill(first, signal.SIGSTOP)
        await comes_true(lambda: not is_running(first))
        await comes_true(lambda: answers(server.url))
        assert server.pid != first


async def test_a_question_that_is_given_up_by_the_client_first_is_unanswered_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "_QUESTION_S", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with silent, asyncio.timeout(20):
        await supervisor._until_it_hangs(f"redis://127.0.0.1:{port}/0?socket_timeout=0.05")


async def test_a_server_that_is_not_there_or_answers_does_not_hang(valkey_url: str) -> None:
    assert not await hangs(f"redis://127.0.0.1:{free_port()}/0", 5.0)
    assert not await hangs(valkey_url, 5.0)


class Unlucky:
    """A server that has ended and cannot be started at first, for one reason after another."""

    url, pid = "redis://127.0.0.1:1/0", -1

    def __init__(self) -> None:
        self.reasons: list[Exception] = [
            ServerFailed("ended with 1"), FolderTaken("another is running"),
            OSError(errno.ENOSPC, "No space left on device"), BlockingIOError(errno.EAGAIN, "fork"),
        ]  # fmt: skip
        self.runs = asyncio.Event()

    async def start(self) -> None:
        if self.reasons:
            raise self.reasons.pop(0)
        self.runs.set()

    async def wait(self) -> int:
        if self.runs.is_set():
            await asyncio.Event().wait()
        return 1

    async def stop(self) -> None:
        """Nothing is there to end."""


async def test_a_server_is_started_again_whatever_kept_it_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feeds.host.supervisor._FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("feeds.host.supervisor._AWAITED_PAUSE_S", 0.01)
    server = Unlucky()
    async with running(Supervisor(roles=[], server=cast("Valkey", server))):
        async with asyncio.timeout(20):
            await server.runs.wait()


async def test_a_role_for_which_no_process_is_to_be_had_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, born = tmp_path / "web", supervisor._born
    failures: list[OSError] = [
        BlockingIOError(errno.EAGAIN, "fork"), OSError(errno.EMFILE, "Too many open files"),
    ]  # fmt: skip

    async def sometimes(role: Role, listener: Listener | None) -> Process:
        if failures:
            raise failures.pop()
        return await born(role, listener)

    monkeypatch.setattr(supervisor, "_born", sometimes)
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 0.01)
    async with running(Supervisor(roles=[a_role(book)])):
        await comes_true(lambda: len(starts(book)) == 1)


async def test_an_imported_place_starts_every_role_anew(tmp_path: Path) -> None:
    book, places = tmp_path / "web", tmp_path / "places"
    places.mkdir()
    (places / "old.json").write_text("{}")
    async with running(Supervisor(roles=[a_role(book)], watched=places, looks_every_s=0.02)):
        await comes_true(lambda: len(starts(book)) == 1)
        (places / "new.json.part").write_text("{")
        (places / "new.json").write_text("{}")
        await comes_true(lambda: len(starts(book)) == 2)
        (places / "new.json").unlink()
        await comes_true(lambda: len(starts(book)) == 3)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children on Linux only")
async def test_nothing_survives_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from feeds.host.supervisor import Role, Supervisor
from feeds.host.valkey import Valkey
async def main():
    server = Valkey(Path({str(tmp_path / "valkey")!r}), port={free_port()})
    await server.start()
    Path({str(tmp_path / "pid")!r}).write_text(str(server.pid))
    role = Role(name="web", argv=(sys.executable, "-c", {STUBBORN!r}, {str(tmp_path / "web")!r}))
    await Supervisor(roles=[role], server=server).run()
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    await comes_true(lambda: len(starts(tmp_path / "web")) == 1)
    pids = [*starts(tmp_path / "web"), *starts(tmp_path / "pid")]
    assert all(is_running(pid) for pid in pids)
    supervisor.kill()
    supervisor.wait()
    await comes_true(lambda: not any(is_running(pid) for pid in pids))


async def test_work_that_is_wanted_once_rests_until_everything_starts_anew(tmp_path: Path) -> None:
    web, once = tmp_path / "web", tmp_path / "once"
    work = dataclasses.replace(a_role(once, DIES), once=True)
    supervisor = Supervisor(roles=[a_role(web), work])
    async with running(supervisor):
        await comes_true(lambda: len(starts(web)) == len(starts(once)) == 1)
        await comes_true(lambda: "once" not in supervisor.pids)
        os.kill(starts(web)[0], signal.SIGKILL)
        await comes_true(lambda: len(starts(web)) == 2)  # by now a role would have come back, too
        assert len(starts(once)) == 1
        supervisor.start_anew()
        await comes_true(lambda: len(starts(web)) == 3 and len(starts(once)) == 2)
