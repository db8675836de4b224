"""Small mistakes to make in a formula, one at a time: mutants of a module, found in its syntax tree.

sign      + for -, a minus left out
factor    a factor, a divisor or a power left out, a division turned into a product
layer     an index, slice, range or count off by one
boundary  < for <=, > for >=, the smallest for the largest
omitted   a statement, or the refusal of an `if ...: raise`, left out

Types, messages, documentation and `__all__` are left alone: no law could notice.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = ("sign", "factor", "layer", "boundary", "omitted")
COUNTING = {"range", "arange", "roll", "linspace", "eye", "zeros", "ones", "repeat"}
BOUNDARIES = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
EXTREMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True)
class Mutant:
    """One mistake in one module: `before` becomes `after` on a line; `number` is its place among those of the file.

    `statement` is the line where the statement begins, `at_import` whether it runs when the module is loaded.
    """

    path: str
    number: int
    operator: str
    line: int
    statement: int
    at_import: bool
    before: str
    after: str

    @property
    def name(self) -> str:
        """Names the mutant as long as the file does not change."""
        return f"{self.path}:{self.line}:{self.number}"


def mutants(path: str, source: str) -> list[Mutant]:
    """Every mutant of a module."""
    found = []
    for number, (operator, node, new, where) in enumerate(changes(ast.parse(source))):
        after = "(left out)" if isinstance(new, ast.Pass) else ast.unparse(new)
        place = (node.lineno, where.statement, where.at_import)
        found.append(Mutant(path, number, operator, *place, ast.unparse(node), after))
    return found


def mutated(source: str, number: int) -> ast.Module:
    """The tree of a module with the mistake of that number in it."""
    tree = ast.parse(source)
    _, node, new, where = list(changes(tree))[number]
    where.put(ast.copy_location(new, node))
    return ast.fix_missing_locations(tree)


@dataclass(frozen=True)
class Where:
    """A place in a tree: a field of its parent, and what surrounds it."""

    parent: ast.AST
    field: str
    index: int | None
    statement: int
    at_import: bool
    indexing: bool

    def put(self, new: ast.AST) -> None:
        """Put another node there."""
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def changes(tree: ast.Module) -> Iterator[tuple[str, ast.AST, ast.AST, Where]]:
    """Operator, node, its replacement and where that goes, in the order of the source."""
    for node, where in _walk(tree, 1, at_import=True, indexing=False):
        for operator, new in _replacements(node, where.indexing):
            yield operator, node, new, where


def _replacements(node: ast.AST, indexing: bool) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.BinOp(left, op, right) if not (_is_sequence(left) or _is_sequence(right)):
            if type(op) in SIGNS:
                yield "sign", ast.BinOp(left, SIGNS[type(op)](), right)
                if _is_one(right):
                    yield "layer", left
            elif isinstance(op, ast.Mult):
                yield "factor", left
                yield "factor", right
            elif isinstance(op, ast.Div):
                yield "factor", left
                yield "factor", ast.BinOp(left, ast.Mult(), right)
            elif isinstance(op, ast.Pow):
                yield "factor", left
        case ast.UnaryOp(ast.USub(), operand) if not (indexing and isinstance(operand, ast.Constant)):
            yield "sign", operand
        case ast.Constant(int() as value) if indexing and not isinstance(value, bool):
            yield "layer", ast.Constant(value + 1)
            if value > 0:
                yield "layer", ast.Constant(value - 1)
        case ast.Compare(left, [op], right) if type(op) in BOUNDARIES:
            yield "boundary", ast.Compare(left, [BOUNDARIES[type(op)]()], right)
        case ast.Call(ast.Name(name) as called, arguments, keywords) if name in EXTREMES:
            yield "boundary", ast.Call(ast.Name(EXTREMES[called.id], ast.Load()), arguments, keywords)
        case ast.Call(ast.Attribute(value, name), arguments, keywords) if name in EXTREMES:
            yield "boundary", ast.Call(ast.Attribute(value, EXTREMES[name], ast.Load()), arguments, keywords)
        case ast.AugAssign(target, op, value):
            if type(op) in SIGNS:
                yield "sign", ast.AugAssign(target, SIGNS[type(op)](), value)
            yield ("factor" if isinstance(op, ast.Mult | ast.Div) else "omitted"), ast.Pass()
        case ast.Expr(ast.Call()):
            yield "omitted", ast.Pass()
        case ast.If(_, [ast.Raise()], []):
            yield "omitted", ast.Pass()


def _walk(
    parent: ast.AST, statement: int, *, at_import: bool, indexing: bool
) -> Iterator[tuple[ast.AST, Where]]:
    """Every node below another that may be mutated, and where it is."""
    at_import = at_import and not isinstance(parent, ast.FunctionDef | ast.Lambda)
    counts = isinstance(parent, ast.Call) and _name(parent.func) in COUNTING
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        inside = indexing or counts or (isinstance(parent, ast.Subscript) and field == "slice")
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_text(child):
                begin = child.lineno if isinstance(child, ast.stmt) else statement
                yield child, Where(parent, field, index, begin, at_import, inside)
                yield from _walk(child, begin, at_import=at_import, indexing=inside)


def _is_text(node: ast.AST) -> bool:
    """Whether a node is there for readers or the type checker only."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Assign) and _name(node.targets[0]) == "__all__"


def _is_sequence(node: ast.AST) -> bool:
    """Whether + or * on it joins or repeats, rather than adds or multiplies."""
    return isinstance(node, ast.Tuple | ast.List | ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value == 1


def _name(node: ast.AST) -> str:
    return getattr(node, "id", None) or getattr(node, "attr", "")
