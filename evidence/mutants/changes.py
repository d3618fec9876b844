"""Small changes of Python code, each at one place, such as a slip of the keyboard would make."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
_CALCULATIONS: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
    ast.Mod: ("%", "+"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_CONNECTIVES: Final[dict[type[ast.boolop], tuple[str, str]]] = {ast.And: ("and", "or"), ast.Or: ("or", "and")}
_WORD: Final = re.compile(r"\S+")
"""A text without white space is a key, a name or a code; others are mostly prose."""


@dataclass(frozen=True)
class CodeChange:
    """``after`` in place of the bytes from ``start`` to ``end``, on ``line``."""

    line: int
    start: int
    end: int
    before: str
    after: str

    def applied_to(self, source: bytes) -> bytes:
        """Return ``source`` with the change made."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def changes_of(source: bytes) -> list[CodeChange]:
    """List every change of ``source`` that leaves it valid Python, from its top to its bottom."""
    found = sorted(set(_Finder(source).found()), key=lambda change: (change.start, change.end, change.after))
    return [change for change in found if _compiles(change.applied_to(source))]


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "<changed>", "exec")
    except SyntaxError:
        return False
    return True


class _Finder:
    """Walks the tree of one module. Docstrings, annotations, imports and how a class is made are no behaviour."""

    def __init__(self, source: bytes) -> None:
        self._source, self._tree = source, ast.parse(source)
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def found(self) -> Iterator[CodeChange]:
        for node in self._behaviour(self._tree):
            yield from self._of(node)

    def _behaviour(self, node: ast.AST) -> Iterator[ast.AST]:
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns"} or isinstance(node, ast.JoinedStr):
                continue
            if name in {"decorator_list", "keywords"} and isinstance(node, ast.ClassDef):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST) or isinstance(child, ast.Import | ast.ImportFrom):
                    continue
                if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                    continue
                yield child
                yield from self._behaviour(child)

    def _of(self, node: ast.AST) -> Iterator[CodeChange]:
        match node:
            case ast.Constant():
                yield from self._of_constant(node)
            case ast.Compare() | ast.BinOp() | ast.BoolOp():
                yield from self._of_operators(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._replaced(node, self._text(operand))
            case ast.If(test=test) | ast.IfExp(test=test):
                yield self._replaced(test, "False")
            case ast.Raise() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Call()):
                yield self._replaced(node, "pass")
            case ast.Return(value=ast.expr()):
                yield self._replaced(node, "return None")

    def _of_constant(self, node: ast.Constant) -> Iterator[CodeChange]:
        match node.value:
            case bool():
                yield self._replaced(node, str(not node.value))
            case int():
                yield self._replaced(node, str(node.value + 1))
            case str() if _WORD.fullmatch(node.value):
                yield self._replaced(node, repr(f"{node.value}_"))

    def _of_operators(self, node: ast.Compare | ast.BinOp | ast.BoolOp) -> Iterator[CodeChange]:
        match node:
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                for operands, comparison in zip(pairwise([left, *comparators]), ops, strict=True):
                    yield from self._between(*operands, *_COMPARISONS[type(comparison)])
            case ast.BinOp(left=left, op=calculation, right=right) if type(calculation) in _CALCULATIONS:
                yield from self._between(left, right, *_CALCULATIONS[type(calculation)])
            case ast.BoolOp(op=connective, values=values):
                for operands in pairwise(values):
                    yield from self._between(*operands, *_CONNECTIVES[type(connective)])

    def _text(self, node: ast.AST) -> str:
        start, end = self._place(node)
        return self._source[start:end].decode()

    def _place(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.expr | ast.stmt)  # noqa: S101 - no other node is changed
        assert node.end_lineno is not None  # noqa: S101 - it was parsed
        assert node.end_col_offset is not None  # noqa: S101 - it was parsed
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset

    def _replaced(self, node: ast.AST, after: str) -> CodeChange:
        start, end = self._place(node)
        return self._change(start, end, after)

    def _between(self, left: ast.AST, right: ast.AST, operator: str, after: str) -> Iterator[CodeChange]:
        """Replace the operator that stands between two operands."""
        first, last = self._place(left)[1], self._place(right)[0]
        pattern = r"\b" + operator.replace(" ", r"\s+") + r"\b" if operator[0].isalpha() else re.escape(operator)
        if found := re.search(pattern.encode(), self._source[first:last]):
            yield self._change(first + found.start(), first + found.end(), after)

    def _change(self, start: int, end: int, after: str) -> CodeChange:
        line = self._source.count(b"\n", 0, start) + 1
        return CodeChange(line=line, start=start, end=end, before=self._source[start:end].decode(), after=after)
