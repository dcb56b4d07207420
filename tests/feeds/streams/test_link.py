"""Every kind of URL, and what a connection does when the other end is away, closed or moved."""

from __future__ import annotations

import shutil
import subprocess
import traceback
from pathlib import Path

import pytest
import redis

from feeds.errors import Unavailable
from feeds.streams.batches import Position
from feeds.streams.keys import key
from feeds.streams.link import Link, backoff_s, client_from_url, shown
from feeds.streams.streams import Streams
from tests.conftest import free_port
from tests.support.builders import streams as b
from tests.support.servers import Server
from twin.errors import InvalidSetting, StaleVersion

pytestmark = pytest.mark.anyio
S = b.STREET


async def everything_works(url: str) -> None:
    """Append, compare-and-set, lease, follow, range and snapshot through one URL."""
    async with Streams(url) as streams:
        ids = await streams.append(S, b.readings(20))
        token = await streams.lease(S, "us").take()
        ids += (await streams.append_operations(S, [b.a_case("INC-1")], token=token)).ids
        with pytest.raises(StaleVersion):
            await streams.append_operations(S, [b.a_case("INC-1")])
        found = b.ids_in(await b.collected(streams, 21, Position()))
        assert sorted(found) == sorted(ids)
        start, end = await streams.span(S) or (0, 0)
        assert sum([len(batch) async for batch in streams.range(S, start, end)]) == 21
        await streams.save_snapshot(S, b"state", Position())
        assert await streams.load_snapshot(S) == (b"state", Position())
    client = client_from_url(url)
    assert await client.hlen(key(S, "versions")) == 1
    await client.aclose()


async def test_a_cluster_is_used_like_a_single_server(tmp_path: Path) -> None:
    options = {"cluster-enabled": "yes", "cluster-config-file": str(tmp_path / "nodes")}
    options["cluster-port"] = str(free_port())  # by itself it is port + 10000, which may not exist
    with Server(tmp_path, **options) as server:
        with redis.Redis.from_url(server.url) as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await everything_works(
            server.url.replace("redis://", "redis+cluster://").removesuffix("/0")
        )


async def test_an_acl_user_with_a_password_comes_in_and_a_wrong_one_is_told_at_once(
    tmp_path: Path,
) -> None:
    with Server(tmp_path) as server:
        with redis.Redis.from_url(server.url) as client:
            client.execute_command(
                "ACL", "SETUSER", "dayuan", "on", ">p@ss/word", "~dayuan:*", "+@all", "-config"
            )
        await everything_works(server.url.replace("//", "//dayuan:p%40ss%2Fword@"))
        async with Streams(server.url.replace("//", "//dayuan:wrong@")) as streams:
            with pytest.raises(Unavailable, match="refuses us"):
                await streams.append(S, [b.reading()])


async def test_a_unix_socket_will_do(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Server(tmp_path, unixsocket=str(path)):
        await everything_works(f"unix://{path}?db=0")


@pytest.mark.parametrize("binary", [path for path in [shutil.which("redis-server")] if path])
async def test_a_connection_can_be_encrypted_and_checks_the_certificate(
    tmp_path: Path, binary: str
) -> None:
    make_certificate(tmp_path)
    port = free_port()
    files = {"cert": "cert.pem", "key": "key.pem", "ca-cert": "cert.pem"}
    options = {"tls-port": str(port), "tls-auth-clients": "no"}
    options |= {f"tls-{name}-file": str(tmp_path / file) for name, file in files.items()}
    with Server(tmp_path, binary=binary, **options):
        ca = f"ssl_ca_certs={tmp_path / 'cert.pem'}"
        await everything_works(f"rediss://localhost:{port}/0?{ca}")
        async with Streams(f"rediss://localhost:{port}/0", patience_s=0.0) as streams:
            with pytest.raises(Unavailable, match=r"(?i)certificate"):
                await streams.append(S, [b.reading()])


def make_certificate(folder: Path) -> None:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)


async def test_a_server_that_is_away_is_given_up_after_the_callers_patience() -> None:
    async with Streams(f"redis://127.0.0.1:{free_port()}/0", patience_s=0.05) as streams:
        with pytest.raises(Unavailable, match="no answer"):
            await streams.append(S, [b.reading()])


async def test_a_url_of_an_unknown_kind_is_refused_without_showing_its_password() -> None:
    with pytest.raises(InvalidSetting) as refused:
        Link("https://user:secret@host/")
    assert "secret" not in str(refused.value)


def test_waiting_grows_and_is_never_the_same_for_all() -> None:
    assert 0.025 <= backoff_s(0) <= 0.05
    assert 2.5 <= backoff_s(1000) <= 5.0
    assert len({backoff_s(5) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    "url",
    ["redis://:hun/ter2@localhost:6379/0", "redis://:hunter2@localhost:port/0",
     "redis://u:hun?ter2@localhost:6379/0", "rediss://u:hunter2@localhost/0?password=hunter2@x",
     "redis://u:hunter2@localhost:6379/0?db=many"],
)  # fmt: skip
def test_no_password_is_ever_printed(url: str) -> None:
    assert "hun" not in shown(url)
    try:
        client_from_url(url)
    except InvalidSetting as exc:
        assert "hun" not in "".join(traceback.format_exception(exc))
