"""All rows, by group, in the order of docs/results.md."""

from benchmarks.results_table import beyond, exact, learned, local, networks, speed
from benchmarks.results_table.row import Group, Row

GROUPS: tuple[Group, ...] = tuple(module.GROUP for module in (exact, learned, local, beyond, speed, networks))

ROWS: dict[str, Row] = {row.key: row for group in GROUPS for row in group.rows}
