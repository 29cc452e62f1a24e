"""A cell's syntax, as Python 3.11 has it: what was new in later Pythons is written otherwise."""
# ruff: noqa: N802, ARG002 - libcst calls methods by these names, with these arguments

from __future__ import annotations

from typing import Any, NamedTuple

import libcst as cst

F_STRING, TYPE, PARAMETERS, DEFAULTS, EXCEPT, T_STRING = (
    ("3.12", "f-string"),
    ("3.12", "type"),
    ("3.12", "[T]"),
    ("3.13", "[T = …]"),
    ("3.14", "except A, B"),
    ("3.14", "t-string"),
)
"""What is newer: since which Python, and in a word."""


class Written(NamedTuple):
    """A cell in older syntax: `code`, where placeholders stand for `expressions` in f-strings.

    `parameters` are those of types (`T`, `*Ts`, `**P`), by the number of their class or function,
    in the order in which these stand. `marks` begins all names that are not the student's:
    `type X[T] = …` is `X = <marks>alias("X", …, "T")`. `newer` says what there was; `unknown` what
    older syntax cannot say.
    """

    code: str
    marks: str
    expressions: dict[str, str]
    parameters: dict[int, list[str]]
    newer: list[tuple[str, str]]
    unknown: bool


def write(source: str) -> Written:
    """Return a cell in older syntax. Raises what libcst does."""
    module = cst.parse_module(source)
    marks = "_older"
    while marks in source:
        marks += "_"
    writer = _Writer(module, marks)
    code = module.visit(writer).code
    newer = sorted(writer.newer)
    unknown = T_STRING in writer.newer
    return Written(code, marks, writer.expressions, writer.parameters, newer, unknown)


class _Writer(cst.CSTTransformer):
    """Notes what is newer, and writes it otherwise."""

    def __init__(self, module: cst.Module, marks: str) -> None:
        super().__init__()
        self.module = module
        self.marks = marks
        self.expressions: dict[str, str] = {}
        self.parameters: dict[int, list[str]] = {}
        self.newer: set[tuple[str, str]] = set()
        self.definitions: list[int] = []
        self.count = 0

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._enter()

    def leave_ClassDef(self, node: cst.ClassDef, updated: cst.ClassDef) -> Any:
        return self._without_parameters(updated)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._enter()

    def leave_FunctionDef(self, node: cst.FunctionDef, updated: cst.FunctionDef) -> Any:
        return self._without_parameters(updated)

    def _enter(self) -> None:
        self.definitions.append(self.count)
        self.count += 1

    def _without_parameters(self, node: Any) -> Any:
        number = self.definitions.pop()
        if node.type_parameters is None:
            return node
        self.parameters[number] = self._names(node.type_parameters)
        return node.with_changes(type_parameters=None)

    def _names(self, parameters: cst.TypeParameters) -> list[str]:
        self.newer.add(PARAMETERS)
        if any(one.default is not None for one in parameters.params):
            self.newer.add(DEFAULTS)
        stars = {cst.TypeVarTuple: "*", cst.ParamSpec: "**"}
        params = [one.param for one in parameters.params]
        return [stars.get(type(one), "") + one.name.value for one in params]

    def leave_TypeAlias(self, node: cst.TypeAlias, updated: cst.TypeAlias) -> cst.Assign:
        self.newer.add(TYPE)
        name = updated.name.value
        names = self._names(updated.type_parameters) if updated.type_parameters else []
        texts = [cst.SimpleString(repr(one)) for one in (name, *names)]
        value: cst.BaseExpression = updated.value
        code = self.module.code_for_node(value)
        if any(isinstance(one, cst.Name) and one.value == name for one in _nodes(value)):
            value = cst.SimpleString(repr(code))
        call = cst.Call(
            cst.Name(f"{self.marks}alias"), [*map(cst.Arg, (texts[0], value, *texts[1:]))]
        )
        return cst.Assign([cst.AssignTarget(updated.name)], call)

    def leave_FormattedStringExpression(
        self, node: cst.FormattedStringExpression, updated: cst.FormattedStringExpression
    ) -> cst.FlattenSentinel[cst.BaseFormattedStringContent]:
        self.newer.add(F_STRING)
        nothing = cst.SimpleWhitespace("")
        code = self.module.code_for_node(updated.expression)
        parts: list[cst.BaseFormattedStringContent] = []
        conversion = updated.conversion
        if node.equal:
            shown = node.with_changes(conversion=None, format_spec=None)
            text = self.module.code_for_node(shown)[1:-1]
            parts.append(cst.FormattedStringExpression(self._stand_in(repr(text))))
            if conversion is None and updated.format_spec is None:
                conversion = "r"
        whole = updated.with_changes(
            expression=self._stand_in(code),
            conversion=conversion,
            equal=None,
            whitespace_before_expression=nothing,
            whitespace_after_expression=nothing,
        )
        return cst.FlattenSentinel([*parts, whole])

    def _stand_in(self, code: str) -> cst.Name:
        name = f"{self.marks}{len(self.expressions)}"
        self.expressions[name] = code
        return cst.Name(name)

    def visit_TemplatedString(self, node: cst.TemplatedString) -> bool:
        self.newer.add(T_STRING)
        return False

    def leave_ExceptHandler(self, node: cst.ExceptHandler, updated: cst.ExceptHandler) -> Any:
        return self._in_parentheses(updated)

    def leave_ExceptStarHandler(
        self, node: cst.ExceptStarHandler, updated: cst.ExceptStarHandler
    ) -> Any:
        return self._in_parentheses(updated)

    def _in_parentheses(self, handler: Any) -> Any:
        if not isinstance(handler.type, cst.Tuple) or handler.type.lpar:
            return handler
        self.newer.add(EXCEPT)
        closed = handler.type.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return handler.with_changes(type=closed)

    def leave_SimpleStatementLine(
        self, node: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        """Keep what follows on its lines, whatever line breaks an f-string held."""
        lost = _breaks(self.module, node) - _breaks(self.module, updated)
        empty = [cst.EmptyLine(indent=False)] * max(0, lost)
        return updated.with_changes(leading_lines=[*updated.leading_lines, *empty])


def _nodes(root: cst.CSTNode) -> list[cst.CSTNode]:
    found = [root]
    for node in found:
        found += node.children
    return found


def _breaks(module: cst.Module, node: cst.CSTNode) -> int:
    code: str = module.code_for_node(node)
    return code.count("\n")
