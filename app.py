"""Who is plugged into whom: command line and start-up.

``python app.py`` runs every role of one machine under the supervisor; each role can also run
alone, on a machine of its own. This is the only file that reads the environment.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from feeds.access import account_cli, token_cli
from feeds.access.accounts import CONSOLE, Accounts, Terms, demo_accounts
from feeds.access.logins import Logins
from feeds.access.sources import Source, Sources
from feeds.access.tokens import Tokens
from feeds.errors import Unavailable
from feeds.health.conditions import Conditions, Shared
from feeds.host.descriptors import raise_limit
from feeds.host.district_files import load_catalogues, read_catalogues
from feeds.host.folders import keep_private
from feeds.host.heartbeat import VARIABLE as HEARTBEAT
from feeds.host.heartbeat import beat, pipe_in
from feeds.host.lazy import Lazy
from feeds.host.listening import VARIABLE as LISTENING
from feeds.host.listening import lent_sockets, listening, until_answering
from feeds.host.settings import Settings, read_settings
from feeds.host.supervisor import Role, Supervisor, stops_on_signals, until_told
from feeds.host.valkey import Valkey, at_hand, running_url
from feeds.streams.durability import refuse_eviction
from feeds.streams.keys import key
from feeds.streams.link import ANSWER_S, client_from_url, shown
from feeds.streams.streams import Streams
from twin.catalogue import load
from twin.errors import DayuanError, InvalidSetting
from twin.places.model import Compound
from twin.places.territory import street_of

if TYPE_CHECKING:
    from feeds import backing
    from feeds.demo import scenario
    from feeds.demo import simulator as demo
    from feeds.engine import role as engines
    from feeds.intake import imports
    from geodata import store, tiles
    from geodata.demo import first_run
    from geodata.importing import command as importing
    from geodata.importing import history
    from pages import web as pages
    from pages.api import basemap
    from pages.api import imports as import_page
    from pages.door import hosts
    from pages.ogc import take
else:
    backing, imports = Lazy("feeds.backing"), Lazy("feeds.intake.imports")
    demo, scenario = Lazy("feeds.demo.simulator"), Lazy("feeds.demo.scenario")
    engines = Lazy("feeds.engine.role")
    store, tiles = Lazy("geodata.store"), Lazy("geodata.tiles")
    first_run = Lazy("geodata.demo.first_run")
    importing, history = Lazy("geodata.importing.command"), Lazy("geodata.importing.history")
    pages, hosts = Lazy("pages.web"), Lazy("pages.door.hosts")
    basemap, import_page = Lazy("pages.api.basemap"), Lazy("pages.api.imports")
    take = Lazy("pages.ogc.take")
log = logging.getLogger("dayuan.places")
ASSETS = Path(__file__).resolve().parent / "assets"
PROGRAM = (sys.executable, str(Path(__file__).resolve()))


def places(settings: Settings) -> store.PlacesFolder:
    """What lies on disk: compounds, districts, and files that were left out and why."""
    last_good = settings.data / "last-good"
    return store.read(settings.places, fold=True, last_good=last_good)


def streets(
    settings: Settings, held: store.PlacesFolder | None = None
) -> dict[str, list[Compound]]:
    """The compounds of ``held``, or on disk, by their street; where the demo is set, first."""
    found: dict[str, list[Compound]] = {}
    for compound in (held or places(settings)).compounds:
        found.setdefault(street_of(compound.territory), []).append(compound)
    told = scenario.stages(found) if settings.demo else []
    return {street: found[street] for street in dict.fromkeys([*told, *sorted(found)])}


def say_left_out(held: store.PlacesFolder, conditions: Conditions | None = None) -> None:
    """Name each file of the places that was left out: in the log, and to people."""
    for file, reason, said, last_good in held.left_out:
        instead = "its last good copy stands for it" if last_good else "left out"
        log.warning("places/%s is %s, %s: %s", file, reason, instead, said)
    if held.left_out and conditions is not None:
        first = held.left_out[0]
        conditions.raise_(
            "place_left_out", count=len(held.left_out), file=first.file, reason=first.reason
        )


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Lines(NamedTuple):
    """What a role's supervisor gave it: a pipe to beat on, and the numbers of open sockets."""

    heartbeat: int | None = None
    sockets: str = ""


