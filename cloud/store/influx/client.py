"""Speaking with InfluxDB through influxdb-client: lines out, InfluxQL in, every refusal as a sentence.

Writing goes to ``/api/v2/write``, which 1.8, 2.x and 3 Core have; reading in InfluxQL to ``/query``, which they share.
Only here is influxdb_client imported.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import urllib3
from influxdb_client import InfluxDBClient, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi
from influxdb_client.rest import ApiException

from cloud.errors import CannotStart, RefusedByStore, StoreUnavailable

_DROPPED: Final = re.compile(r"dropped=(\d+)")
_TOO_MANY_FILES: Final = "exceed file limit"
_NO_DATABASE: Final = re.compile(r"database not found|bucket \"?.*\"? not found", re.IGNORECASE)
_REFUSED_LINES: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
_ABOUT_LINES: Final = re.compile(
    r"partial write|unable to parse|type conflict|beyond retention|line protocol|dropped=|"
    r"invalid (field|tag|column|line)",
    re.IGNORECASE,
)
"""What is refused in other words is not the lines' fault: they wait until somebody has mended it."""
_NOT_ALLOWED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class TooWide(StoreUnavailable):
    """A question reaches over more files than InfluxDB 3 Core opens for one (``query-file-limit``)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One series of an answer: its tags, and its rows with the time in ms first."""

    tags: dict[str, str]
    columns: list[str]
    values: list[list[Any]]


@dataclass(frozen=True, slots=True)
class PartlyWritten:
    """Lines that InfluxDB refused; the others were written.

    Attributes:
        reason: in InfluxDB's own words.
        numbers: which lines, from 0, where it says so; empty where it doesn't.
        dropped: how many, where it says so; 0 where it doesn't.
    """

    reason: str
    numbers: tuple[int, ...]
    dropped: int


