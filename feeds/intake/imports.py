"""Imports that somebody asks for on a page: files received, a process a job, its words read.

The web role never opens a foreign file. It writes what comes in to ``data/imports/.jobs/<id>/``
and starts ``app.py import`` there, which bounds itself and leaves its progress and report in the
same folder. A job lives on when the web role is started anew, as it is after every import.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from feeds.intake.import_turn import Turn
from twin.commands.imports import ImportJob, ImportStatus, ImportWish
from twin.errors import Refused

MOST_BYTES = 64 * 1024 * 1024
"""Of all files of a job together; larger ones are imported from the command line."""
MOST_FILES = 30
MOST_JOBS = 20
"""Of one person: nobody's jobs push out those of others."""
MOST_NAME_BYTES = 200
KEPT = timedelta(hours=24)
MOST_LOG_BYTES = 256 * 1024
LANGUAGES = ("zh-CN", "en")
PARTS = {
    "report.html": "text/html; charset=utf-8",
    "faults.geojson": "application/geo+json",
    "map.svg": "image/svg+xml",
}
"""What a job leaves behind in each language, and its media type."""
_ID = re.compile(r"[0-9a-f]{16}\Z")
_NAME = re.compile(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,119}\Z")


class ImportRefused(Refused):
    """What cannot be done with files: ``gone``, ``busy``, ``undo``, ``no_file``, ``file_name``,
    ``many_files`` or ``large_files``.

    A page has a sentence for each word; the reason is for programs, or what an import said itself.
    """


KNOWN = {"name_en": "--name-en", "district_name": "--district", "street_name": "--street",
         "community_name": "--community", "community_code": "--community-code",
         "attribution": "--attribution", "surveyed": "--surveyed"}  # fmt: skip
"""What goes with an import, and the options that carry it."""


class Job(msgspec.Struct):
    """Whose files these are, and for which territory they were used last."""

    by: str
    made: datetime
    files: list[str] = []
    """Set from what lies there whenever a job is read: two uploads at once forget none."""
    territory: str = ""


