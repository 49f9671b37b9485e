"""Signing in through an OpenID Connect provider: discovery, the code flow with PKCE, the checked ID token. Blocking.

OpenID Connect Core 1.0 and Discovery 1.0; PKCE is RFC 7636, the issuer in the answer RFC 9207. The provider only says
who somebody is; whether they may come in is ``cloud.store.identities``' business.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import Any, Final

from cloud.config import OidcConfig
from cloud.errors import CannotStart, ProviderFailed

log = logging.getLogger(__name__)

TIMEOUT_S: Final = 10
CLOCK_LEEWAY_S: Final = 60
SCOPE: Final = "openid email profile"
DISCOVERY: Final = "/.well-known/openid-configuration"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: neither "none" nor those with the client's own secret."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What the browser keeps between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who the provider says it is; ``email`` only where it says that it verified the address."""

    issuer: str
    subject: str
    email: str | None
    name: str | None


class Provider:
    """One provider.

    Args:
        config: whose client we are.
        redirect_uri: the full address of our callback.
    """

    def __init__(self, config: OidcConfig, redirect_uri: str) -> None:
        self._config = config
        self._redirect_uri = redirect_uri
        self._metadata: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """Return what stands on the button."""
        return self._config.name

    def check_libraries(self) -> None:
        """Check that what signing in needs is installed.

        Raises:
            CannotStart: it is not.
        """
        try:
            import authlib  # noqa: F401  # is it there?
            import joserfc  # noqa: F401  # is it there?
        except ImportError as error:
            raise CannotStart("[oidc] needs libraries that are not here: pip install 'henwise[cloud,oidc]'") from error

    def begin(self) -> tuple[str, Pending]:
        """Return the provider's address to go to, and what to keep until the browser comes back.

        Raises:
            ProviderFailed: the provider does not say where to go.
        """
        pending = Pending(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._told("authorization_endpoint"),
                state=pending.state, nonce=pending.nonce, code_verifier=pending.verifier,
            )  # fmt: skip
        return str(url), pending

    def finish(self, pending: Pending, state: str, code: str, issuer: str | None) -> Vouched:
        """Return who came back.

        Raises:
            ProviderFailed: the answer is not to our question, or can't be trusted.
        """
        if not hmac.compare_digest(state.encode(), pending.state.encode()):
            raise ProviderFailed("the answer belongs to another question")
        if issuer is not None and issuer != self._config.issuer:
            raise ProviderFailed(f"the answer comes from {issuer!r}")
        return self._vouched(self._id_token(code, pending.verifier), pending.nonce)

    def _client(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        secret = self._config.client_secret
        return OAuth2Session(
            self._config.client_id,
            secret.get_secret_value() if secret else None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=SCOPE,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_S,
        )

    def _told(self, key: str) -> str:
        metadata = self._metadata or self._discovered()
        if not isinstance(metadata.get(key), str):
            raise ProviderFailed(f"{self._config.issuer}{DISCOVERY} names no {key}")
        return str(metadata[key])

    def _discovered(self) -> dict[str, Any]:
        metadata = self._asked(f"{(self._config.issuer or '').rstrip('/')}{DISCOVERY}")
        if metadata.get("issuer") != self._config.issuer:
            raise ProviderFailed(f"it calls itself {metadata.get('issuer')!r}; write exactly that as oidc.issuer")
        self._metadata = metadata
        return metadata

    def _asked(self, address: str) -> dict[str, Any]:
        import requests

        try:
            answer = requests.get(address, timeout=TIMEOUT_S)
            answer.raise_for_status()
            document = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderFailed(f"{address} can't be read: {error}") from error
        if not isinstance(document, dict):
            raise ProviderFailed(f"{address} is no JSON object")
        return document

    def _id_token(self, code: str, verifier: str) -> str:
        import requests
        from authlib.common.errors import AuthlibBaseError

        try:
            with self._client() as client:
                token = client.fetch_token(self._told("token_endpoint"), code=code, code_verifier=verifier)
        except (AuthlibBaseError, requests.RequestException, ValueError) as error:
            raise ProviderFailed(f"it gives nothing for the code: {error}") from error
        if not isinstance(token.get("id_token"), str):
            raise ProviderFailed("its answer holds no ID token")
        return str(token["id_token"])

    def _vouched(self, id_token: str, nonce: str) -> Vouched:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        keys: Any = self._asked(self._told("jwks_uri"))
        registry = jwt.JWTClaimsRegistry(
            leeway=CLOCK_LEEWAY_S,
            iss={"essential": True, "value": self._config.issuer or ""},
            aud={"essential": True, "value": self._config.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)).claims
            registry.validate(claims)
        except (JoseError, ValueError, KeyError) as error:
            raise ProviderFailed(f"its ID token can't be trusted: {error}") from error
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Vouched(str(claims["iss"]), str(claims["sub"]), _text(email), _text(claims.get("name")))


def _text(claim: object) -> str | None:
    return claim if isinstance(claim, str) and claim.isprintable() and claim.strip() else None
