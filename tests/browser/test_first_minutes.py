"""What the README promises for the first five minutes, with the README's own words."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import ROOT, House

pytestmark = pytest.mark.browser
SHIM = """#!{python}
import sys, redis
client = redis.Redis(port=int(sys.argv[2]), decode_responses=True)
print(client.execute_command(*sys.argv[3:]))
"""
_LOOK = f"""async (before) => {{
  const {{ map }} = {DESK}.map();
  const icon = () => map.getSource("gates").serialize().data.features
    .find(({{ properties }}) => properties.id === "huodian/gate/1")?.properties.icon;
  if (!before) return icon();
  const end = Date.now() + 5000;
  while (icon() === before && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => {{ map.once("render", resolve); map.triggerRepaint(); }});
  return [icon(), Date.now()];
}}"""


def example(word: str, house: House) -> str:
    """The README's command that contains a word, for the ports of this house."""
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    port = house.base.rpartition(":")[2]
    return found.replace("-p 7379", f"-p {house.valkey_port}").replace("8050", port)


def run(command: str, tools: Path) -> str:
    """What a shell prints; where redis-cli is not installed, a stand-in takes its words."""
    if not shutil.which("redis-cli"):
        shim = tools / "redis-cli"
        shim.write_text(SHIM.format(python=sys.executable))
        shim.chmod(0o755)
    script = f'PATH="$PATH:{tools}"\n{command}'
    words = ["bash", "-euc", script]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=20).stdout


def changed(screen: Screen, command: str, tools: Path) -> tuple[Any, float, str]:
    """Run a command; the gate's new picture, when it was painted (ms), and what was printed."""
    before = screen.ask(_LOOK, None)
    screen.ask(f"(before) => {{ window.painted = ({_LOOK})(before); }}", before)
    printed = run(command, tools)
    icon, at_ms = screen.ask("() => window.painted")
    assert icon != before, printed
    return icon, at_ms, printed


def test_the_readme_s_xadd_and_curl_change_the_map_within_a_second(
    visit: Visit, house: House, tmp_path: Path
) -> None:
    screen = visit("chenmin", "/console")
    _, at_ms, printed = changed(screen, example("XADD", house), tmp_path)
    assert at_ms - int(printed.split("-")[0]) < 1000
    case = screen.case("huodian/gate/1")
    assert (case["kind"], case["state"]) == ("gate_forced", "reported")

    command = example("curl ", house).replace("curl ", "date +%s%3N; curl -s ", 1)
    _, at_ms, printed = changed(screen, command, tmp_path)
    begun, answer = printed.split("\n", 1)
    assert at_ms - int(begun) < 1000, answer
    code = screen.until(f"{DESK}.reading('huodian/gate/1')")["code"]
    assert code == 0  # closed
