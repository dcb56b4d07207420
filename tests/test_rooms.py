"""The rooms of the house, kept by reading the source: who imports whom, and what stays outside."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("twin", "feeds", "layers", "pages", "geodata")
OURS = frozenset({*ROOMS, "app", "bench", "tests"})
MAY_IMPORT = {
    "twin": {"twin"},
    "feeds": {"feeds", "twin"},
    "layers": {"layers", "twin"},
    "pages": {"pages", "layers", "twin"},
    "geodata": {"geodata", "twin"},
}
# Packages of others. A room that is not named takes what it needs, less what is named below.
MAY_USE = {
    "twin": {"msgspec", "numpy", "scipy", "shapely"},
    "layers": {"msgspec", "numpy", "scipy", "shapely", "plotly"},
    "pages": {"dash", "fastapi", "jinja2", "starlette", "msgspec", "plotly", "uvicorn"},
}
MAY_NOT_USE = {
    "feeds": {"dash", "plotly", "shapely", "geopandas", "pyogrio", "scipy"},
    "geodata": {"dash", "plotly", "redis", "fastapi", "starlette"},
}
NO_IO = {"asyncio", "io", "os", "socket", "subprocess", "threading", "time", "random", "secrets"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
# Folders of the browser's half: words and ui below map and panels, which do not know each other.
MODULES_MAY_IMPORT = {
    "geometry": set(),
    "session": set(),
    "records": set(),
    "words": {"geometry", "session"},
    "ui": {"session", "words"},
    "map": {"geometry", "records", "session", "words"},
    "panels": {"geometry", "records", "session", "ui", "words"},
    "pages": {"panels", "records", "session", "ui", "words"},
}
MEANINGLESS = {"util", "utils", "helper", "helpers", "common", "core", "misc", "manager"}
MOST_LINES = 400
MOST_FILES = 16

each_room = pytest.mark.parametrize("room", ROOMS)


def sources(room: str) -> list[Path]:
    return sorted((HOUSE / room).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Full names of all modules a file imports, wherever in it, with the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield node.module or "", node.lineno


def modules() -> list[Path]:
    """The browser's modules, without those of others."""
    return [path for path in HOUSE.glob("assets/**/*.*js") if "vendor" not in path.parts]


def sheets() -> list[Path]:
    """The style sheets, without those of others."""
    return [path for path in HOUSE.glob("assets/**/*.css") if "vendor" not in path.parts]


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(HOUSE)}:{line}"


def package(module: str) -> str:
    return module.partition(".")[0]


@each_room
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    wrong = [
        f"{where(path, line)} imports {module}"
        for path in sources(room)
        for module, line in imported(path)
        if package(module) in OURS - MAY_IMPORT[room]
    ]
    assert wrong == []


@each_room
def test_a_room_uses_only_the_packages_it_may(room: str) -> None:
    free = sys.stdlib_module_names | OURS
    allowed, refused = MAY_USE.get(room), MAY_NOT_USE.get(room, set())
    wrong = [
        f"{where(path, line)} uses {module}"
        for path in sources(room)
        for module, line in imported(path)
        if package(module) not in free
        and (package(module) in refused or (allowed and package(module) not in allowed))
    ]
    assert wrong == []


def test_the_twin_has_no_sockets_files_clocks_or_dice() -> None:
    wrong = []
    for path in sources("twin"):
        wrong += [
            f"{where(path, line)} {name}" for name, line in imported(path) if package(name) in NO_IO
        ]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith):
                wrong.append(f"{where(path, node.lineno)} awaits")
            if isinstance(node, ast.Name) and node.id in {"open", "print", "input"}:
                wrong.append(f"{where(path, node.lineno)} {node.id}")
    assert wrong == []


@pytest.mark.parametrize("room", ["twin", "layers"])
def test_time_is_an_argument_in_the_twin_and_the_layers(room: str) -> None:
    """Only a call counts: a clock handed in may be called what it is."""
    wrong = [
        f"{where(path, node.lineno)} {ast.unparse(node.func)}()"
        for path in sources(room)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "time"}
    ]
    assert wrong == []


