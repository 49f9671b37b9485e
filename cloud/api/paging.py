"""Lists in pages, the same on every route: ``limit``, an opaque ``cursor``, and ``Link: <…>; rel="next"`` (RFC 8288).

A route declares ``page: Annotated[Paged, paging(50, 200, int, str)]`` with the types of its rows' keys. The answer's
``Link`` holds the address of the next page for as long as there is one; an answer that is an object says the same
cursor as ``next``.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Query, Request, Response
from starlette.datastructures import URL

from cloud.api.problems import Refusal

CURSOR_MAX_CHARACTERS: Final = 600
WHOLE_MAX: Final = 2**53
WHOLE_LIST: Final = 1_000
"""A page of one's farms or houses: all there are, for nearly everybody."""

Key = tuple[int | str, ...]
"""What a row is found again by; in the order of the list."""

Row = TypeVar("Row")


@dataclass(slots=True)
class Paged:
    """The page that is asked for, and where the next one begins.

    Attributes:
        limit: at most so many rows.
        after: key of the last row of the page before; None on the first page.
        address: what was asked.
        response: gets the ``Link``.
        next: cursor of the next page once the rows are cut; None on the last one.
    """

    limit: int
    after: tuple[Any, ...] | None
    address: URL
    response: Response
    next: str | None = None

    @property
    def wanted(self) -> int:
        """How many rows to read: one more than are shown, to know whether there are more."""
        return self.limit + 1

    def cut(self, rows: Sequence[Row], key: Callable[[Row], Key]) -> list[Row]:
        """Return this page of rows that begin after the cursor, of which ``wanted`` were read."""
        shown = list(rows[: self.limit])
        if len(rows) > self.limit:
            self.next = written(key(shown[-1]))
            following = self.address.include_query_params(cursor=self.next)
            self.response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return shown

    def sliced(self, rows: Iterable[Row], key: Callable[[Row], Key]) -> list[Row]:
        """Return this page of all rows there are, in the order of their keys: for lists that are short by nature."""
        ordered = sorted(rows, key=key)
        return self.cut([row for row in ordered if self.after is None or key(row) > self.after], key)


def paging(default: int, most: int, *kinds: type[int] | type[str]) -> Any:
    """Return the dependency of a list; ``kinds`` are the types of a row's key."""

    async def paged(  # asks no store, so it needs no thread
        request: Request,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=most, description="rows of a page")] = default,
        cursor: Annotated[
            str | None,
            Query(
                max_length=CURSOR_MAX_CHARACTERS,
                description="where the page begins: as it stands in the Link of the page before",
            ),
        ] = None,
    ) -> Paged:
        after = None if cursor is None else _read(cursor, kinds)
        return Paged(limit, after, URL(f"{request.url.path}?{request.url.query}"), response)

    return Depends(paged)


def written(key: Key) -> str:
    """Return a key as a cursor; nobody but this module looks into one."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def bad_cursor() -> Refusal:
    """Say that a cursor is none of this list."""
    detail = "cursor: this is not where a page of this list begins; take it from the Link of the page before"
    zh = "cursor：不是本列表的翻页位置，请使用上一页 Link 中的地址。"
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_cursor", detail, zh=zh)


def _read(cursor: str, kinds: tuple[type[int] | type[str], ...]) -> tuple[Any, ...]:
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(parts, list) or tuple(type(part) for part in parts) != kinds:
        raise bad_cursor()
    if not all(_possible(part) for part in parts):
        raise bad_cursor()
    return tuple(parts)


def _possible(part: int | str) -> bool:
    if isinstance(part, int):
        return abs(part) <= WHOLE_MAX
    # No database of ours keeps these in a text, and none may be asked for them.
    return "\0" not in part and not any("\ud800" <= character <= "\udfff" for character in part)