async def web(settings: Settings, lines: Lines) -> None:
    """Serve pages, ``/live``, commands and APIs."""
    held = places(settings)
    found = streets(settings, held)
    streams = Streams(settings.redis_url, patience_s=ANSWER_S)
    say_left_out(held, streams.conditions)
    async with people(settings) as known, streams:
        await refuse_an_open_door(settings, known[0])
        backed = backing.backing(
            streams, found, load_catalogues(settings.catalogues, load()), *known, now
        )
        jobs = imports.Imports(settings.data, (*PROGRAM, "import"))
        parts = pages.Parts(
            backing=backed,
            more=[import_page.router(jobs)],
            public=settings.public_url,
            hosts=hosts.Hosts(settings.names, loopback_only=settings.demo),
            edit=partial(history.edit, settings.places),
            stream_origins=settings.stream_origins,
            tiles=settings.data / "tiles",
            districts=held.districts,
            basemap=basemap.read_basemap(settings.basemap),
            beat=partial(beat, lines.heartbeat),
        )
        doors = lent_sockets(lines.sockets)
        await pages.run(parts, host=settings.host, port=settings.port, assets=ASSETS, doors=doors)


async def engine(settings: Settings, lines: Lines) -> None:
    """Derive alarms, incidents and deadlines for every street; active by lease, else stand by."""
    held, catalogues = places(settings), load_catalogues(settings.catalogues, load())
    say_left_out(held)
    found = streets(settings, held)
    async with Streams(settings.redis_url) as streams, asyncio.TaskGroup() as tasks:
        tasks.create_task(beat(lines.heartbeat))
        tasks.create_task(Shared(streams.link, streams.conditions, found).run())
        for street, compounds in found.items():
            tasks.create_task(engines.run(streams, street, compounds, catalogues.of(street)))


async def simulator(settings: Settings, lines: Lines) -> None:
    """Play the demo's devices, residents and responders in every street."""
    options = {"seed": settings.seed, "rate": settings.rate}
    held, catalogues = places(settings), load_catalogues(settings.catalogues, load())
    say_left_out(held)
    found, districts = streets(settings, held), held.districts
    async with Streams(settings.redis_url) as streams, asyncio.TaskGroup() as tasks:
        tasks.create_task(beat(lines.heartbeat))
        tasks.create_task(demo.run_streets(streams, found, districts, catalogues, **options))


ROLES: dict[str, Callable[[Settings, Lines], Awaitable[None]]] = {
    "web": web,
    "engine": engine,
    "feed simulator": simulator,
}
_AWAITED = frozenset({"web"})
_DEMO = {"DAYUAN_DEMO": "1"}
_DEMO_ROLES = frozenset({"feed simulator"})


@asynccontextmanager
async def people(settings: Settings) -> AsyncIterator[tuple[Accounts, Sources, Tokens]]:
    """Accounts, sources and access tokens, connected; with the demo's own in demo mode."""
    found = streets(settings) if settings.demo else {}
    demo = demo_accounts([place for places in found.values() for place in places])
    source = next((Source(name="demo", territory=street) for street in found), None)
    console = Terms(absolute_s=CONSOLE.absolute_s, idle_s=settings.idle_s)
    async with client_from_url(settings.redis_url) as client:
        yield (
            Accounts(client, demo=demo if settings.demo else (), console=console),
            Sources(client, demo=source),
            Tokens(client),
        )


