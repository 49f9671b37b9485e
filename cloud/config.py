"""The service's configuration: a TOML file, overridden by ``HENWISE_...`` environment variables.

A key of the top level is ``HENWISE_<KEY>``, a key of a section ``HENWISE_<SECTION>_<KEY>``, for example
``HENWISE_DATA_DIR`` or ``HENWISE_HTTP_PORT``. Lists are written with commas, tables as ``key=value,key=value``. There
is no default password.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from cloud.errors import BadConfig
from cloud.store.keeping import KINDS, Keeping
from cloud.store.retention import DEFAULT_DAYS, FOR_EVERY_OTHER, Retention
from contract.quantities import QUANTITIES

ENVIRONMENT_PREFIX = "HENWISE_"
_POSTGRESQL = ("postgresql", "postgresql+psycopg")


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; write one like 'Asia/Shanghai' or 'Europe/Berlin'")
    return name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpConfig(_Section):
    """Where and how the pages and the API are served."""

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on; 0.0.0.0 for all")
    port: int = Field(default=8080, ge=0, le=65_535, description="0 takes any free port and logs it")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+$",
        description="where people reach the service: https://farm.example.org; links that are sent out begin with it",
    )
    secure_cookies: bool = Field(default=False, description="true when the farm's phones come by https")
    allowed_origins: list[str] = Field(
        default_factory=list,
        description="other sites whose pages may use the API, with a token; empty: none",
    )
    session_days: int = Field(default=30, ge=1, le=400, description="a sign-in ends after so many unused days")
    trusted_proxies: list[str] = Field(
        default_factory=list, description="addresses whose X-Forwarded-For is believed; empty: nobody's"
    )

    def page(self, path: str, port: int | None = None) -> str:
        """Return the full address of a page; without ``public_url`` as this machine reaches it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        local = f"http://{f'[{host}]' if ':' in host else host}:{port or self.port}"
        return (self.public_url or local) + path