@each_room
def test_only_who_begins_a_process_loads_the_catalogue(room: str) -> None:
    """Everybody else is handed it, or two twins of a process could not have different rules."""
    wrong = [
        where(path, node.lineno)
        for path in sources(room)
        for node in ast.walk(tree(path))
        if (
            (isinstance(node, ast.ImportFrom) and node.module == "twin.catalogue")
            and "load" in {alias.name for alias in node.names}
        )
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "catalogue.load")
    ]
    assert wrong == []


@each_room
def test_only_the_catalogue_reads_its_files_and_keeps_none_of_them(room: str) -> None:
    """What a cached function read would be every twin's, whatever catalogue it was handed."""
    own = {"twin/catalogue/__init__.py", "twin/catalogue/address_words.py"}
    wrong = []
    for path in sources(room):
        file = where(path, 0).rpartition(":")[0]
        names = {
            alias.name
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ImportFrom | ast.Import)
            for alias in node.names
            if room == "twin" or getattr(node, "module", "") == "twin.catalogue"
        }
        reads = names & {"read", "read_sounds", "resources", "tomllib", "pathlib"}
        if file in own:
            wrong += [f"{file}: {name}" for name in names & {"cache", "lru_cache"}]
        else:
            wrong += [f"{file}: {name}" for name in reads]
    assert wrong == []


@each_room
def test_only_app_reads_the_environment(room: str) -> None:
    wrong = [
        where(path, node.lineno)
        for path in sources(room)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert wrong == []


@each_room
def test_every_file_says_what_it_is_and_has_a_name_with_a_meaning(room: str) -> None:
    for path in sources(room):
        assert ast.get_docstring(tree(path)), f"{path}: no docstring"
        assert path.stem not in MEANINGLESS, path
        assert path.parent.name not in MEANINGLESS, path


def test_files_stay_short_enough_to_read() -> None:
    """Tests too, of the product and of the browser's modules."""
    files = [HOUSE / "app.py", *modules(), *sheets(), *(HOUSE / "tests").rglob("*.mjs")]
    files += [path for room in (*ROOMS, "tests") for path in sources(room)]
    lines = {str(path.relative_to(HOUSE)): path.read_text("utf-8").count("\n") for path in files}
    assert {name for name, count in lines.items() if count > MOST_LINES} == set()


@each_room
def test_each_test_file_has_the_file_it_tests(room: str) -> None:
    """``tests/twin/rules/test_derivation.py`` is about ``twin/rules/derivation.py``.

    Or about a folder of that name; browser modules that need a page around them are tried with
    the pages.
    """
    tests = HOUSE / "tests"
    lost = [
        where(path, 1)
        for path in (tests / room).rglob("test_*.py")
        if not (source := HOUSE / path.relative_to(tests).with_name(path.stem[5:])).is_dir()
        and not source.with_suffix(".py").exists()
        and not (HOUSE / "assets" / source.relative_to(HOUSE / room)).is_dir()
    ]
    assert lost == []


@each_room
def test_a_folder_is_a_topic_and_holds_few_files(room: str) -> None:
    """More than sixteen source files lie in a folder only with the reason in its docstring."""
    folders = {path.parent for path in sources(room)}
    crowded = {
        str(folder.relative_to(HOUSE)): count
        for folder in folders
        if (count := len(list(folder.glob("*.py"))) - 1) > MOST_FILES
        and "files here" not in (ast.get_docstring(tree(folder / "__init__.py")) or "")
    }
    assert crowded == {}


@pytest.mark.parametrize("folder", sorted(MODULES_MAY_IMPORT))
def test_a_folder_of_modules_imports_only_what_lies_below_it(folder: str) -> None:
    """Also what it fetches late, and what its JSDoc takes types from."""
    wrong = [
        f"{where(path, 1)} imports {target}"
        for path in modules()
        if path.is_relative_to(HOUSE / "assets" / folder)
        for name in re.findall(r'"(\.\.?/[^"]+\.mjs)"', path.read_text("utf-8"))
        if (target := (path.parent / name).resolve().relative_to(HOUSE / "assets").parts[0])
        not in {folder, "vendor"} | MODULES_MAY_IMPORT[folder]
    ]
    assert wrong == []


def test_every_folder_of_modules_has_its_place() -> None:
    folders = {path.relative_to(HOUSE / "assets").parts[0] for path in modules()}
    assert {name for name in folders if "." not in name} == set(MODULES_MAY_IMPORT)
