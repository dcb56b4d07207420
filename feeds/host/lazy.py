"""Modules that are imported when something of theirs is first wanted.

Reading places from files needs GDAL (half a second and 90 MB to import), pages need Dash; a role
pays for what it uses, and the supervisor for none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazy:
    """Stands for a module by its name; what is asked of it imports it.

    For a type checker the module itself is imported beside it (``if TYPE_CHECKING``), so that
    what goes from one room to another is judged all the same.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        """A function or class of the module. Raises AttributeError as the module would."""
        return getattr(import_module(self._module), name)
