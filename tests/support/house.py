"""``python -m tests.support.house``: the figures of the house, read off its source.

What the house promises of itself: no circles, few files in a folder, short files and functions, a
name for one thing only, states of cases named by the catalogue alone, types over the seam between
web and feeds. ``tests/test_house.py`` keeps them.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[2]
ROOMS = ("twin", "feeds", "layers", "pages", "geodata")
MOST_FILES, MOST_LINES = 16, 400
MEDIAN_LINES, NINTH_TENTH_LINES = 8, 20
"""How many lines half of all functions have at most, and nine tenths of them."""
REASON = "files here"
"""What a folder's docstring says where it has more files."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the rooms by its full name, a package by that of its folder."""
    found = {}
    for path in [ROOT / "app.py", *chain(*((ROOT / room).rglob("*.py") for room in ROOMS))]:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = ast.parse(path.read_text("utf-8"), str(path))
    return found


@cache
def nodes() -> dict[str, list[ast.AST]]:
    """Every node of every module: they are gone through many times."""
    return {name: list(ast.walk(tree)) for name, tree in modules().items()}


def imported(module: str) -> Iterator[str]:
    """Full names of what a module imports, wherever in it, even for its types only."""
    for node in nodes()[module]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules() else node.module


def circles(imports: Mapping[str, Iterator[str] | list[str]] | None = None) -> list[list[str]]:
    """Modules that import each other, by way of others, too: strongly connected components."""
    known = imports or {name: imported(name) for name in modules()}
    number = {name: n for n, name in enumerate(known)}
    pairs = [
        (n, number[other]) for name, n in number.items() for other in known[name] if other in number
    ]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    shape = (len(number), len(number))
    graph = csr_array((np.ones(len(pairs), np.int8), (rows, columns)), shape=shape)
    _, part = connected_components(graph, directed=True, connection="strong")
    members = defaultdict(list)
    for name, n in number.items():
        members[part[n]].append(name)
    return sorted(sorted(some) for some in members.values() if len(some) > 1)


def folders() -> dict[str, int]:
    """How many source files lie in each folder of the rooms and of the browser's modules."""
    counts: dict[str, int] = defaultdict(int)
    for name in modules():
        path = Path(name.replace(".", "/"))
        if not (ROOT / path).is_dir() and path.parent != Path("."):
            counts[str(path.parent)] += 1
    for path in browser_modules():
        counts[str(path.parent.relative_to(ROOT))] += 1
    return dict(sorted(counts.items(), key=lambda row: -row[1]))


def browser_modules() -> list[Path]:
    """The modules that the browser gets from us, those of others left out."""
    found = chain(*((ROOT / "assets").rglob(f"*.{kind}") for kind in ("mjs", "js")))
    return sorted(path for path in found if "vendor" not in path.parts)


def reason(folder: str) -> str:
    """Why a folder holds more files than others, or "" where it does not say so."""
    said = ast.get_docstring(modules().get(folder.replace("/", "."), ast.Module([], []))) or ""
    return said if REASON in said else ""


def files() -> dict[str, int]:
    """Lines of each source file, the longest first."""
    paths = [ROOT / "app.py", *chain(*((ROOT / room).rglob("*.py") for room in ROOMS))]
    lines = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n")
        for path in [*paths, *browser_modules()]
    }
    return dict(sorted(lines.items(), key=lambda row: -row[1]))


def functions() -> list[int]:
    """Lines of each function and method of the rooms, from ``def`` to the end, in order."""
    found = [node for node in chain(*nodes().values()) if isinstance(node, Function)]
    return sorted((node.end_lineno or node.lineno) - node.lineno + 1 for node in found)


