"""A camera that gives one JPEG per request: the address with its user and password, basic or digest, and a deadline.

Every request is a connection of its own: small cameras drop idle ones, and each picture is as new as can be. Proxies
of the environment are not used, a camera stands in the local network. No address that is told holds a password.
"""

import base64
import hashlib
import http
import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import unquote

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import CameraLost

MOST_BYTES = 30_000_000
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Address:
    """Where pictures are, and who asks.

    Attributes:
        url: without user and password.
        user: may be empty.
        password: as the camera knows it.
    """

    url: str
    user: str
    password: str

    @classmethod
    def of(cls, source: str) -> "Address":
        """Split an address; its password may stand there as it is, with ``@`` and ``/``, or percent-encoded."""
        scheme, _mark, rest = source.partition("://")
        before, at, host = rest.rpartition("@")
        # An @ that belongs to the path comes after a slash, and no user and password stand before that slash.
        if at and re.match(r"[^/?#]*@|[^/?#:]+:(?!\d*/)", rest):
            user, _colon, password = before.partition(":")
            return cls(f"{scheme}://{host}", unquote(user), unquote(password))
        return cls(source, "", "")


class HttpPictures:
    """Reads like ``cv2.VideoCapture``: ``grab`` asks for a picture, ``retrieve`` gives it.

    Args:
        source: http or https address.
        name: the same as it may be told.
        timeout_s: a picture must have come whole after so long.
    """

    def __init__(self, source: str, name: str, timeout_s: float) -> None:
        self._address = Address.of(source)
        self._name = name
        self._timeout_s = timeout_s
        self._open = _opener(self._address)
        self._jpeg = b""

    def grab(self) -> bool:
        """Ask for a picture and wait for it.

        Raises:
            CameraLost: none came; the message says why and what to do.
        """
        deadline_s = time.monotonic() + self._timeout_s
        try:
            with self._open(self._address.url, timeout=self._timeout_s) as answer:
                self._jpeg = self._body(answer, deadline_s)
        except urllib.error.HTTPError as error:
            error.close()
            raise CameraLost(f"{self._name} answers {error.code}: {_advice(error.code)}") from None
        except TimeoutError:
            raise self._silent() from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"{self._name} can't be reached ({_why(error)}); check the camera and its address"
            raise CameraLost(problem) from None
        return True

    def retrieve(self) -> tuple[bool, NDArray[np.uint8]]:
        """Decode what ``grab`` got: True and (height, width, 3) uint8, BGR.

        Raises:
            CameraLost: it is no picture.
        """
        data = np.frombuffer(self._jpeg, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
        if image is None:
            hint = "is a stream: set single_pictures = false" if b"--" in self._jpeg[:2] else "is no picture"
            raise CameraLost(f"what {self._name} sent {hint}; check the address in a browser")
        return True, image

    def release(self) -> None:
        """Hold nothing between two requests."""
        self._jpeg = b""

    def _body(self, answer: Any, deadline_s: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise CameraLost(f"{self._name} sends no end; if it is a stream, set single_pictures = false")
            if time.monotonic() > deadline_s:
                raise self._silent()
        return b"".join(parts)

    def _silent(self) -> CameraLost:
        return CameraLost(f"{self._name} gave no picture in {self._timeout_s:g} s; it is asked again")


def _opener(address: Address) -> Callable[..., Any]:
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if address.user:
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, address.url, address.user, address.password)
        handlers += [_Digest(known), _Basic(known)]
    return urllib.request.build_opener(*handlers).open


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Digest login that also knows SHA-256 (RFC 7616), as newer cameras ask for, and passwords that are not ASCII."""

    def get_algorithm_impls(self, algorithm: str) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        kinds = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
        kind = kinds.get(algorithm.upper())
        if kind is None:
            raise ValueError(f"it asks for the login {algorithm}, which is not known here")

        def hashed(text: str) -> str:
            return kind(text.encode()).hexdigest()

        return hashed, lambda secret, data: hashed(f"{secret}:{data}")


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Basic login with a password that is not ASCII; and one that is refused is refused once, not for ever."""

    def retry_http_basic_auth(self, host: str, req: urllib.request.Request, realm: str) -> IO[bytes] | None:
        user, password = self.passwd.find_user_password(realm, host)
        if password is None:
            return None
        login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if req.get_header(self.auth_header) == login:
            return None
        req.add_unredirected_header(self.auth_header, login)
        answer: IO[bytes] = self.parent.open(req, timeout=req.timeout)
        return answer


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError):
        return "its certificate is not trusted"
    if isinstance(reason, TimeoutError):
        return "no answer"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _advice(code: int) -> str:
    match code:
        case http.HTTPStatus.UNAUTHORIZED | http.HTTPStatus.FORBIDDEN:
            return "check the user and password in its address"
        case http.HTTPStatus.NOT_FOUND:
            return "check the path of its address"
        case _:
            return "it is asked again; see whether the camera is well"
