"""Jobs of a page: files bounded, one at a time, progress read, what ends without a word is said."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from feeds.intake import imports as module
from feeds.intake.imports import ImportRefused, Imports, Job
from tests.support.waiting import comes_true
from twin.commands.imports import ImportJob, ImportWish

pytestmark = pytest.mark.anyio
WISH = ImportWish(name="小院", territory="lusong.hejiatu.changtangwan.small")

# Stands for app.py import: notes how it was called, then does as its first file says.
PROGRAM = """
import json, os, sys, pathlib, time
words = sys.argv[1:]
if words[0] == "undo":
    sys.exit(print("undone", words[1]) if words[1] == "good" else "cannot be undone")
job = pathlib.Path(next(w for w in words if w.startswith("--job=")).removeprefix("--job="))
(job / "words.json").write_text(json.dumps(words))
(do,) = (path.read_text() for path in pathlib.Path(words[0]).iterdir())
def tell(state):
    spare = job / "spare"
    said = {"state": state, "share": 1, "words": {"en": "w"}}
    spare.write_text(json.dumps(said))
    spare.replace(job / "status.json")
if do == "wait":
    tell("running")
    while not (job / "go").exists():
        time.sleep(0.01)
if do == "fall":
    sys.exit("it fell")
if do == "struck":
    os.kill(os.getpid(), 9)
