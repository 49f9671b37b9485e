"""An OpenID provider over real HTTP: it signs everybody in at once as whoever it is told, and checks all that a strict
one checks (redirect address, PKCE, the client's secret, codes that work once).
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "henwise", "a secret of the client's"


@dataclass
class OpenIdProvider:
    """What it says, to be bent where a test wants it bent.

    Attributes:
        claims: of whoever signs in.
        twisted: claims that replace those of an honest ID token.
        refuses: it asks the person, who says no.
    """

    port: int = 0
    redirect_uri: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "s-1"})
    twisted: dict[str, Any] = field(default_factory=dict)
    refuses: bool = False
    signing: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    shown: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        return dict(KeySet([self.shown or self.signing]).as_dict(private=False))

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes next."""
        right = {
            "response_type": "code", "client_id": CLIENT, "redirect_uri": self.redirect_uri,
            "code_challenge_method": "S256",
        }  # fmt: skip
        assert right.items() <= asked.items(), asked
        assert {"openid", "email"} <= set(asked["scope"].split())
        if self.refuses:
            return f"{self.redirect_uri}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return status and answer of the token endpoint."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        if asked is None or challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        honest = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        header = {"alg": "RS256", "kid": self.signing.kid}
        id_token = jwt.encode(header, {**honest, **self.claims, **self.twisted}, self.signing)
        return 200, {"access_token": "of no use here", "token_type": "Bearer", "id_token": id_token}


def _handler(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            address = urlsplit(self.path)
            if address.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(address.query).items()}
                self._answer(302, b"", {"Location": provider.authorize(asked)})
            elif address.path == "/keys":
                self._json(200, provider.keys())
            else:
                self._json(200, provider.discovery())

        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(*provider.token(form, self.headers.get("authorization", "")))

        def log_message(self, *_words: object) -> None:
            """Stay quiet."""

        def _json(self, status: int, document: dict[str, Any]) -> None:
            self._answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """Run a provider on a free port of this machine."""
    provider = OpenIdProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
