"""Nodes and currents as they are spelled on a command line."""

from collections.abc import Hashable, Sequence
from math import isfinite, nan

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.data.network_text import WHOLE
from ecd2g.errors import InputError

Pair = tuple[Hashable, Hashable]

WITHOUT_AMPERES = "a side without amperes shares equally what the other side has, or 1 A"
"""What the help says as well."""


def node_of(network: ResistorNetwork, text: str) -> Hashable:
    """The label that a text spells: the text itself, or the whole number it is; InputError where it names no node."""
    label = _found(network, text)
    if label is None:
        network.place(text)  # says what is near
    return label


def _found(network: ResistorNetwork, text: str) -> Hashable | None:
    for label in (text, int(text)) if WHOLE.fullmatch(text) else (text,):
        try:
            network.place(label)
        except InputError:
            continue
        return label
    return None


def terminals_of(
    network: ResistorNetwork, sources: Sequence[str], sinks: Sequence[str]
) -> tuple[dict[Hashable, float], dict[Hashable, float]]:
    """Amperes by node of the sources and the sinks, from texts ``NODE=AMPERE`` or ``NODE``.

    A side without amperes shares the current of the other side equally, and 1 A where neither side has any.
    """
    source, sink = _side(network, sources, "--source"), _side(network, sinks, "--sink")
    sides = [[ampere for ampere in side.values() if ampere is not None] for side in (source, sink)]
    totals = [sum(amperes) for amperes in sides if amperes]
    total = totals[0] if totals else 1.0
    return _shared(source, total), _shared(sink, total)


def _side(network: ResistorNetwork, texts: Sequence[str], option: str) -> dict[Hashable, float | None]:
    side: dict[Hashable, float | None] = {}
    for text in texts:
        try:
            node, ampere = _terminal(network, text)
        except InputError as error:
            raise InputError(f"{option} must be NODE or NODE=AMPERE, but {error}") from None
        if node in side:
            raise InputError(
                f"{option} must name a node once, but it names {node!r} twice; add the currents up"
            )
        side[node] = ampere
    if len({ampere is None for ampere in side.values()}) > 1:
        raise InputError(
            f"{option} must give amperes to all of its nodes or to none, got {' '.join(texts)!r}; "
            f"{WITHOUT_AMPERES}"
        )
    return side


def _terminal(network: ResistorNetwork, text: str) -> tuple[Hashable, float | None]:
    """Node and amperes; a label may hold a "=" itself."""
    node = _found(network, text)
    if node is not None or "=" not in text:
        return node_of(network, text), None
    label, _, number = text.rpartition("=")
    node = node_of(network, label)
    try:
        ampere = float(number)
    except ValueError:
        ampere = nan
    if not (ampere > 0 and isfinite(ampere)):
        raise InputError(
            f"the current of {label!r} must be a positive finite number of amperes, got {number!r}"
        )
    return node, ampere


def _shared(side: dict[Hashable, float | None], total: float) -> dict[Hashable, float]:
    return {node: total / len(side) if ampere is None else ampere for node, ampere in side.items()}


def pair_of(network: ResistorNetwork, text: str) -> Pair:
    """The two nodes of a text ``U,V``; labels may hold commas themselves, where that leaves one reading."""
    commas = [place for place, letter in enumerate(text) if letter == ","]
    if not commas:
        raise InputError(f"--pairs must be two nodes U,V with a comma between, got {text!r}")
    halves = [(text[:comma], text[comma + 1 :]) for comma in commas]
    read = [(_found(network, u), _found(network, v)) for u, v in halves]
    whole = [pair for pair in read if None not in pair]
    if len(whole) > 1:
        raise InputError(
            f"--pairs must name two nodes, but {text!r} can be read in {len(whole)} ways; relabel them"
        )
    if whole:
        return whole[0]
    try:
        for half in halves[0]:
            node_of(network, half)
    except InputError as error:
        raise InputError(f"--pairs must name two nodes U,V, but in {text!r} {error}") from None
    raise InputError(f"--pairs must name two nodes U,V, got {text!r}")
