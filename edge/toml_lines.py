"""On which line of a TOML text does each key stand? tomllib reads values but forgets where they were.

The text is one that tomllib has accepted, so this only has to find its way: tables, arrays of tables, dotted and
quoted keys, arrays, inline tables, strings of all four kinds, comments.
"""

import re
import tomllib

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\[(\[)?")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key, table and array element of a valid TOML text."""
    return _Walk(text).lines()


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Return the line of ``path``, or of what encloses it when it is not there; 1 at last."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def lines(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Path:
        doubled = self._skip(_HEADER) == "[["
        keys = self._keys()
        self._at += 2 if doubled else 1
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            self._note(path)
            if doubled and number == len(keys) - 1:
                self._elements[path] = self._elements.get(path, -1) + 1
            if path in self._elements:
                path = (*path, self._elements[path])
                self._note(path)
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        match self._text[self._at : self._at + 1]:
            case "[":
                self._items(path, "]", inline_table=False)
            case "{":
                self._items(path, "}", inline_table=True)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _items(self, path: Path, end: str, *, inline_table: bool) -> None:
        self._at += 1
        number = 0
        self._skip(_BLANK)
        while self._text[self._at] != end:
            if inline_table:
                self._pair(path)
            else:
                self._note((*path, number))
                self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            keys.append(self._skip(_BARE) or _unquoted(self._skip(_STRING)))
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _note(self, path: Path) -> None:
        self._lines.setdefault(path, self._text.count("\n", 0, self._at) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()


def _unquoted(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"])