class BrokerConfig(_Section):
    """The MQTT broker the edge devices speak to."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=1883, ge=1, le=65_535)
    username: str | None = None
    password: SecretStr | None = None
    tls: bool = Field(default=False, description="true for a broker with a certificate, usually on port 8883")
    ca_file: Path | None = Field(default=None, description="certificate authority to trust instead of the system's")
    client_id: str = Field(
        default="henwise-cloud", min_length=1, max_length=64, description="unique among the broker's clients"
    )


class DevicesConfig(_Section):
    """How devices that enrol reach the broker, and who makes their accounts there; docs/device.md."""

    broker_host: str | None = Field(
        default=None, min_length=1, description="as devices reach it; none: the host of http.public_url"
    )
    broker_port: int = Field(default=8883, ge=1, le=65_535)
    broker_tls: bool = Field(default=True, description="false: only for a broker on the device itself, or a test")
    ca_file: Path | None = Field(
        default=None, description="certificate authority that devices shall trust at the broker instead of their own"
    )
    updates_dir: Path | None = Field(
        default=None, description="folder with henwise-VERSION.tar and .tar.sig, which devices fetch when told to"
    )
    admin: str | None = Field(
        default=None, min_length=1, description="who may make accounts at the broker (mosquitto's dynamic security)"
    )
    admin_password: SecretStr | None = None
    admin_password_file: Path | None = Field(
        default=None, description="file with that password, such as a systemd credential"
    )

    @model_validator(mode="after")
    def _admin_has_a_password(self) -> Self:
        passwords = [self.admin_password is not None, self.admin_password_file is not None]
        if sum(passwords) != (self.admin is not None):
            raise ValueError("admin belongs together with one of admin_password and admin_password_file")
        return self


class IngestConfig(_Section):
    """How messages are gathered before they are committed together."""

    batch_messages: int = Field(default=2_000, ge=1, le=10_000)
    batch_s: float = Field(default=0.2, ge=0, le=10)
    enrol: Literal["asked", "open"] = Field(default="asked", description="open: unknown devices are taken in at once")
    device_messages_per_s: float = Field(default=1_000, ge=1, description="what a device sends above is dropped")
    shared: bool = Field(default=False, description="workers share the messages; InfluxDB, PostgreSQL, MQTT 5")


def _postgresql(url: SecretStr) -> SecretStr:
    from sqlalchemy import make_url  # a command that has nothing to do with records shall not wait for it
    from sqlalchemy.exc import ArgumentError

    try:
        known = make_url(url.get_secret_value()).drivername in _POSTGRESQL
    except (ArgumentError, ValueError):
        known = False
    if not known:
        raise ValueError("write postgresql://user@host/database, or leave it out for SQLite in data_dir")
    return url


class OidcConfig(_Section):
    """An OpenID Connect provider that people may sign in through."""

    issuer: str | None = Field(
        default=None, pattern=r"^https?://", description="exactly as the provider calls itself; none: no such sign-in"
    )
    client_id: str = Field(default="henwise", min_length=1)
    client_secret: SecretStr | None = Field(default=None, description="none: a public client, with PKCE alone")
    name: str = Field(default="OpenID", min_length=1, max_length=40, description="what stands on the button")


class RecordsConfig(_Section):
    """Where the records are: in SQLite in the data folder, or in PostgreSQL."""

    url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = Field(
        default=None, description="postgresql://user@host/database; none: SQLite in data_dir"
    )
    password_file: Path | None = Field(default=None, description="file whose text is the password of that user")


def _known_quantities(days: dict[str, int]) -> dict[str, int]:
    if strangers := days.keys() - QUANTITIES.keys() - {FOR_EVERY_OTHER}:
        known = ", ".join([FOR_EVERY_OTHER, *QUANTITIES])
        raise ValueError(f"{', '.join(sorted(strangers))} is not a quantity; known are: {known}")
    return days


def _known_kinds(days: dict[str, int]) -> dict[str, int]:
    if strangers := days.keys() - set(KINDS):
        raise ValueError(f"{', '.join(sorted(strangers))} is no kind of picture; known are: {', '.join(KINDS)}")
    return days


class SeriesConfig(_Section):
    """Where series of numbers are kept, and how long."""

    store: Literal["embedded", "influx"] = Field(default="embedded", description="a file of ours, or InfluxDB")
    url: str = Field(default="http://127.0.0.1:8086", pattern=r"^https?://[^/\s]+", description="of InfluxDB")
    database: str = Field(
        default="henwise", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="database (1.8, 3 Core) or bucket (2.x)"
    )
    rollup_database: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="where roll-ups go when the server's own retention drops points from database",
    )
    org: str = Field(default="", description="organisation, InfluxDB 2.x only")
    token: SecretStr | None = Field(default=None, description="of InfluxDB 2.x and 3")
    token_file: Path | None = Field(default=None, description="file with the token, such as a systemd credential")
    username: str | None = Field(default=None, description="of InfluxDB 1.8")
    password: SecretStr | None = None
    ca_file: Path | None = Field(default=None, description="certificate authority to trust instead of the system's")
    timeout_s: float = Field(default=10.0, gt=0, le=300, description="for an answer of InfluxDB")
    retention_days: Annotated[dict[str, Annotated[int, Field(ge=1, le=36_500)]], AfterValidator(_known_quantities)] = (
        Field(
            default_factory=dict,
            description="quantity -> days its points are kept, default for all others; roll-ups are kept for ever",
        )
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        ways = [self.token is not None, self.token_file is not None, self.username is not None]
        if sum(ways) > 1:
            raise ValueError("give one of token, token_file and username")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        return self

    @property
    def retention(self) -> Retention:
        """How long points are kept."""
        days = dict(self.retention_days)
        return Retention(days.pop(FOR_EVERY_OTHER, DEFAULT_DAYS), days)


class BucketConfig(_Section):
    """A bucket of S3-compatible storage for the pictures."""

    name: str | None = Field(default=None, min_length=1, max_length=255, description="none: pictures are in data_dir")
    prefix: str = Field(default="", pattern=r"^([^/]+/)*$", description="what every key begins with, such as henwise/")
    endpoint: str | None = Field(default=None, pattern=r"^https?://[^/\s]+", description="of the storage; none: AWS")
    region: str = "us-east-1"
    access_key: str | None = Field(default=None, description="none: what boto3 finds, such as a role of the machine")
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = Field(default=None, description="file with the secret key instead")
    ca_file: Path | None = Field(default=None, description="certificate authority to trust instead of the system's")
    timeout_s: float = Field(default=20.0, gt=0, le=300, description="for an answer")

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        secrets = [self.secret_key is not None, self.secret_key_file is not None]
        if sum(secrets) != (self.access_key is not None):
            raise ValueError("access_key belongs together with one of secret_key and secret_key_file")
        return self


class PicturesConfig(_Section):
    """Where pictures are, and how long they stay."""

    keep_per_camera: int = Field(default=500, ge=1, le=1_000_000, description="the newest of each camera and kind")
    keep_days: Annotated[dict[str, Annotated[int, Field(ge=1, le=36_500)]], AfterValidator(_known_kinds)] = Field(
        default_factory=dict, description="kind -> days a picture stays: snapshot, finding, confirmed"
    )

    @property
    def keeping(self) -> Keeping:
        """How many pictures stay, and how long."""
        return Keeping(self.keep_per_camera, **{f"{kind}_days": days for kind, days in self.keep_days.items()})


class NotifyConfig(_Section):
    """How alerts leave the service; docs/notifications.md."""

    smtp: SecretStr | None = Field(
        default=None,
        description="the service's own mail server as an Apprise URL without a receiver, "
        "mailtos://user:password@host?from=hens@example.org; with it an e-mail address is enough for a channel",
    )
    contact: str | None = Field(
        default=None,
        pattern=r"^(mailto:\S+@\S+|https://\S+)$",
        description="whom browsers' push services may write to, mailto:... or https://...; none: http.public_url",
    )
    private_hosts: bool = Field(
        default=False,
        description="true: messages may go to this machine and its own network; only where all who may add channels "
        "are trusted with that",
    )
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="if any: messages go to these hosts and those below them only; they may have any address",
    )
    mainland: bool | None = Field(
        default=None,
        description="true: messengers' bots are offered before browser push, as in mainland China; none: by time_zone",
    )


class CloudConfig(_Section):
    """Everything the service can be told."""

    data_dir: Path = Field(default=Path("henwise-data"), description="databases and pictures")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Shanghai", description="the farms' time zone: where a day begins"
    )
    http: HttpConfig = Field(default_factory=HttpConfig)
    broker: BrokerConfig = Field(default_factory=BrokerConfig)
    devices: DevicesConfig = Field(default_factory=DevicesConfig)
    ingest: IngestConfig = Field(default_factory=IngestConfig)
    oidc: OidcConfig = Field(default_factory=OidcConfig)
    records: RecordsConfig = Field(default_factory=RecordsConfig)
    series: SeriesConfig = Field(default_factory=SeriesConfig)
    pictures: PicturesConfig = Field(default_factory=PicturesConfig)
    notify: NotifyConfig = Field(default_factory=NotifyConfig)
    bucket: BucketConfig = Field(default_factory=BucketConfig)

    @property
    def zone(self) -> ZoneInfo:
        """The farms' time zone."""
        return ZoneInfo(self.time_zone)