async def refuse_an_open_door(settings: Settings, accounts: Accounts) -> None:
    """Raise InvalidSetting for an address others can reach while no real account exists."""
    if not settings.loopback and not await accounts.list():
        reason = "no account exists yet: add one on this machine first (app.py account add)"
        raise InvalidSetting("DAYUAN_HOST", settings.host, reason)


async def refuse_a_server_that_forgets(settings: Settings) -> None:
    """Raise InvalidSetting for a server that evicts; one that is away says so on screens later."""
    with suppress(Unavailable):
        async with Streams(settings.redis_url, patience_s=ANSWER_S) as streams:
            await refuse_eviction(streams.link, key(None, "probe"))


def play(settings: Settings, role: str, lines: Lines) -> None:
    """Run one role in this process until it is told to end."""
    url = settings.redis_url or running_url(settings.server_folder)
    if url is None:
        raise InvalidSetting("DAYUAN_REDIS_URL", "", "no server runs here: name one")
    uvloop.run(until_told(ROLES[role](replace(settings, redis_url=url), lines)))


# --- all roles on one machine -----------------------------------------------------------------


async def supervise(settings: Settings) -> None:
    """Run everything until told to end: the embedded server unless another is named, and roles."""
    read_catalogues(settings.catalogues, load())  # refused now, rather than by each role
    doors = await open_doors(settings)
    prepare_places(settings)
    server = None
    if not settings.redis_url:
        server = Valkey(
            settings.server_folder, port=settings.valkey_port, open_to_all=settings.demo
        )
        await server.start()
        settings = replace(settings, redis_url=server.url)
    supervisor = Supervisor(roles=_roles(settings, doors), server=server, watched=settings.places)
    stops_on_signals(supervisor.stop)
    is_open = server is not None and settings.demo
    announcing = asyncio.create_task(_announce(settings, " (no password)" if is_open else ""))
    try:
        await refuse_a_server_that_forgets(settings)
        if not settings.loopback:  # then nobody has to be known, which takes a while to find out
            async with people(settings) as (accounts, *_):
                await refuse_an_open_door(settings, accounts)
        await supervisor.run()
    finally:
        announcing.cancel()
        if server:
            await server.stop()


async def open_doors(settings: Settings) -> list[int]:
    """The sockets people come to, as open files. Raises InvalidSetting when they are taken."""
    try:
        return [sock.detach() for sock in await listening(settings.host, settings.port)]
    except OSError as exc:
        reason = f"cannot listen on {settings.host}: {exc.strerror or exc}"
        raise InvalidSetting("DAYUAN_PORT", str(settings.port), reason) from exc


def prepare_places(settings: Settings) -> None:
    """Make the data folder; on the demo's first run, its street or its city."""
    settings.places.mkdir(parents=True, exist_ok=True)
    if settings.demo:
        first_run.prepare(settings.places, settings.city, settings.seed)


async def _announce(settings: Settings, remark: str) -> None:
    """Print the one line people wait for, once the web role answers."""
    await until_answering(settings.host, settings.port)
    streams = f"streams: {shown(settings.redis_url)}{remark}"
    print(f"Dayuan: {settings.address} · {streams} · Ctrl-C ends", flush=True)


def _roles(settings: Settings, doors: Sequence[int] = ()) -> list[Role]:
    demo = "1" if settings.demo else "0"
    env = os.environ | {"DAYUAN_REDIS_URL": settings.redis_url, "DAYUAN_DEMO": demo}
    lent = {"web": {LISTENING: " ".join(map(str, doors))}} if doors else {}
    names = [name for name in ROLES if settings.demo or name not in _DEMO_ROLES]
    lasting = [
        Role(
            name=name,
            argv=(*PROGRAM, *name.split()),
            env=env | lent.get(name, {}),
            beats=True,
            awaited=name in _AWAITED,
            later=name in _DEMO_ROLES,
            pass_fds=tuple(doors) if name in lent else (),
        )
        for name in names
    ]
    return [*lasting, Role(name="tiles", argv=(*PROGRAM, "tiles"), env=env, once=True, later=True)]


