"""Every reason to refuse that a function can come to, read from the code: its own and those of all it names."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from pglab.core import errors

CACHED = type(cache(lambda: None))
GAP = "…"  # stands for what is filled into a sentence


class Reason(NamedTuple):
    """A refusal as it stands in the code."""

    error: str
    sentence: str


def reasons_of(*roots: Any) -> set[Reason]:
    """The refusals in these functions and in every function of the product they lead to, named or called."""
    found: set[Reason] = set()
    seen: set[FunctionType] = set()
    waiting = [function for root in roots for function in functions_of(root)]
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        found |= set(refusals_in(tree, function.__globals__))
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Attribute):
                waiting += functions_of(named(node, function.__globals__))
    return found


def functions_of(thing: Any) -> list[FunctionType]:
    """The functions behind a name: one, or of a class of the product all that it computes."""
    if inspect.isclass(thing):
        if not thing.__module__.startswith("pglab.") or issubclass(thing, Exception):
            return []
        parts = [each.fget if isinstance(each, property) else each for each in vars(thing).values()]
        return [each for each in parts if isinstance(each, FunctionType) and is_written(each)]
    kept = getattr(thing, "__wrapped__", None) if isinstance(thing, CACHED) else thing
    return [kept] if isinstance(kept, FunctionType) and is_written(kept) else []


def is_written(function: FunctionType) -> bool:
    """Whether it stands in a file of the product: not what a data class makes for itself, nor the rules of refusing."""
    return "/pglab/" in function.__code__.co_filename and function.__module__ != errors.__name__


def named(node: ast.expr, known: dict[str, Any]) -> Any:
    """What a name or a dotted name stands for in a module; None for what only exists while it runs."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = named(node.value, known)
        whole = isinstance(owner, ModuleType) or type(owner).__module__.startswith("pglab.core")
        return inspect.getattr_static(owner, node.attr, None) if whole and owner is not None else None
    return None


def refusals_in(tree: ast.AST, known: dict[str, Any]) -> Iterator[Reason]:
    """The refusals written out in one function: `raise RuleError(…)`, `require(…)` and `refuse(…)`."""
    for node in ast.walk(tree):
        call = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(call, ast.Call):
            continue
        raised: Callable[..., Any] | None = named(call.func, known)
        if isinstance(node, ast.Raise) and inspect.isclass(raised) and issubclass(raised, errors.DomainError):
            yield Reason(raised.__name__, sentence(call.args[0], known))
        elif raised is errors.require:
            yield Reason("AccessDeniedError", sentence(call.args[1], known) if len(call.args) > 1 else "")
        elif raised is errors.refuse:
            yield Reason("RuleError", sentence(call.args[0], known))


def sentence(node: ast.expr, known: dict[str, Any]) -> str:
    """The words of a refusal, with a gap for whatever is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(sentence(each, known) for each in node.values)
    value = named(node, known)
    return value if isinstance(value, str) else GAP