class InfluxClient:
    """A connection pool to one InfluxDB.

    Args:
        url: with scheme and port.
        org: of 2.x.
        token: of 2.x and 3.
        login: user and password of 1.8.
        ca_file: certificate authority to trust instead of the system's.
        timeout_s: for an answer.
    """

    def __init__(
        self, url: str, *, org: str, token: str, login: tuple[str, str] | None, ca_file: Path | None, timeout_s: float
    ) -> None:
        self._url = url.rstrip("/")
        self._timeout_ms = int(timeout_s * 1000)
        # 1.8 takes user and password as a token on the paths of v2, and as basic authentication on its own.
        self._token = ":".join(login) if login else token
        self._reads_as = f"Basic {base64.b64encode(self._token.encode()).decode()}" if login else f"Token {token}"
        self._org = org or "-"
        self._ca_file = ca_file
        self._client: InfluxDBClient | None = None
        self._write: WriteApi | None = None

    def open(self) -> None:
        """Make the pool; nothing is sent.

        Raises:
            CannotStart: the file of the certificate authority can't be used.
        """
        ca_file = str(self._ca_file) if self._ca_file else None
        try:
            self._client = InfluxDBClient(
                self._url, token=self._token, org=self._org, timeout=self._timeout_ms, ssl_ca_cert=ca_file
            )
        except OSError as error:
            raise CannotStart(f"series.ca_file: {self._ca_file} can't be used: {error}") from error
        self._write = self._client.write_api(write_options=SYNCHRONOUS)

    def close(self) -> None:
        """Close the pool; harmless when not open."""
        if self._write is not None:
            self._write.close()
        if self._client is not None:
            self._client.close()
        self._write = self._client = None

    def write(self, database: str, lines: Sequence[str]) -> PartlyWritten | None:
        """Write lines with times in ms; on return they are on InfluxDB's disk, but for those answered.

        Raises:
            StoreUnavailable: it is not known what was written; write all of it again later.
        """
        if self._write is None:
            raise StoreUnavailable("the InfluxDB client is not open")
        try:
            self._write.write(database, self._org, "\n".join(lines).encode(), WritePrecision.MS)
        except ApiException as error:
            if error.status in _REFUSED_LINES and _ABOUT_LINES.search(_words(error)):
                return _partly(error)
            refusal = self._refusal(error, database)
            if isinstance(refusal, RefusedByStore):
                raise StoreUnavailable(str(refusal)) from error
            raise refusal from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._away(error) from error
        return None

    def query(self, database: str, text: str) -> list[Rows]:
        """Ask a question in InfluxQL.

        Raises:
            StoreUnavailable: InfluxDB is away.
            TooWide: it wants a shorter span.
            RefusedByStore: it does not know this statement, or forbids it.
        """
        if self._client is None:
            raise StoreUnavailable("the InfluxDB client is not open")
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": self._reads_as,
        }
        if not self._token:
            del headers["Authorization"]
        rest = self._client.api_client.rest_client
        try:
            answer = rest.request(
                "POST", f"{self._url}/query", headers=headers, post_params={"db": database, "q": text, "epoch": "ms"}
            )
        except ApiException as error:
            raise self._refusal(error, database) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._away(error) from error
        return self._rows(answer.data, database)

    def _rows(self, text: str, database: str) -> list[Rows]:
        try:
            (result,) = json.loads(text)["results"]
        except (ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(
                f"{self._url}/query does not answer as an InfluxDB does; is series.url right?"
            ) from error
        if "error" in result:
            raise self._named(str(result["error"]), database)
        return [
            Rows(series.get("tags", {}), series["columns"], series.get("values", []))
            for series in result.get("series", [])
        ]

    def _away(self, error: Exception) -> StoreUnavailable:
        return StoreUnavailable(f"InfluxDB at {self._url} can't be reached ({type(error).__name__})")

    def _refusal(self, error: ApiException, database: str) -> StoreUnavailable | RefusedByStore:
        words = _words(error)
        if error.status in _NOT_ALLOWED:
            kind = NotKnown if error.status == HTTPStatus.UNAUTHORIZED else StoreUnavailable
            return kind(
                f"InfluxDB at {self._url} refuses to be used ({words}): give series.token (2.x, 3) or series.username "
                f"and series.password (1.8) of somebody who may read and write {database!r}"
            )
        return self._named(words, database, error.status or 0)

    def _named(
        self, words: str, database: str, status: int = HTTPStatus.BAD_REQUEST
    ) -> StoreUnavailable | RefusedByStore:
        if _TOO_MANY_FILES in words:
            return TooWide(f"InfluxDB at {self._url}: {words}")
        if status == HTTPStatus.NOT_FOUND or _NO_DATABASE.search(words):
            return NoDatabase(
                f"InfluxDB at {self._url} has no database or bucket {database!r}, or this user may not see it; make it "
                f"(docs/stores.md) or name another as series.database ({words})"
            )
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}:
            return RefusedByStore(f"InfluxDB at {self._url}: {words}")
        return StoreUnavailable(f"InfluxDB at {self._url} can't do it now ({status}): {words}")


class NotKnown(StoreUnavailable):
    """InfluxDB does not know who we are (401): at the start that is a mistake of ours."""


class NoDatabase(StoreUnavailable):
    """The database is not there (yet)."""


def _partly(error: ApiException) -> PartlyWritten:
    words = _words(error)
    dropped = _DROPPED.search(words)
    numbers = _line_numbers(error.body)
    return PartlyWritten(words, numbers, int(dropped[1]) if dropped else len(numbers))


def _line_numbers(body: Any) -> tuple[int, ...]:
    """Return which lines InfluxDB 3 names, from 0; it names a hundred at most."""
    try:
        document = json.loads(body)
        return tuple(int(one["line_number"]) - 1 for one in document["data"])
    except (ValueError, KeyError, TypeError):
        return ()


def _words(error: ApiException) -> str:
    """Return what InfluxDB says, in whichever of its forms."""
    try:
        document = json.loads(error.body)
        return str(_first(document) or error.body).strip()
    except (ValueError, TypeError):
        return str(error.body or error.reason).strip()


def _first(document: dict[str, Any]) -> str:
    data = document.get("data")
    detail = data[0].get("error_message", "") if isinstance(data, list) and data and isinstance(data[0], dict) else ""
    said = str(document.get("error") or document.get("message") or "")
    return f"{said}: {detail}" if detail else said