class Imports:
    """The jobs below one data folder; ``program`` is the command line of ``app.py import``."""

    def __init__(
        self,
        data: Path,
        program: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.parts: Mapping[str, str] = PARTS
        self.data = data
        self.jobs = data / "imports" / ".jobs"
        self.turn = Turn(self.jobs / ".turn")
        self.program = tuple(program)
        self.clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._coming: Counter[str] = Counter()

    # --- files --------------------------------------------------------------------------------

    async def begin(self, by: str) -> str:
        """A new job without files; gives its id."""
        await asyncio.to_thread(self._tidy, by)
        number = secrets.token_hex(8)
        (self.jobs / number / "files").mkdir(parents=True)
        self._keep(number, Job(by=by, made=self.clock()))
        return number

    def _tidy(self, by: str) -> None:
        """Forget old jobs, and this person's oldest where they have too many; none that runs."""
        last = self.clock().timestamp() - KEPT.total_seconds()
        resting = [folder for folder in self._all() if not self._runs(folder.name)]
        ages = {}
        for folder in resting:
            with suppress(FileNotFoundError):  # somebody else tidies at the same moment
                ages[folder] = folder.stat().st_mtime
        found = sorted(ages, key=ages.__getitem__)
        own = [folder for folder in found if self._owner(folder.name) in ("", by)]
        for folder in {*own[: max(len(own) - MOST_JOBS + 1, 0)],
                       *(folder for folder in found if ages[folder] < last)}:  # fmt: skip
            shutil.rmtree(folder, ignore_errors=True)

    def _owner(self, number: str) -> str:
        """Whose a job is; nothing when it never came to be one."""
        job = self._job(number)
        return job.by if job else ""

    def _job(self, number: str) -> Job | None:
        with suppress(OSError, msgspec.DecodeError):
            path = self.jobs / number / "job.json"
            return msgspec.json.decode(path.read_bytes(), type=Job)
        return None

    def job(self, number: str, by: str) -> Job:
        """A job of somebody. Raises ImportRefused (``gone``) unless it is theirs."""
        found = self._job(number) if _ID.match(number) else None
        if found is not None and found.by == by:
            with _there():
                found.files = sorted(path.name for path in (self.jobs / number / "files").iterdir())
            return found
        raise ImportRefused("gone", "no such import")

    def _keep(self, number: str, job: Job) -> None:
        path = self.jobs / number / "job.json"
        spare = path.with_suffix(".half")
        spare.write_bytes(msgspec.json.encode(job))
        spare.replace(path)

    async def receive(self, number: str, by: str, name: str, chunks: AsyncIterator[bytes]) -> Job:
        """Write one file of a job as it comes; a file of the same name is replaced.

        Several may come at once, each into a file of its own. Raises ImportRefused for a name that
        is a path (``file_name``), for too many files (``many_files``), for more bytes than we take
        (``large_files``), of which nothing is kept, while the job runs (``busy``), and when it is
        forgotten meanwhile (``gone``).
        """
        self.job(number, by)
        if self.status(number).state == "running":
            raise ImportRefused("busy", "this import is running: wait for its end")
        if not _NAME.match(name) or len(name.encode("utf-8", "replace")) > MOST_NAME_BYTES:
            raise ImportRefused("file_name", "this is no file name")
        self._room(number, name, 0)
        with _there():
            handle, spare = tempfile.mkstemp(prefix=".coming-", dir=self.jobs / number)
        came = 0
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    came += len(chunk)
                    self._coming[number] += len(chunk)
                    self._room(number, name, self._coming[number])
                    await asyncio.to_thread(file.write, chunk)
            self._room(number, name, came)
            with _there():
                os.replace(spare, self.jobs / number / "files" / name)
        finally:
            self._coming[number] -= came
            if not self._coming[number]:
                del self._coming[number]
            Path(spare).unlink(missing_ok=True)
        return self.job(number, by)

    def _room(self, number: str, name: str, coming: int) -> None:
        """Raise ImportRefused where a file, or the bytes that are coming, are too many.

        Asked anew as a file comes: another of the same job may have come meanwhile.
        """
        with _there():
            files = (self.jobs / number / "files").iterdir()
            others = [path for path in files if path.name != name]
            lying = sum(path.stat().st_size for path in others)
        if len(others) >= MOST_FILES:
            raise ImportRefused("many_files", f"more than {MOST_FILES} files")
        if lying + coming > MOST_BYTES:
            words = f"more than {MOST_BYTES // 1024**2} MiB: use the command line"
            raise ImportRefused("large_files", words)

    # --- running ------------------------------------------------------------------------------

    async def start(self, number: str, by: str, wish: ImportWish) -> None:
        """Start the import of a job's files, as a trial or for good.

        Raises ImportRefused: no file yet (``no_file``), another one of this job or of this
        installation still running (``busy``).
        """
        job = self.job(number, by)
        if not job.files:
            raise ImportRefused("no_file", "no file has been received")
        turn = self._turn(number)
        if turn is None:
            raise ImportRefused("busy", "another import is running: wait for its end")
        try:
            await self._begin(number, by, job, wish, turn)
        finally:
            os.close(turn)

    def _turn(self, number: str) -> int | None:
        """The turn for a job, or None while another has it and has not told its end."""
        turn = self.turn.take(number)
        if turn is not None:
            return turn
        holder = self.turn.holder()
        if holder and self._told(holder).state not in ("done", "failed"):
            return None
        self.turn.pass_on()
        return self.turn.take(number)

    async def _begin(self, number: str, by: str, job: Job, wish: ImportWish, turn: int) -> None:
        """Start the child that has the turn, over what an earlier one left."""
        folder = self.jobs / number
        for lang in LANGUAGES:
            shutil.rmtree(folder / lang, ignore_errors=True)
        (folder / "status.json").unlink(missing_ok=True)
        job.territory = wish.territory
        with _there():
            self._keep(number, job)
        said = folder / "said.txt"
        child = await self._spawn(self._words(folder, wish, by), said, turn)
        self._tell(folder, ImportStatus(state="running"))
        # Somebody has to see it end, or it stays in the process table.
        task = asyncio.create_task(_reap(child, said))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settled(self) -> None:
        """Return when no process that was started here runs any more."""
        await asyncio.gather(*self._running)

    def _all(self) -> list[Path]:
        found = self.jobs.iterdir() if self.jobs.exists() else ()
        return [path for path in found if _ID.match(path.name)]

    def _words(self, folder: Path, wish: ImportWish, by: str) -> list[str]:
        words = [str(folder / "files"), f"--name={wish.name}", f"--territory={wish.territory}"]
        words += [f"--crs={word}" for word in wish.crs]
        words += [f"--shift={wish.shift[0]},{wish.shift[1]}"] if any(wish.shift) else []
        words += [
            f"{KNOWN[key]}={value}" for key, value in wish.known.items() if key in KNOWN and value
        ]
        if wish.mapping is not None:
            (folder / "mapping.json").write_text(json.dumps(wish.mapping), "utf-8")
            words.append(f"--mapping={folder / 'mapping.json'}")
        words += ["--dry-run"] if wish.dry_run else []
        words += ["--bare"] if wish.bare else []
        return [*words, f"--job={folder}", f"--data={self.data}", f"--by={by}"]

    async def _spawn(
        self, words: Sequence[str], said: Path, turn: int
    ) -> asyncio.subprocess.Process:
        with said.open("wb") as file:
            return await asyncio.create_subprocess_exec(
                *self.program,
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                pass_fds=(turn,),
            )

    def _tell(self, folder: Path, status: ImportStatus) -> None:
        spare = folder / ".status"
        spare.write_bytes(msgspec.json.encode(status))
        with suppress(FileExistsError):  # the child has spoken already: what it says is newer
            os.link(spare, folder / "status.json")
        spare.unlink()

    def status(self, number: str) -> ImportStatus:
        """How far a job is."""
        found = self._told(number)
        if found.state == "running" and not self._runs(number):
            found = self._told(number)  # it may have told its end since
        if found.state == "running" and not self._runs(number):
            return ImportStatus(state="failed", share=1.0, said=self._last_words(number))
        return found

    def _runs(self, number: str) -> bool:
        return self.turn.holder() == number

    def _told(self, number: str) -> ImportStatus:
        try:
            status = (self.jobs / number / "status.json").read_bytes()
            return msgspec.json.decode(status, type=ImportStatus)
        except (OSError, ValueError):
            return ImportStatus()

    def _last_words(self, number: str) -> str:
        """What an import printed last that ended without a report."""
        with suppress(OSError):
            lines = (self.jobs / number / "said.txt").read_text("utf-8", "replace").splitlines()
            if lines:
                return lines[-1][:300]
        return ""

    async def read(self, number: str, by: str, lang: str) -> ImportJob:
        """A job with its files and status and, at its end, the report, in one of ``LANGUAGES``."""
        return await asyncio.to_thread(self._read, number, by, lang)

    def _read(self, number: str, by: str, lang: str) -> ImportJob:
        job = self.job(number, by)
        status = self.status(number)
        report = None
        if status.state == "done":
            with suppress(OSError, ValueError):
                report = json.loads((self.jobs / number / lang / "report.json").read_bytes())
        return ImportJob(
            id=number, files=job.files, territory=job.territory, state=status.state,
            share=status.share, words=status.words.get(lang, ""), said=status.said, report=report,
        )  # fmt: skip

    async def part(self, number: str, by: str, name: str, lang: str) -> bytes:
        """One of ``PARTS`` of a job, in one of ``LANGUAGES``. Raises ImportRefused (``gone``)."""
        self.job(number, by)
        if name in PARTS and lang in LANGUAGES:
            with suppress(OSError):
                return await asyncio.to_thread((self.jobs / number / lang / name).read_bytes)
        raise ImportRefused("gone", "not there")

    # --- what was done ------------------------------------------------------------------------

    async def undo(self, territory: str, by: str, lang: str) -> str:
        """Take the last import of a compound back; gives what was done, or why not (``undo``)."""
        words = ["undo", territory, f"--data={self.data}", f"--by={by}", f"--lang={lang}"]
        child = await asyncio.create_subprocess_exec(
            *self.program, *words, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await child.communicate()
        if child.returncode:
            raise ImportRefused("undo", err.decode("utf-8", "replace").strip()[-300:])
        return out.decode("utf-8", "replace").strip()

    async def log(self, covers: Callable[[str], bool]) -> list[Mapping[str, object]]:
        """Imports and undoings, the newest first, of the territories that ``covers`` lets pass."""
        return await asyncio.to_thread(self._log, covers)

    def _log(self, covers: Callable[[str], bool]) -> list[Mapping[str, object]]:
        found = []
        for path in (self.data / "imports").glob("[!.]*/log.jsonl"):
            with path.open("rb") as file:
                file.seek(max(path.stat().st_size - MOST_LOG_BYTES, 0))
                lines = file.read().splitlines()[-20:]
            for line in lines:
                with suppress(ValueError, KeyError, TypeError):
                    row = json.loads(line)
                    if covers(row["data"]["territory"]):
                        found.append(row)
        return sorted(found, key=lambda row: str(row["time"]), reverse=True)[:50]


@contextmanager
def _there() -> Iterator[None]:
    """What is done with a job's folder; raises ImportRefused (``gone``) when it is not there."""
    try:
        yield
    except FileNotFoundError as exc:
        raise ImportRefused("gone", "no such import") from exc


async def _reap(child: asyncio.subprocess.Process, said: Path) -> None:
    """See a child end; one that the system ended without a word leaves the signal's name."""
    code = await child.wait()
    if code < 0:
        with suppress(OSError, ValueError):
            if not said.read_bytes().strip():
                said.write_text(signal.Signals(-code).name, "utf-8")