(job / "en").mkdir()
(job / "en" / "report.json").write_text('{"outcome": "good"}')
(job / "en" / "map.svg").write_text("<svg/>")
tell("done")
"""


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture
async def jobs(tmp_path: Path) -> AsyncIterator[Imports]:
    made = Imports(tmp_path / "data", (sys.executable, "-c", PROGRAM))
    yield made
    await made.settled()


async def begun(jobs: Imports, does: str) -> str:
    number = await jobs.begin("admin")
    await jobs.receive(number, "admin", "do.txt", chunks(does.encode()))
    return number


async def ended(jobs: Imports, number: str) -> ImportJob:
    async def over() -> ImportJob | None:
        job = await jobs.read(number, "admin", "en")
        return None if job.state == "running" else job

    return await comes_true(over)


async def refusal(work: Awaitable[object]) -> tuple[str, str]:
    with pytest.raises(ImportRefused) as caught:
        await work
    return caught.value.code, caught.value.reason


async def test_a_job_runs_and_leaves_its_report(jobs: Imports) -> None:
    number = await begun(jobs, "work")
    await jobs.start(number, "admin", WISH)
    found = await ended(jobs, number)
    assert (found.state, found.report) == ("done", {"outcome": "good"})
    assert await jobs.part(number, "admin", "map.svg", "en") == b"<svg/>"
    words = json.loads((jobs.jobs / number / "words.json").read_text())
    assert "--dry-run" in words and "--by=admin" in words and "--name=小院" in words
    for name, lang in (("job.json", "en"), ("map.svg", ".."), ("map.svg", "zh-CN")):
        assert (await refusal(jobs.part(number, "admin", name, lang)))[0] == "gone"


async def test_words_of_a_person_never_become_options(jobs: Imports) -> None:
    number = await begun(jobs, "work")
    wish = ImportWish(
        name="--data=/etc",
        territory="--job=/tmp",
        crs=["--seed"],
        dry_run=False,
        mapping={"columns": {}},
        shift=(1.0, -2.0),
        known={"name_en": "x", "by": "y"},
    )
    await jobs.start(number, "admin", wish)
    await ended(jobs, number)
    words = json.loads((jobs.jobs / number / "words.json").read_text())
    assert {"--name=--data=/etc", "--territory=--job=/tmp", "--crs=--seed"} <= set(words)
    assert "--shift=1.0,-2.0" in words and "--name-en=x" in words and "--by=y" not in words
    assert "--dry-run" not in words
    assert (jobs.jobs / number / "mapping.json").read_text() == '{"columns": {}}'


async def test_one_import_at_a_time(jobs: Imports) -> None:
    first, second = await begun(jobs, "wait"), await begun(jobs, "work")
    await jobs.start(first, "admin", WISH)
    assert (await refusal(jobs.start(second, "admin", WISH)))[0] == "busy"
    (jobs.jobs / first / "go").touch()
    await ended(jobs, first)
    await jobs.start(second, "admin", WISH)
    assert (await ended(jobs, second)).state == "done"


async def test_what_ends_without_a_report_says_its_last_words(jobs: Imports) -> None:
    number = await begun(jobs, "fall")
    await jobs.start(number, "admin", WISH)
    found = await ended(jobs, number)
    assert (found.state, found.words, found.said) == ("failed", "", "it fell")


async def test_what_the_system_ended_names_the_signal_and_blames_nothing(jobs: Imports) -> None:
    number = await begun(jobs, "struck")
    await jobs.start(number, "admin", WISH)
    await jobs.settled()
    found = await jobs.read(number, "admin", "en")
    assert (found.state, found.said) == ("failed", "SIGKILL")


async def test_uploads_of_one_job_that_come_at_once_stay_apart_and_whole(jobs: Imports) -> None:
    number = await jobs.begin("admin")
    begun_all = asyncio.Barrier(4)

    async def slowly(letter: bytes) -> AsyncIterator[bytes]:
        await begun_all.wait()  # every one has begun before the first byte of any comes
        for _ in range(50):
            yield letter * 1000
            await asyncio.sleep(0)

    await asyncio.gather(
        *(jobs.receive(number, "admin", f"{n}.csv", slowly(n.encode())) for n in "abcd")
    )
    folder = jobs.jobs / number / "files"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        f"{n}.csv": n.encode() * 50_000 for n in "abcd"
    }
    assert (await jobs.read(number, "admin", "en")).files == [f"{n}.csv" for n in "abcd"]
    assert not list((jobs.jobs / number).glob(".coming-*"))


async def test_uploads_at_once_are_bounded_together(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    number = await jobs.begin("admin")
    both = asyncio.Barrier(2)

    async def half() -> AsyncIterator[bytes]:
        await both.wait()
        yield b"1234567"

    found = await asyncio.gather(
        *(jobs.receive(number, "admin", name, half()) for name in "ab"), return_exceptions=True
    )
    assert {type(one) for one in found} == {module.Job, ImportRefused}
    assert sum(p.stat().st_size for p in (jobs.jobs / number / "files").iterdir()) == 7
    await jobs.receive(number, "admin", "c", chunks(b"123"))


async def test_files_of_a_running_job_do_not_change_under_it(jobs: Imports) -> None:
    number = await begun(jobs, "wait")
    await jobs.start(number, "admin", WISH)
    try:
        refused = await refusal(jobs.receive(number, "admin", "do.txt", chunks(b"fall")))
        assert refused[0] == "busy"
    finally:
        (jobs.jobs / number / "go").touch()
    assert (await ended(jobs, number)).state == "done"


async def test_jobs_of_one_person_never_push_out_those_of_another(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_JOBS", 3)
    number = await begun(jobs, "work")
    for _ in range(10):
        await jobs.begin("other")
    assert (await jobs.read(number, "admin", "en")).files == ["do.txt"]
    assert len([path for path in jobs.jobs.iterdir() if path.is_dir()]) == 1 + 3


async def test_a_running_job_outlives_new_ones_and_its_day(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await begun(jobs, "wait")
    await jobs.start(number, "admin", WISH)
    try:
        past = (datetime.now(UTC) - timedelta(days=2)).timestamp()
        os.utime(jobs.jobs / number, (past, past))
        monkeypatch.setattr(module, "MOST_JOBS", 2)
        for _ in range(4):
            await jobs.begin("admin")
        assert (await jobs.read(number, "admin", "en")).state == "running"
    finally:
        (jobs.jobs / number / "go").touch()
    assert (await ended(jobs, number)).state == "done"


@pytest.mark.parametrize("pid", [1, os.getpid()], ids=["of init", "of ours"])
async def test_a_number_of_another_process_keeps_nobody_out(jobs: Imports, pid: int) -> None:
    """As after a power cut: what ran is gone, and another process has its number."""
    fallen = await begun(jobs, "work")
    status = {"state": "running", "share": 0.1, "words": {}, "pid": pid}
    (jobs.jobs / fallen / "status.json").write_text(json.dumps(status))
    assert (await jobs.read(fallen, "admin", "en")).state == "failed"
    number = await begun(jobs, "work")
    await jobs.start(number, "admin", WISH)
    assert (await ended(jobs, number)).state == "done"


async def test_a_job_goes_on_while_the_web_role_is_started_anew(jobs: Imports) -> None:
    number = await begun(jobs, "wait")
    await jobs.start(number, "admin", WISH)
    try:
        anew = Imports(jobs.data, jobs.program)
        assert (await anew.read(number, "admin", "en")).state == "running"
        assert (await refusal(anew.start(await begun(anew, "work"), "admin", WISH)))[0] == "busy"
    finally:
        (jobs.jobs / number / "go").touch()
    assert (await ended(anew, number)).state == "done"


async def test_of_two_starts_at_once_one_is_carried_out(jobs: Imports) -> None:
    numbers = [await begun(jobs, "work") for _ in range(2)]
    found = await asyncio.gather(
        *(jobs.start(number, "admin", WISH) for number in numbers), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in found) == ["ImportRefused", "NoneType"]


async def test_a_job_is_its_owners(jobs: Imports) -> None:
    number = await begun(jobs, "work")
    for work in (
        jobs.read(number, "other", "en"),
        jobs.start(number, "other", WISH),
        jobs.read("../../../etc/passwd", "admin", "en"),
        jobs.read("0" * 16, "admin", "en"),
    ):
        assert (await refusal(work))[0] == "gone"


@pytest.mark.parametrize("name", ["../a", "a/b", ".a", "", "a\x00b", "a\\b", "x" * 200, "楼" * 120])
async def test_a_path_is_no_file_name(jobs: Imports, name: str) -> None:
    number = await jobs.begin("admin")
    assert (await refusal(jobs.receive(number, "admin", name, chunks(b"x"))))[0] == "file_name"
    assert list((jobs.jobs / number / "files").iterdir()) == []


async def test_files_are_bounded_together_and_replaced_by_name(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    monkeypatch.setattr(module, "MOST_FILES", 2)
    number = await jobs.begin("admin")
    await jobs.receive(number, "admin", "a", chunks(b"12345"))
    assert (await refusal(jobs.receive(number, "admin", "b", chunks(b"123", b"456"))))[
        0
    ] == "large_files"
    await jobs.receive(number, "admin", "a", chunks(b"1234567890"))
    await jobs.receive(number, "admin", "a", chunks(b"1"))
    job = await jobs.receive(number, "admin", "b", chunks(b"1"))
    assert job.files == ["a", "b"]
    assert (await refusal(jobs.receive(number, "admin", "c", chunks(b"1"))))[0] == "many_files"
    assert sorted(p.name for p in (jobs.jobs / number / "files").iterdir()) == ["a", "b"]


async def test_nothing_starts_without_a_file(jobs: Imports) -> None:
    number = await jobs.begin("admin")
    assert (await refusal(jobs.start(number, "admin", WISH)))[0] == "no_file"


async def test_old_jobs_are_forgotten(jobs: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    old = await jobs.begin("admin")
    past = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(jobs.jobs / old, (past, past))
    monkeypatch.setattr(module, "MOST_JOBS", 3)
    numbers = [await jobs.begin("admin") for _ in range(5)]
    kept = {path.name for path in jobs.jobs.iterdir() if path.is_dir()}
    assert len(kept) == 3 and numbers[-1] in kept and old not in kept


async def test_a_job_that_somebody_else_forgets_at_the_same_moment_is_no_fault(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = await jobs.begin("admin"), await jobs.begin("admin")
    everything = jobs._all

    def then_forgotten() -> list[Path]:
        found = everything()
        shutil.rmtree(jobs.jobs / gone)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_all", then_forgotten)
        number = await jobs.begin("admin")
    assert {path.name for path in jobs._all()} == {stays, number}


@pytest.mark.parametrize("when", ["before", "while"])
async def test_files_for_a_job_that_is_forgotten_meanwhile_are_refused(
    jobs: Imports, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await jobs.begin("admin")
    forget = partial(shutil.rmtree, jobs.jobs / number)

    async def coming() -> AsyncIterator[bytes]:
        yield b"1"
        if when == "while":
            forget()

    if when == "before":
        monkeypatch.setattr(jobs, "_room", lambda *_: forget())
    else:
        monkeypatch.setattr(jobs, "_room", lambda *_: None)  # it looked a moment before
    assert (await refusal(jobs.receive(number, "admin", "a", coming())))[0] == "gone"
    assert not jobs._coming


async def test_a_job_that_is_forgotten_as_it_is_read_or_begun_is_gone(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await begun(jobs, "work")
    known = jobs._job(number)
    assert known is not None
    monkeypatch.setattr(jobs, "_job", lambda _: known)
    shutil.rmtree(jobs.jobs / number)
    assert (await refusal(jobs.read(number, "admin", "en")))[0] == "gone"
    monkeypatch.setattr(jobs, "job", lambda *_: Job(by="admin", made=known.made, files=["a"]))
    assert (await refusal(jobs.start(number, "admin", WISH)))[0] == "gone"


async def test_undo_says_what_was_done_or_why_not(jobs: Imports) -> None:
    assert await jobs.undo("good", "admin", "en") == "undone good"
    assert await refusal(jobs.undo("bad", "admin", "en")) == ("undo", "cannot be undone")


async def test_the_log_shows_ones_own_territories_newest_first(jobs: Imports) -> None:
    for place, hour in (("a", 1), ("b", 2)):
        folder = jobs.data / "imports" / place
        folder.mkdir(parents=True)
        about = {"subject": place, "by": "x", "data": {"territory": f"lusong.s.c.{place}"}}
        row = {"time": f"2026-01-01T0{hour}:00:00+00:00", "type": "place.imported", **about}
        (folder / "log.jsonl").write_text(json.dumps(row) + "\nbroken\n")
    everything = await jobs.log(lambda territory: True)
    assert [row["subject"] for row in everything] == ["b", "a"]
    assert [row["subject"] for row in await jobs.log(lambda t: t.endswith(".a"))] == ["a"]