# --- command line -----------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The command line; ``docs/reference/commands.md`` explains each command."""
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("demo", help="everything, with the demo street and its identities")
    commands.add_parser("web", help="one role: pages, /live, commands, APIs")
    commands.add_parser("engine", help="one role: alarms, incidents, deadlines")
    feed = commands.add_parser("feed", help="one role: a source of events")
    feed.add_argument("name", choices=[r.split()[1] for r in ROLES if r.startswith("feed ")])
    scenario = commands.add_parser("scenario", help="play a story in the running demo")
    scenario.add_argument("name")
    commands.add_parser("import", help="read a compound from files", add_help=False)
    commands.add_parser("tiles", help="cut the places on disk into vector tiles")
    account_cli.add_arguments(commands)
    token_cli.add_arguments(commands)
    return parser


def _responders(settings: Settings) -> dict[str, str]:
    """The names of all responders in the places, by id."""
    compounds = [one for places in streets(settings).values() for one in places]
    return {card.id: card.name for one in compounds for card in one.responders}


async def _register(settings: Settings, asked: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        url = settings.redis_url or await stack.enter_async_context(
            at_hand(settings.server_folder, port=settings.valkey_port, open_to_all=settings.demo)
        )
        known = await stack.enter_async_context(people(replace(settings, redis_url=url)))
        streams = await stack.enter_async_context(Streams(url))
        held = places(settings)
        if asked.command in ("account", "source"):
            logins = Logins(known[0], streams, list(streets(settings, held)), now)
            named = partial(_responders, settings)
            register = account_cli.Register(*known[:2], logins, token_cli.operator(), named)
            print(await account_cli.carry_out(asked, register))
            return
        rows = read_catalogues(settings.catalogues, load())
        backed = backing.backing(streams, streets(settings, held), rows, *known, now)
        if asked.command == "token":
            print(await token_cli.carry_out(asked, backed.doors, known[2]))
        else:
            print(await take.carry_out(asked, backed, token_cli.operator(), held.districts))


async def _scenario(settings: Settings, name: str) -> None:
    url = settings.redis_url or running_url(settings.server_folder) or ""
    async with Streams(url) as streams:
        for street in scenario.stages(streets(settings)):
            await demo.request(streams, street, name)
            print(f"{name} has begun in {street}")


def carry_out(settings: Settings, asked: argparse.Namespace) -> int:
    """Do what the command line asks for; the exit code."""
    raise_limit()
    keep_private(settings.data)
    match asked.command:
        case "account" | "source" | "token" | "export":
            uvloop.run(_register(settings, asked))
        case "scenario":
            uvloop.run(_scenario(settings, asked.name))
        case "import":
            return int(importing.main(asked.rest, settings.places, load(), asked.environ))
        case "tiles":
            os.nice(10)  # screens are served meanwhile
            return int(tiles.main(settings.places, settings.data / "tiles"))
        case "web" | "engine":
            play(settings, asked.command, asked.lines)
        case "feed":
            play(settings, f"feed {asked.name}", asked.lines)
        case _:
            uvloop.run(supervise(settings))
    return 0


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """The program: 0, or 2 with one sentence on standard error."""
    # The importer reads its own words, --help among them; argparse would take them for ours.
    importing = argv[:1] == ["import"]
    asked = parser().parse_args(argv[:1] if importing else argv)
    asked.lines = Lines(pipe_in(environ), environ.get(LISTENING, ""))
    environ = {name: word for name, word in environ.items() if name not in (HEARTBEAT, LISTENING)}
    asked.rest, asked.environ = (argv[1:], environ) if importing else ([], {})
    try:
        settings = read_settings(environ if asked.command != "demo" else {**environ, **_DEMO})
        logging.basicConfig(
            level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        return carry_out(settings, asked)
    except DayuanError as exc:
        print(f"dayuan: {exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], os.environ))
