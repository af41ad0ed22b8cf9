"""Wrong answers made from a right one: its source with one slip in it, or its value with one entry changed.

A slip is what students do: another axis, a sum for a mean, one too many, a transpose, ceil for floor, min for max, a
sign, a term left out, the wrong number subtracted in a stable formula, another argument. A function is changed together
with the functions of its own module that it calls.
"""

from __future__ import annotations

import ast
import copy
import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

# One name for another, as attribute (np.mean, x.mean) or as built-in function.
CONFUSED = {
    "sum": ["mean"],
    "mean": ["sum", "median"],
    "min": ["max"],
    "max": ["min", "mean"],
    "amax": ["amin"],
    "minimum": ["maximum"],
    "maximum": ["minimum"],
    "argmin": ["argmax"],
    "argmax": ["argmin"],
    "floor": ["ceil", "round"],
    "ceil": ["floor", "round"],
    "round": ["floor", "ceil"],
    "log": ["log2", "log10", "log1p"],
    "log2": ["log"],
    "exp": ["expm1"],
    "std": ["var"],
    "var": ["std"],
    "any": ["all"],
    "all": ["any"],
    "zeros": ["ones"],
    "zeros_like": ["ones_like"],
    "ones": ["zeros"],
    "sin": ["cos"],
    "cos": ["sin"],
    "tanh": ["sin"],
    "prod": ["sum"],
    "cumsum": ["cumprod"],
    "sqrt": ["square"],
    "square": ["abs"],
    "argsort": ["sort"],
}
COMPARED = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
COMPUTED = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Div],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}


SYMMETRIC = ("range", "isinstance", "zip", "broadcast_shapes", "intersect1d", "array_equal", "isclose")
"""Functions of two arguments whose order does not matter, or is never mistaken."""


@dataclass(frozen=True)
class Mutant:
    """A wrong answer, and the slip that it stands for, as "right → wrong"."""

    slip: str
    answer: Any


def mutants(reference: Any) -> list[Mutant]:
    """Return wrong answers made from a right one, each slip with a name of its own."""
    made, seen = [], {}
    for slip, answer in _of_function(reference) if callable(reference) else _of_value(reference):
        seen[slip] = seen.get(slip, 0) + 1
        made.append(Mutant(slip if seen[slip] == 1 else f"{slip} ({seen[slip]})", answer))
    return made


# Functions ------------------------------------------------------------------------------------------------------------


def _of_function(reference: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    functions = _family(reference)
    first = next(iter(functions))
    definitions = {name: _definition(function) for name, function in functions.items()}
    namespace = dict(reference.__globals__)
    for function in functions.values():
        namespace |= inspect.getclosurevars(function).nonlocals

    def build() -> Callable[..., Any]:
        module = ast.Module(body=list(definitions.values()), type_ignores=[])
        own = namespace | {"transposed": _transpose, "turned": _turned_product}
        exec(compile(ast.fix_missing_locations(module), reference.__code__.co_filename, "exec"), own)
        answer = own[first]
        answer.__name__ = reference.__name__
        return answer

    for name, definition in definitions.items():
        place = "" if name == first else f"{name}: "
        for put, take_back, slip in _changes(definition):
            put()
            try:
                answer = build()
            except SyntaxError:
                continue
            finally:
                take_back()
            yield place + slip, answer


def _family(reference: Callable[..., Any]) -> dict[str, types.FunctionType]:
    """Return the name → function of a reference and of all functions of its module that it calls, itself first."""
    found: dict[str, types.FunctionType] = {}
    waiting = [("reference" if reference.__name__ == "<lambda>" else reference.__name__, reference)]
    while waiting:
        name, function = waiting.pop(0)
        found[name] = function
        scope = function.__globals__ | inspect.getclosurevars(function).nonlocals
        for called in _names(function.__code__):
            other = scope.get(called)
            is_ours = isinstance(other, types.FunctionType) and other.__module__ == reference.__module__
            if is_ours and called not in found and called not in dict(waiting):
                waiting.append((called, other))
    return found


def _names(code: types.CodeType) -> list[str]:
    """Return the names that a function looks up, inner functions included."""
    inner = [name for constant in code.co_consts if isinstance(constant, types.CodeType) for name in _names(constant)]
    return [*code.co_names, *code.co_freevars, *inner]


def _definition(function: types.FunctionType) -> ast.stmt:
    """Return a statement that defines the function, wherever in a file it stands, without docstring and annotations."""
    lines, _ = inspect.findsource(function)
    first = function.__code__.co_firstlineno
    for node in ast.walk(ast.parse("".join(lines))):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            if first in (node.lineno, *(one.lineno for one in node.decorator_list)):
                node.decorator_list, node.returns = [], None
                for argument in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]:
                    argument.annotation = None
                if ast.get_docstring(node) is not None:
                    node.body = node.body[1:]
                return node
        elif isinstance(node, ast.Lambda) and node.lineno == first:
            body = node.body
            if (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset) in function.__code__.co_positions():
                return ast.Assign(targets=[ast.Name(id="reference", ctx=ast.Store())], value=node)
    raise ValueError(f"the source of {function.__name__} is not found")


