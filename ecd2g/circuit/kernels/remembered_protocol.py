"""Protocols whose `isinstance` looks at a type once; plain ones evaluate all properties each time."""

from typing import Protocol
from weakref import WeakKeyDictionary


class RememberedProtocol(type(Protocol)):  # type: ignore[misc]
    """Metaclass of runtime-checkable protocols; what one object of a type answers holds for all of that type."""

    def __instancecheck__(cls, instance: object) -> bool:
        """Whether the object has all members of the protocol, found out for the first object of its type."""
        known = _ANSWERS.setdefault(cls, WeakKeyDictionary())
        kind = type(instance)
        if kind not in known:
            known[kind] = super().__instancecheck__(instance)
        return known[kind]


_ANSWERS: WeakKeyDictionary[type, WeakKeyDictionary[type, bool]] = WeakKeyDictionary()