def double_names() -> dict[str, list[str]]:
    """Names of public classes that stand for two things, with the modules that have them.

    A protocol that says what one room needs of a class of another is called what that class is
    called, and names it: both are the same thing.
    """
    things: dict[str, list[str]] = defaultdict(list)
    protocols: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, some in nodes().items():
        for node in some:
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            if _is_protocol(node):
                protocols[node.name].append((name, ast.get_docstring(node) or ""))
            else:
                things[node.name].append(name)
    for name, those in things.items():
        those += [
            module for module, says in protocols[name] if f"``{those[0]}.{name}``" not in says
        ]
    return {name: sorted(those) for name, those in sorted(things.items()) if len(those) > 1}


FLOW = frozenset(
    "reported verified assigned accepted en_route on_scene handled checked closed rejected "
    "cancelled".split()
)
"""The states of a case. Two of them in one literal are a list that the catalogue should have."""
_QUOTED = re.compile(r"""\[\s*((?:["'][a-z_]+["'],?\s*)+)\]""")


def state_lists() -> list[str]:
    """Where a literal of Python or a browser's module lists states of cases."""
    found = []
    for name, some in nodes().items():
        for node in some:
            if isinstance(node, ast.Set | ast.List | ast.Tuple):
                words = [one.value for one in node.elts if isinstance(one, ast.Constant)]
                if _lists_states(words):
                    found.append(f"{name}:{node.lineno}")
    for path in browser_modules():
        for listed in _QUOTED.findall(path.read_text("utf-8")):
            if _lists_states(re.findall(r"[a-z_]+", listed)):
                found.append(str(path.relative_to(ROOT)))
    return found


def _lists_states(words: Sequence[object]) -> bool:
    return len(words) > 1 and FLOW.issuperset(words)


def untyped() -> list[str]:
    """Where a value passes from web to feeds or back as ``Any``.

    That is what the web role's parts are declared as, and the protocols of ``pages``.
    """
    found = []
    for name, tree in modules().items():
        if name == "feeds.backing":
            seams: list[ast.AST] = [tree]
        elif name.startswith("pages."):
            classes = [node for node in nodes()[name] if isinstance(node, ast.ClassDef)]
            seams = [one for one in classes if one.name == "Parts" or _is_protocol(one)]
        else:
            continue
        for node in chain(*map(ast.walk, seams)):
            if isinstance(node, ast.Name) and node.id == "Any":
                found.append(f"{name}:{node.lineno}")
    return found


def _is_protocol(node: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(base) for base in node.bases)


def figures() -> Iterator[tuple[str, str, str]]:
    """Each figure: what it counts, what it is, what it may be."""
    met = circles()
    yield "import circles", f"{len(met)} {met or ''}", "0"
    for folder, count in folders().items():
        if count > MOST_FILES:
            yield f"files in {folder}", str(count), reason(folder) or f"{MOST_FILES}"
    largest = next(iter(folders().items()))
    yield "files in the largest folder", "{1} ({0})".format(*largest), f"{MOST_FILES}, or why not"
    yield "lines of the longest file", "{1} ({0})".format(*next(iter(files().items()))), "400"
    lines = functions()
    yield "lines of a function, median", f"{statistics.median(lines):g}", f"{MEDIAN_LINES}"
    yield "lines of a function, p90", f"{ninth_tenth(lines)}", f"{NINTH_TENTH_LINES}"
    double = double_names()
    yield "names used for two things", f"{len(double)} {sorted(double) or ''}", "0"
    yield "lists of states outside the catalogue", f"{len(state_lists())} {state_lists()}", "0"
    yield "Any between web and feeds", f"{len(untyped())} {untyped()}", "0"


def ninth_tenth(lines: list[int]) -> int:
    """What nine tenths of some lengths, in order, do not exceed."""
    return lines[len(lines) * 9 // 10]


def main() -> None:
    """Print every figure beside what it may be."""
    rows = list(figures())
    width = max(len(name) for name, _, _ in rows)
    for name, value, may in rows:
        print(f"{name:<{width}}  {value.strip()}  (at most {may})")


if __name__ == "__main__":
    main()