def _changes(definition: ast.stmt) -> Iterator[tuple[Callable[[], None], Callable[[], None], str]]:
    """Yield how to put each slip into the tree and how to take it back, and the slip in words."""
    for parent in list(ast.walk(definition)):
        for field, value in list(ast.iter_fields(parent)):
            if field in ("annotation", "returns", "targets"):
                continue
            for number, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if not isinstance(child, ast.AST):
                    continue
                for other in [*_instead(child, parent), *_other_argument(child, definition)]:
                    slip = _slip(child, other)
                    if slip is None:
                        continue

                    def put(new: Any, parent: Any = parent, field: str = field, number: Any = number) -> None:
                        if number is None:
                            setattr(parent, field, new)
                        else:
                            getattr(parent, field)[number] = new

                    yield lambda put=put, new=other: put(_guarded(new)), lambda put=put, old=child: put(old), slip


def _slip(before: ast.AST, after: ast.AST) -> str | None:
    """Return a slip in words, None where nothing changes."""
    words = [" ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split()) for node in (before, after)]
    return " → ".join(words) if words[0] != words[1] else None


class _Guard(ast.NodeTransformer):
    """Let a transpose that was put in, or turned round, fail where it changes nothing: with one axis."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return _call_of("transposed", node.value) if getattr(node, "put_in", False) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call_of("turned", node.left, node.right) if getattr(node, "put_in", False) else node


def _guarded(node: ast.AST) -> ast.AST:
    return _Guard().visit(copy.deepcopy(node))


def _call_of(name: str, *arguments: ast.AST) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(arguments), keywords=[])


def _transpose(array: Any) -> Any:
    assert np.ndim(array) > 1, "nothing to transpose"
    return array.T


def _turned_product(left: Any, right: Any) -> Any:
    assert np.ndim(left) > 1 or np.ndim(right) > 1, "nothing to turn round"
    return left @ right


def _other_argument(node: ast.AST, definition: ast.AST) -> Iterator[ast.AST]:
    """Yield another argument of the function in place of one that is used."""
    arguments = definition.args if isinstance(definition, ast.FunctionDef) else definition.value.args
    names = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            if name != node.id:
                yield ast.Name(id=name, ctx=ast.Load())


def _instead(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """Yield what a student may write in place of a piece of the right answer."""
    if isinstance(node, ast.BinOp):
        yield from _binary(node, parent)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        if not isinstance(node.operand, ast.Constant) or not isinstance(parent, ast.keyword):
            yield node.operand
        if isinstance(node.operand, ast.BinOp) and isinstance(node.operand.left, ast.UnaryOp):  # -(-a // b), the ceil
            yield ast.BinOp(left=node.operand.left.operand, op=node.operand.op, right=node.operand.right)
            rounded = ast.BinOp(left=node.operand.left.operand, op=ast.Div(), right=node.operand.right)
            yield ast.Call(func=ast.Name(id="round", ctx=ast.Load()), args=[rounded], keywords=[])
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in COMPARED.get(type(node.ops[0]), []):
            yield ast.Compare(left=node.left, ops=[kind()], comparators=node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(op=ast.Or() if isinstance(node.op, ast.And) else ast.And(), values=node.values)
        for number in range(len(node.values)):
            rest = node.values[:number] + node.values[number + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)
    elif isinstance(node, ast.Constant):
        yield from _constant(node, parent)
    elif isinstance(node, ast.Attribute):
        if node.attr == "T":
            yield node.value
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Tuple) and isinstance(parent, ast.Return) and len(node.elts) > 1:
        yield ast.Tuple(elts=node.elts[::-1], ctx=ast.Load())
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.AugAssign):
        yield ast.Pass()
        for kind in COMPUTED.get(type(node.op), []):
            yield ast.AugAssign(target=node.target, op=kind(), value=node.value)
    elif isinstance(node, ast.If):
        yield ast.If(test=ast.Constant(value=False), body=node.body, orelse=node.orelse)
        yield ast.If(test=ast.Constant(value=True), body=node.body, orelse=node.orelse)
    elif isinstance(node, ast.Expr | ast.Break | ast.Continue):
        yield ast.Pass()
    elif isinstance(node, ast.For):
        yield ast.For(target=node.target, iter=node.iter, body=[*node.body, ast.Break()], orelse=node.orelse)


def _binary(node: ast.BinOp, parent: ast.AST) -> Iterator[ast.AST]:
    for kind in COMPUTED.get(type(node.op), []):
        yield ast.BinOp(left=node.left, op=kind(), right=node.right)
    if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow):
        swapped = ast.BinOp(left=node.right, op=node.op, right=node.left)
        if not (isinstance(node.op, ast.Sub) and _forgets_the_sign(parent)):
            yield swapped
    if isinstance(node.op, ast.FloorDiv):  # rounded the other way, and to the nearest
        yield ast.UnaryOp(
            op=ast.USub(),
            operand=ast.BinOp(left=ast.UnaryOp(op=ast.USub(), operand=node.left), op=node.op, right=node.right),
        )
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(left=node.left, op=node.op, right=_transposed(node.right))
        yield ast.BinOp(left=_transposed(node.left), op=node.op, right=node.right)
        turned = ast.BinOp(left=node.right, op=node.op, right=node.left)
        turned.put_in = True
        yield turned
        yield ast.BinOp(left=node.left, op=ast.Mult(), right=node.right)
    if not isinstance(node.op, ast.Mod):
        yield node.left  # a term, a factor, a divisor or an exponent is left out
    if isinstance(node.op, ast.Add | ast.Mult):
        yield node.right
    if isinstance(node.op, ast.Sub):
        yield ast.UnaryOp(op=ast.USub(), operand=node.right)


def _transposed(node: ast.AST) -> ast.AST:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    other = ast.Attribute(value=node, attr="T", ctx=ast.Load())
    other.put_in = True
    return other


def _forgets_the_sign(parent: ast.AST) -> bool:
    """Is this the square or the absolute value of what stands in it?"""
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow):
        return getattr(parent.right, "value", None) == 2
    return isinstance(parent, ast.Call) and _name(parent) in ("abs", "square", "norm")


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _constant(node: ast.Constant, parent: ast.AST) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(parent, ast.keyword) and parent.arg in ("axis", "ddof", "keepdims"):
        return  # changed together with its function
    if isinstance(value, bool):
        yield ast.Constant(value=not value)
    elif isinstance(value, int):
        yield ast.Constant(value=value + 1)
        yield ast.Constant(value=value - 1)
    elif isinstance(value, float):
        yield ast.Constant(value=value * 2 if value else 1.0)
        yield ast.Constant(value=value / 2 if value else -1.0)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    name = _name(node)
    for other in CONFUSED.get(name, []):
        if isinstance(node.func, ast.Attribute):
            yield _with(node, func=ast.Attribute(value=node.func.value, attr=other, ctx=ast.Load()))
        else:
            module = ast.Name(id="np", ctx=ast.Load())
            yield _with(node, func=ast.Attribute(value=module, attr=other, ctx=ast.Load()))
    for number, keyword in enumerate(node.keywords):
        before, after = node.keywords[:number], node.keywords[number + 1 :]
        if keyword.arg in ("axis", "keepdims", "key", "where", "reverse", "ddof"):
            yield _with(node, keywords=before + after)
        if keyword.arg == "axis":
            for axis in {0, 1} - {getattr(keyword.value, "value", None)}:
                other = ast.keyword(arg="axis", value=ast.Constant(value=axis))
                yield _with(node, keywords=[*before, other, *after])
    if name in ("std", "var") and not any(keyword.arg == "ddof" for keyword in node.keywords):
        yield _with(node, keywords=[*node.keywords, ast.keyword(arg="ddof", value=ast.Constant(value=1))])
    if (
        name in ("sqrt", "abs", "exp", "log", "sorted", "argsort", "cumsum", "clip", "tanh", "unique", "set")
        and node.args
    ):
        yield node.args[0]  # the function is left out
    if name == "range":
        last = node.args[0] if len(node.args) == 1 else node.args[1]
        first = ast.Constant(value=0) if len(node.args) == 1 else node.args[0]
        one = ast.Constant(value=1)
        yield _with(node, args=[first, ast.BinOp(left=last, op=ast.Add(), right=one), *node.args[2:]])
        yield _with(node, args=[first, ast.BinOp(left=last, op=ast.Sub(), right=one), *node.args[2:]])
        yield _with(node, args=[ast.BinOp(left=first, op=ast.Add(), right=one), last, *node.args[2:]])
    if name in ("max", "min") and isinstance(node.func, ast.Attribute) and not node.args:
        # The number that is subtracted in a stable formula: that of the first or the last column.
        for place in (0, -1):
            column = ast.List(elts=[ast.Constant(value=place)], ctx=ast.Load())
            index = ast.Tuple(elts=[ast.Constant(value=...), column], ctx=ast.Load())
            yield ast.Subscript(value=node.func.value, slice=index, ctx=ast.Load())
    if name in ("where",) and len(node.args) == 3:
        yield _with(node, args=[node.args[0], node.args[2], node.args[1]])
    elif name not in CONFUSED and len(node.args) == 2 and name not in SYMMETRIC:
        yield _with(node, args=node.args[::-1])


def _with(node: ast.Call, **parts: Any) -> ast.Call:
    return ast.Call(**{"func": node.func, "args": node.args, "keywords": node.keywords, **parts})


# Values ---------------------------------------------------------------------------------------------------------------


def _of_value(value: Any) -> Iterator[tuple[str, Any]]:
    for slip, other in _other_values(value):
        if repr(other) != repr(value):
            yield slip, other


def _other_values(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a value with one slip in it, and which one."""
    if isinstance(value, bool | np.bool_):
        yield f"{value} → {not value}", not value
    elif isinstance(value, int | float | np.number):
        others = [value + 1, value - 1, 2 * value] if isinstance(value, int | np.integer) else [2 * value, value / 2]
        for other in dict.fromkeys([-value, *others]):
            if other != value:
                yield f"{value:g} → {other:g}", other
    elif isinstance(value, str):
        yield f"{value!r} → ''", ""
    elif isinstance(value, np.ndarray):
        yield "transposed", value.T.copy()
        for slip, other in _other_values(value.tolist()):
            yield slip, np.array(other)
    elif isinstance(value, dict):
        keys = list(value)
        for number, key in enumerate(keys):
            for slip, other in _other_values(value[key]):
                yield f"{key!r}: {slip}", {**value, key: other}
            for later in keys[number + 1 :]:
                yield f"{key!r} ↔ {later!r}", {**value, key: value[later], later: value[key]}
    elif isinstance(value, set | frozenset):
        for item in sorted(value, key=repr):
            yield f"without {item!r}", set(value) - {item}
    elif isinstance(value, list | tuple):
        kind = type(value)
        for number, item in enumerate(value):
            for slip, other in _other_values(item):
                yield f"[{number}]: {slip}", kind([*value[:number], other, *value[number + 1 :]])
            for later in range(number + 1, len(value)):
                swapped = list(value)
                swapped[number], swapped[later] = swapped[later], swapped[number]
                yield f"[{number}] ↔ [{later}]", kind(swapped)
