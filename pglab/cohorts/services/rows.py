"""Reading a YAML file row by row: every fault is collected with its line, so that one run tells all of them."""

import re
from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Any

import yaml

from pglab.core.text import has_control, is_blank, normalize_line

LARGEST_FILE = 2_000_000
PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


class HistoryFileError(Exception):
    """The file cannot be loaded as it is; each fault says where it stands and what is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Marked(dict[str, Any]):
    """A mapping that knows the line on which it and each of its keys stand."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class _Reader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no types
    """Plain YAML: dates stay text as exact as they were written, a key stands once, nothing refers to elsewhere."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "a reference (*) is not read", self.peek_event().start_mark)
        return super().compose_node(parent, index)


def _mapping(reader: _Reader, node: yaml.MappingNode) -> Marked:
    found = Marked(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
        if not key or key in found:
            words = f"“{key}” stands here twice" if key else "a key has to be one word"
            raise yaml.constructor.ConstructorError(None, None, words, key_node.start_mark)
        found[key] = reader.construct_object(value_node, deep=True)
        found.lines[key] = key_node.start_mark.line + 1
    return found


_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(content: bytes) -> Any:
    """What the file says; HistoryFileError with the line when it is not YAML at all."""
    if len(content) > LARGEST_FILE:
        raise HistoryFileError([f"The file is larger than {LARGEST_FILE:,} bytes."])
    try:
        return yaml.load(content, Loader=_Reader)  # noqa: S506  (a SafeLoader that reads even less)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise HistoryFileError([f"Line {mark.line + 1 if mark else 1}: {error.problem or error.context}."]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise HistoryFileError([f"This is not a YAML file that can be read: {error}."]) from error


class Row:
    """One mapping of the file, read key by key. A key that nobody asked for is a fault too: it may be misspelled."""

    def __init__(self, given: object, title: str, faults: list[str]) -> None:
        self.given = given if isinstance(given, Marked) else Marked(0)
        self.title = title
        self.faults = faults
        self.asked: set[str] = set()
        if not isinstance(given, Marked):
            faults.append(f"{title} has to be a list of names and values.")

    def fault(self, words: str, key: str | None = None) -> None:
        """Note what is wrong, with the line of the key or of the whole row."""
        self.faults.append(f"Line {self.given.lines.get(key or '', self.given.line)}, {self.title}: {words}.")

    def take(self, key: str, *, required: bool = False) -> Any:
        """The value of a key, None when it is null or missing."""
        self.asked.add(key)
        value = self.given.get(key)
        if required and value is None:
            self.fault(f"{key} is missing", key)
        return value

    def text(self, key: str, *, required: bool = False, limit: int = 1000) -> str | None:
        """One line of text; "not known" is null and never an empty text."""
        return self._line(key, self.take(key, required=required), limit)

    def _line(self, key: str, value: object, limit: int = 1000) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(f"{key} has to be text; put it in quotes", key)
            return None
        line = normalize_line(value)
        if is_blank(value) or len(line) > limit or has_control(line, one_line=True):
            self.fault(f"{key} has to be one line of up to {limit} letters; leave null what is not known", key)
        return line

    def number(self, key: str, most: int, *, required: bool = False) -> int | None:
        """A whole number from 1 to `most`."""
        value = self.take(key, required=required)
        if value is not None and (type(value) is not int or not 1 <= value <= most):
            self.fault(f"{key} has to be a whole number from 1 to {most:,}", key)
            return None
        return value

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.fault(f"{key} has to be true or false", key)
            return None
        return value

    def day(self, key: str, *, required: bool = False) -> str | None:
        """A date as exact as it is known: `2016-08-02`, `2016-07` or `2016`."""
        value = self.take(key, required=required)
        if value is None:
            return None
        written = str(value)
        try:
            date.fromisoformat(written + "-01" * (2 - written.count("-")))
        except ValueError:
            self.fault(f"{key} has to be a real date such as 2016-08-02, 2016-07 or 2016", key)
            return None
        if not PARTIAL_DATE.fullmatch(written):
            self.fault(f"{key} has to be a real date such as 2016-08-02, 2016-07 or 2016", key)
        return written

    def word(self, key: str, words: type[StrEnum]) -> str | None:
        """One of a few words."""
        value = self.take(key, required=True)
        if value is not None and value not in list(words):
            self.fault(f"{key} has to be one of {', '.join(words)}", key)
        return value if isinstance(value, str) else None

    def address(self, key: str) -> str | None:
        """A web address that starts with http:// or https://."""
        value = self.text(key)
        if value is not None and not WEB_ADDRESS.fullmatch(value):
            self.fault(f"{key} has to be a web address that starts with https://", key)
        return value

    def texts(self, key: str) -> list[str] | None:
        """Several lines of text."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.fault(f"{key} has to be a list", key)
            return None
        lines = [self._line(key, each) for each in value]
        if None in value:
            self.fault(f"{key} has an empty entry", key)
        return [line for line in lines if line is not None]

    def keys(self, key: str, known: Collection[str], *, required: bool = False) -> list[str] | None:
        """Names of organizations or sources that the file itself explains."""
        found = self.texts(key)
        strangers = [each for each in found or [] if each not in known]
        if strangers:
            self.fault(f"{key} names {', '.join(strangers)}, which the file does not explain", key)
        if found is not None and len(set(found)) < len(found):
            self.fault(f"{key} names something twice", key)
        if required and not found:
            self.fault(f"{key} is missing: every row says where it comes from", key)
        return found

    def rows(self, key: str, title: str) -> list["Row"]:
        """The rows listed under a key."""
        value = self.take(key, required=True)
        if value is not None and not isinstance(value, list):
            self.fault(f"{key} has to be a list", key)
            return []
        return [Row(each, f"{title} {place}", self.faults) for place, each in enumerate(value or [], start=1)]

    def row(self, key: str, title: str) -> "Row | None":
        """The one row under a key, if it is there."""
        value = self.take(key)
        return None if value is None else Row(value, title, self.faults)

    def end(self) -> None:
        """Complain about every key that nobody asked for."""
        for key in self.given:
            if key not in self.asked:
                self.fault(f"{key} is not a word of this file", key)
