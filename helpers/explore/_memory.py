"""Pictures by key, within a bound of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What can be kept: it tells how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes of its pixels or of its file."""


T = TypeVar("T", bound=Sized)


class Memory(Generic[T]):
    """Things by key, the ones used longest ago forgotten first, never more than `limit` bytes together."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what is kept under `key`, or None."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: Hashable, thing: T) -> None:
        """Keep `thing` under `key`, and forget old ones until all fit."""
        if key in self._kept:
            self.size -= self._kept.pop(key).nbytes
        self._kept[key] = thing
        self.size += thing.nbytes
        while self.size > self.limit:
            self.size -= self._kept.popitem(last=False)[1].nbytes
