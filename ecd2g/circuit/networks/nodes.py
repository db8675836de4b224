"""Labels of nodes: which node a label names, and what may be said of one that names none."""

import difflib
import operator
from collections.abc import Hashable, Mapping, Sequence
from itertools import chain, islice
from numbers import Integral, Number

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory

NODE_LIMIT = 10**8
"""Most nodes of a network."""

BYTES = 32
"""What a node takes while its network is made, at least: a few arrays over all nodes."""

SEARCHED = 10_000
"""Labels that are searched for one that resembles an unknown one."""


def numbered(n_nodes: int) -> range:
    """The labels 0 .. n_nodes - 1."""
    try:
        count = operator.index(n_nodes)
    except TypeError:
        raise InputError(f"the number of nodes must be a whole number, got {n_nodes!r}") from None
    if count < 1:
        raise InputError(f"a resistor network needs at least one node, got {count}")
    advice = "number the nodes 0, 1, 2 ..."
    if count > NODE_LIMIT:
        raise CapacityError(
            f"a network may have at most {NODE_LIMIT:.3g} nodes, got {min(count, 10**300):.3g}; {advice}"
        )
    require_memory(BYTES * count, f"a network of {count:,} nodes", advice)
    return range(count)


def named(nodes: Sequence[Hashable]) -> Sequence[Hashable]:
    """The given labels, each of them once; a range stays one, so that no table of numbers is built."""
    try:
        labels = nodes if isinstance(nodes, range) else tuple(nodes)
    except TypeError:
        raise InputError(
            f"nodes must be labels, one a node, got {nodes!r}; their number is n_nodes"
        ) from None
    numbered(len(labels))
    if isinstance(labels, range):
        return labels
    seen: set[Hashable] = set()
    for label in labels:
        try:
            if label in seen:
                raise InputError(f"every node must have a label of its own, but {label!r} names two")
            seen.add(label)
        except TypeError:
            raise InputError(f"labels of nodes must be hashable, got {label!r}") from None
    return labels


def contracted(
    labels: Sequence[Hashable], kept: NDArray[np.intp] | None, node: NDArray[np.intp] | None
) -> tuple[Sequence[Hashable], dict[Hashable, int]]:
    """Labels of the nodes that are left, and the node of every label that was merged into another's."""
    if kept is None or node is None:
        return labels, {}
    merged = np.setdiff1d(np.arange(len(node)), kept, assume_unique=True)
    gone = {labels[label]: place for label, place in zip(merged.tolist(), node[merged].tolist(), strict=True)}
    return tuple(labels[label] for label in kept.tolist()), gone


def key(label: Hashable) -> Hashable:
    """What a label is looked up by: itself, but apart from the whole number it equals where it is 1.0 or True."""
    if isinstance(label, bool | np.bool_):
        return bool, bool(label)
    if isinstance(label, Number) and not isinstance(label, Integral):
        return Number, label
    return label


def unknown_label(label: object, nodes: Sequence[Hashable], merged: Mapping[Hashable, int]) -> InputError:
    """The refusal of a label that names no node, with the nearest one that does."""
    spelled = {str(node): node for node in islice(chain(nodes, merged), SEARCHED)}
    near = difflib.get_close_matches(str(label), spelled, n=1)
    advice = f"; did you mean {spelled[near[0]]!r}?" if near else ""
    return InputError(f"{label!r} is not a node of the network{advice}")
