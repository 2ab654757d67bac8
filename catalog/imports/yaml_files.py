"""One small YAML file to plain Python values, with no surprise in it (security R45). Runs in the limited child.

PyYAML's C parser makes the tree of nodes; the values are made here: text, numbers, true, false and nothing, in lists and sets of
fields. Refused are aliases, tags, keys given twice, more than one document, deep nesting and text that is not UTF-8.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, ScalarNode, SequenceNode
from yaml.resolver import Resolver

MAX_BYTES = 512 * 1024
MAX_DEPTH = 30
MAX_NODES = 100_000
SURE_DEPTH = 200
"""Nesting that is certain to fit the C parser's stack; deeper text is counted event by event before it is parsed."""
STR, INT, FLOAT, BOOL, NULL, TIME, MAP, SEQ = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
)
PLAIN_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
PLAIN_FLOAT = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}")
BOOLS = SafeConstructor.bool_values
LONGEST_NUMBER = 40
INDENT = re.compile(r"^[ \t\-?:]*", re.MULTILINE)


class Unreadable(ValueError):
    """A file that is not read: what is wrong, where, and what helps."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def read_yaml(data: bytes) -> Any:
    """Return the one document in `data`.

    Raises:
        Unreadable: it is none that is safe and plain.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The file has {len(data):,} bytes.", f"At most {MAX_BYTES:,} are read.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"Line {line} is not UTF-8.", "Save the file as UTF-8.") from error
    try:
        if _needs_a_look(text):
            _look(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise Unreadable(f"It is not YAML: {_told(error)}.", "Correct it with a YAML editor.") from error
    if node is None:
        raise Unreadable("The file is empty.", "Leave it out.")
    return _Values("\\" in text).of(node, 1)


@lru_cache(maxsize=20_000)
def _plain_tag(value: str) -> str:
    """The tag of a text without quotes, such as `48` or `true`, by YAML's own rules."""
    for tag, expression in [
        *Resolver.yaml_implicit_resolvers.get(value[:1], []),
        *Resolver.yaml_implicit_resolvers.get(None, []),
    ]:
        if expression.match(value):
            return str(tag)
    return STR


class _Loader(CParser, Resolver):
    """The C parser; which tag a plain text has is looked up once for each text."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Resolver.__init__(self)

    def resolve(self, kind: type, value: str | None, implicit: Any) -> str:
        if kind is ScalarNode:
            return _plain_tag(value or "") if implicit[0] else STR
        return SEQ if kind is SequenceNode else MAP

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Nothing: we resolve by no path."""

    def ascend_resolver(self) -> None:
        """Nothing: we resolve by no path."""


class _Values:
    """Makes values of nodes, and counts them."""

    def __init__(self, has_escapes: bool) -> None:
        self.nodes = 0
        self.has_escapes = has_escapes

    def of(self, node: Any, depth: int) -> Any:
        kind = type(node)
        if kind is ScalarNode:
            tag = node.tag
            return node.value if tag == STR else _scalar(node, tag)
        if depth > MAX_DEPTH:
            raise _too_deep(node.start_mark.line)
        self.nodes += len(node.value) + 1
        if self.nodes > MAX_NODES:
            raise Unreadable(f"The file has more than {MAX_NODES:,} values.", "It is no type of hardware.")
        if kind is SequenceNode and node.tag == SEQ:
            return [self.of(item, depth + 1) for item in node.value]
        if kind is MappingNode and node.tag == MAP:
            return self.mapping(node, depth + 1)
        raise _tagged(node)

    def mapping(self, node: Any, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if type(key_node) is not ScalarNode:
                raise Unreadable(
                    f"Line {key_node.start_mark.line + 1} has fields where a name is due.",
                    "Write `name: value`; quote a text that starts with a bracket.",
                )
            if key_node.tag != STR:
                _scalar(
                    key_node, key_node.tag
                )  # refuses what has a tag; a number or `on` is a name as it stands
            if key in found:
                line = key_node.start_mark.line + 1
                raise Unreadable(f"Line {line} gives {key[:60]!r} a second time.", "Give each field once.")
            found[key] = self.of(value_node, depth)
        return found


def _scalar(node: Any, tag: str) -> Any:
    """The value of a plain text that is no text: a number, true, false or nothing. A date stays the text it is."""
    value: str = node.value
    if tag == INT:
        if PLAIN_INT.fullmatch(value):
            return int(value)
        return _by_the_book(node, SafeConstructor.construct_yaml_int)
    if tag == FLOAT:
        if PLAIN_FLOAT.fullmatch(value):
            return float(value)
        return _by_the_book(node, SafeConstructor.construct_yaml_float)
    if tag == BOOL and value.lower() in BOOLS:
        return BOOLS[value.lower()]
    if tag == NULL:
        return None
    if tag == TIME:
        return value
    if tag in ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"):
        raise Unreadable(f"Line {node.start_mark.line + 1} has {value!r}.", "Put it in quotes.")
    raise _tagged(node)


def _by_the_book(node: Any, construct: Any) -> Any:
    """A number that is written in another of YAML's ways: 0x1F, 1_000, 1e3, .inf."""
    if len(node.value) > LONGEST_NUMBER:
        raise Unreadable(
            f"Line {node.start_mark.line + 1} has a number of {len(node.value):,} digits.",
            "Put it in quotes.",
        )
    try:
        return construct(SafeConstructor(), node)
    except (ValueError, OverflowError, IndexError) as error:
        raise Unreadable(
            f"Line {node.start_mark.line + 1} has {node.value!r}, which is no number.", "Put it in quotes."
        ) from error


def _needs_a_look(text: str) -> bool:
    """Whether aliases or deep nesting are possible at all: one pass over the text, wrong only on the safe side.

    Blocks nest at most twice for each column that a line starts behind, and once for each bracket.
    """
    if "*" in text:
        return True
    brackets = text.count("[") + text.count("{")
    return brackets + 2 * max(len(start) for start in INDENT.findall(text)) + 2 > SURE_DEPTH


def _look(text: str) -> None:
    """Refuse aliases and deep nesting by the events of the text: the parser of events needs no stack."""
    depth = 0
    parser = CParser(text)
    try:
        while parser.check_event():
            event = parser.get_event()
            line = event.start_mark.line + 1 if event and event.start_mark else 0
            if isinstance(event, yaml.AliasEvent):
                raise Unreadable(
                    f"Line {line} has the alias *{(event.anchor or '')[:40]}.",
                    "Write the value out: a type of hardware needs no alias.",
                )
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _too_deep(line - 1)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    finally:
        parser.dispose()


def _too_deep(line: int) -> Unreadable:
    return Unreadable(f"Line {line + 1} is nested deeper than {MAX_DEPTH} levels.", "Write it flat.")


def _tagged(node: Any) -> Unreadable:
    line = node.start_mark.line + 1
    return Unreadable(f"Line {line} has the tag {node.tag[:60]}.", "Leave the tag out, or quote the text.")


def _told(error: yaml.YAMLError) -> str:
    """What the parser says, on one line, with the line of the file."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    return f"{problem} in line {mark.line + 1}" if mark else str(problem)
