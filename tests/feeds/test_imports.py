"""Jobs of a page: files bounded, one at a time, progress read, what ends without a word is said."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds import imports as module
from feeds.imports import ImportRefused, Imports, Wish

pytestmark = pytest.mark.anyio
WISH = Wish(name="小院", territory="lusong.hejiatu.changtangwan.small")

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
    said = {"state": state, "share": 1, "words": {"en": "w"}, "pid": os.getpid()}
    spare.write_text(json.dumps(said))
    spare.replace(job / "status.json")
if do == "wait":
    tell("running")
    while not (job / "go").exists():
        time.sleep(0.01)
if do == "fall":
    sys.exit("it fell")
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


async def ended(jobs: Imports, number: str) -> dict[str, object]:
    async with asyncio.timeout(20):
        while (found := await jobs.read(number, "admin", "en"))["state"] == "running":
            await asyncio.sleep(0.02)
    return found


async def refusal(work: object) -> tuple[int, str]:
    with pytest.raises(ImportRefused) as caught:
        await work  # type: ignore[misc]
    return caught.value.status, str(caught.value)


async def test_a_job_runs_and_leaves_its_report(jobs: Imports) -> None:
    number = await begun(jobs, "work")
    await jobs.start(number, "admin", WISH)
    found = await ended(jobs, number)
    assert (found["state"], found["report"]) == ("done", {"outcome": "good"})
    assert await jobs.part(number, "admin", "map.svg", "en") == b"<svg/>"
    words = json.loads((jobs.jobs / number / "words.json").read_text())
    assert "--dry-run" in words and "--by=admin" in words and "--name=小院" in words
    for name, lang in (("job.json", "en"), ("map.svg", ".."), ("map.svg", "zh-CN")):
        assert (await refusal(jobs.part(number, "admin", name, lang)))[0] == 404


async def test_words_of_a_person_never_become_options(jobs: Imports) -> None:
    number = await begun(jobs, "work")
    wish = Wish(
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
    assert (await refusal(jobs.start(second, "admin", WISH)))[0] == 409
    (jobs.jobs / first / "go").touch()
    await ended(jobs, first)
    await jobs.start(second, "admin", WISH)
    assert (await ended(jobs, second))["state"] == "done"


async def test_what_ends_without_a_report_says_its_last_words(jobs: Imports) -> None:
    number = await begun(jobs, "fall")
    await jobs.start(number, "admin", WISH)
    found = await ended(jobs, number)
    assert (found["state"], found["words"], found["said"]) == ("failed", "", "it fell")


async def test_a_job_is_its_owners(jobs: Imports) -> None:
    number = await begun(jobs, "work")
    for work in (
        jobs.read(number, "other", "en"),
        jobs.start(number, "other", WISH),
        jobs.read("../../../etc/passwd", "admin", "en"),
        jobs.read("0" * 16, "admin", "en"),
    ):
        assert (await refusal(work))[0] == 404


@pytest.mark.parametrize("name", ["../a", "a/b", ".a", "", "a\x00b", "a\\b", "x" * 200])
async def test_a_path_is_no_file_name(jobs: Imports, name: str) -> None:
    number = await jobs.begin("admin")
    assert (await refusal(jobs.receive(number, "admin", name, chunks(b"x"))))[0] == 422
    assert list((jobs.jobs / number / "files").iterdir()) == []


async def test_files_are_bounded_together_and_replaced_by_name(
    jobs: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    monkeypatch.setattr(module, "MOST_FILES", 2)
    number = await jobs.begin("admin")
    await jobs.receive(number, "admin", "a", chunks(b"12345"))
    assert (await refusal(jobs.receive(number, "admin", "b", chunks(b"123", b"456"))))[0] == 413
    await jobs.receive(number, "admin", "a", chunks(b"1234567890"))
    await jobs.receive(number, "admin", "a", chunks(b"1"))
    job = await jobs.receive(number, "admin", "b", chunks(b"1"))
    assert job.files == ["a", "b"]
    assert (await refusal(jobs.receive(number, "admin", "c", chunks(b"1"))))[0] == 422
    assert sorted(p.name for p in (jobs.jobs / number / "files").iterdir()) == ["a", "b"]


async def test_nothing_starts_without_a_file(jobs: Imports) -> None:
    number = await jobs.begin("admin")
    assert (await refusal(jobs.start(number, "admin", WISH)))[0] == 422


async def test_old_jobs_are_forgotten(jobs: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    old = await jobs.begin("admin")
    past = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(jobs.jobs / old, (past, past))
    monkeypatch.setattr(module, "MOST_JOBS", 3)
    numbers = [await jobs.begin("admin") for _ in range(5)]
    kept = {path.name for path in jobs.jobs.iterdir()}
    assert len(kept) == 3 and numbers[-1] in kept and old not in kept


async def test_undo_says_what_was_done_or_why_not(jobs: Imports) -> None:
    assert await jobs.undo("good", "admin", "en") == "undone good"
    assert await refusal(jobs.undo("bad", "admin", "en")) == (409, "cannot be undone")


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