def load_config(path: Path | None = None, environment: Mapping[str, str] | None = None) -> CloudConfig:
    """Read the configuration; ``environment`` is the process's own unless given.

    Raises:
        BadConfig: the file can't be read, or a setting is unknown or impossible.
    """
    document = _read_toml(path) if path else {}
    _override(document, os.environ if environment is None else environment)
    try:
        return CloudConfig.model_validate(document)
    except ValidationError as error:
        raise BadConfig(f"{path or 'configuration'}: {_first_problem(error)}") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows mark UTF-8 at its beginning
    except OSError as error:
        raise BadConfig(f"{path} can't be read: {error.strerror}; name a file that exists with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path} is not TOML: {error}") from error
    except RecursionError:
        raise BadConfig(f"{path} is not TOML that can be read: its brackets are nested too deeply") from None


def _override(document: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, text in environment.items():
        key = name.removeprefix(ENVIRONMENT_PREFIX).lower()
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        section, _, inner = key.partition("_")
        annotation = _section_class(section)
        if annotation is not None and inner:
            _set_in_section(document, section, inner, _value(annotation, inner, text, name))
        elif key in CloudConfig.model_fields:
            document[key] = text


def _section_class(name: str) -> type[_Section] | None:
    field = CloudConfig.model_fields.get(name)
    annotation = field.annotation if field else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, _Section) else None


def _value(section: type[_Section], key: str, text: str, variable: str) -> Any:
    field = section.model_fields.get(key)
    if field is None:
        raise BadConfig(f"{variable} sets nothing; this section knows: {', '.join(section.model_fields)}")
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if get_origin(field.annotation) is list:
        return parts
    if get_origin(field.annotation) is dict:
        return _pairs(parts, variable)
    return text


def _pairs(parts: list[str], variable: str) -> dict[str, str]:
    if unpaired := [part for part in parts if "=" not in part]:
        raise BadConfig(f"{variable}: {unpaired[0]!r} has no '='; write it as key=value,key=value")
    return {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in parts)}


def _set_in_section(document: dict[str, Any], section: str, key: str, value: Any) -> None:
    table = document.setdefault(section, {})
    if not isinstance(table, dict):
        raise BadConfig(f"{section} must be a table: write it as [{section}]")
    table[key] = value


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{field} is not a setting; {_siblings(first['loc'])}"
    return f"{field}: {first['msg'].removeprefix('Value error, ')}"


def _siblings(location: tuple[int | str, ...]) -> str:
    section = _section_class(str(location[0])) if len(location) > 1 else None
    return f"known here are: {', '.join((section or CloudConfig).model_fields)}"
