"""A device comes and goes: a one-time code becomes its account at the broker; one step takes all back. Blocking."""

import secrets
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from cloud.broker import rules
from cloud.broker.control import Admin, told
from cloud.config import CloudConfig
from cloud.errors import CannotStart
from cloud.store import enrolment_codes, enrolments
from cloud.store.audit import Actor
from cloud.store.records import Records
from cloud.store.secret import secret_in
from contract.place import Place, Slug

PASSWORD_BYTES = 24


class Membership(BaseModel):
    """What a device is given: who it is, and how it reaches the broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    farm: Slug
    house: Slug
    device: Slug
    broker_host: str
    broker_port: int
    tls: bool
    ca: str | None = Field(description="certificates to trust at the broker, PEM; null: what the device trusts anyway")
    username: str | None = Field(description="null: the broker asks for none")
    password: str | None


def let_in(config: CloudConfig, records: Records, code: str, address: str) -> Membership | None:
    """Use a code: make the device's account at the broker, approve the device; None for a code that is none.

    Raises:
        BrokerRefused: no account could be made; the code is used up all the same, make another.
        CannotStart: a file that ``[devices]`` names can't be read.
    """
    membership = _way_to_broker(config)
    used = enrolment_codes.use(records, code, address, _now_ms())
    if used is None:
        return None
    place, by = used
    account: tuple[str, str] | None = None
    admin = _admin(config)
    if admin is not None:
        account = (rules.username_of(place), secrets.token_urlsafe(PASSWORD_BYTES))
        told(config.broker, admin, [rules.device_role(place), *rules.device_clients(place, account[1])])
    enrolments.decide(records, place, "approved", by, _now_ms())
    username, password = account or (None, None)
    return Membership(**place.model_dump(), **membership, username=username, password=password)


def enrol_command(config: CloudConfig, code: str) -> str:
    """Return what is to be typed in on the device."""
    return f"sudo henwise-edge enroll {config.http.page('')}#{code}"


def turn_out(config: CloudConfig, records: Records, place: Place, by: Actor) -> None:
    """Take in nothing more of a device, make its codes void, end its connection and forget its account at the broker.

    Raises:
        BrokerRefused: the broker could not be told; the service takes in nothing more of the device all the same.
    """
    enrolments.decide(records, place, "revoked", by.who, by.at_ms, by.address)
    enrolment_codes.forget(records, place)
    admin = _admin(config)
    if admin is not None:
        told(config.broker, admin, rules.without_device(place))


def _way_to_broker(config: CloudConfig) -> dict[str, object]:
    devices = config.devices
    host = devices.broker_host or urlsplit(config.http.page("/")).hostname
    ca = secret_in(devices.ca_file, "devices.ca_file") if devices.ca_file else None
    return {"broker_host": host, "broker_port": devices.broker_port, "tls": devices.broker_tls, "ca": ca}


def _admin(config: CloudConfig) -> Admin | None:
    devices = config.devices
    if devices.admin is None:
        return None
    if devices.admin_password_file is not None:
        return Admin(devices.admin, secret_in(devices.admin_password_file, "devices.admin_password_file"))
    if devices.admin_password is None:
        raise CannotStart("devices.admin_password: set it, or devices.admin_password_file")
    return Admin(devices.admin, devices.admin_password.get_secret_value())


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
