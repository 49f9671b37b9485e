"""Web Push: encrypted for one browser (RFC 8291), signed as this service (VAPID, RFC 8292)."""

import json
from http import HTTPStatus
from typing import Final

import requests
from py_vapid import Vapid02
from pydantic import BaseModel, ConfigDict, Field
from pywebpush import WebPushException, webpush

from cloud.alerts.delivery.channels.status import trouble_of
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.notice import Level
from cloud.alerts.delivery.outgoing import Outgoing
from cloud.store.channels import Trouble

TIMEOUT_S: Final = 10.0
KEPT_S: Final[dict[Level, int]] = {"watch": 86_400, "warning": 12 * 3600, "severe": 6 * 3600}
"""How long a push service keeps a message for a phone that is off."""

GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class SubscriptionKeys(BaseModel):
    """What a browser made for us to encrypt with, base64url."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    p256dh: str = Field(pattern=r"^[A-Za-z0-9_-]{86,90}={0,2}$")
    auth: str = Field(pattern=r"^[A-Za-z0-9_-]{20,24}={0,2}$")


class Subscription(BaseModel):
    """A browser's push subscription, as the browser gives it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    endpoint: str = Field(pattern=r"^https?://[^\s/]+/\S+$", max_length=1000)
    keys: SubscriptionKeys


def send(subscription: str, message: Outgoing, vapid: Vapid02, contact: str, egress: Egress) -> Trouble:
    """Send a message to a browser's push service; blocking. Empty: the push service took it.

    A message of the same id replaces one that still waits there (``Topic``), and on the phone (its tag).
    """
    urgency = "high" if message.level == "severe" else "normal"
    with egress.enforced() as watch:
        try:
            webpush(
                json.loads(subscription),
                data=message.push,
                vapid_private_key=vapid,
                vapid_claims={"sub": contact},
                ttl=KEPT_S[message.level],
                timeout=TIMEOUT_S,
                headers={"Urgency": urgency, "Topic": message.id},
            )
        except WebPushException as error:
            return _trouble(error)
        except (requests.RequestException, OSError):
            return "not_allowed" if watch.refused else "unreachable"
    return "failed" if watch.bounds.cut else ""


def _trouble(error: WebPushException) -> Trouble:
    status = error.response.status_code if error.response is not None else 0
    if status in GONE:
        return "gone"
    return trouble_of(status)
