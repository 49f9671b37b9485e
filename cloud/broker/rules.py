"""Who may send and hear what, as commands of mosquitto's dynamic security plugin. Pure.

A device may send its own leaves and hear what is for it, on its own topics and nothing else; only the service may say
``committed``. A device's accounts are bound to its client ids, so that it can't throw another one out; it has one for
its sensors and one for its cameras, which are processes of their own (see ``edge.share``).
"""

from typing import Any, Final

from contract import topics
from contract.place import Place

Command = dict[str, Any]

CLOUD_ROLE: Final = "henwise-cloud"
_ANYBODY: Final = f"{topics.ROOT}/{topics.VERSION}"
_DENIED: Final = ("publishClientSend", "subscribe")


def defaults() -> list[Command]:
    """Forbid what no role allows; what a client has subscribed to may reach it."""
    acls = [{"acltype": kind, "allow": False} for kind in _DENIED]
    acls += [{"acltype": kind, "allow": True} for kind in ("publishClientReceive", "unsubscribe")]
    return [{"command": "setDefaultACLAccess", "acls": acls}]


def cloud_role(group: str) -> Command:
    """Return the role of the service and its workers, which share subscriptions in ``group``."""
    send = [_acl("publishClientSend", f"{_ANYBODY}/+/+/+/{leaf}") for leaf in _leaves("cloud")]
    hear = [_acl("subscribePattern", f"{prefix}{_ANYBODY}/#") for prefix in ("", f"$share/{group}/")]
    return {"command": "createRole", "rolename": CLOUD_ROLE, "acls": send + hear}


def device_role(place: Place) -> Command:
    """Return the role of one device."""
    own = f"{_ANYBODY}/{place.farm}/{place.house}/{place.device}"
    send = [_acl("publishClientSend", f"{own}/{leaf}") for leaf in _leaves("edge")]
    hear = [_acl("subscribeLiteral", f"{own}/{leaf}") for leaf in _leaves("cloud")]
    # Home Assistant on the same broker: a device may describe itself and hear it start, and nothing else there.
    send.append(_acl("publishClientSend", f"homeassistant/device/henwise__{'__'.join(_names(place))}/config"))
    hear.append(_acl("subscribeLiteral", "homeassistant/status"))
    return {"command": "createRole", "rolename": role_of(place), "acls": send + hear}


def device_clients(place: Place, password: str) -> list[Command]:
    """Return the accounts of one device, with one password."""
    roles = [{"rolename": role_of(place)}]
    return [
        {
            "command": "createClient", "username": username_of(place) + part, "password": password,
            "clientid": topics.client_id(place) + part, "roles": roles,
        }
        for part in ("", topics.VISION)
    ]  # fmt: skip


def cloud_client(username: str, password: str) -> Command:
    """Return the account of the service; its workers have client ids of their own."""
    roles = [{"rolename": CLOUD_ROLE}]
    return {"command": "createClient", "username": username, "password": password, "roles": roles}


def without_device(place: Place) -> list[Command]:
    """Return what ends a device's connection and forgets its account."""
    return [
        *({"command": "deleteClient", "username": username_of(place) + part} for part in ("", topics.VISION)),
        {"command": "deleteRole", "rolename": role_of(place)},
    ]


def again(command: Command) -> list[Command]:
    """Return what changes a role or an account that is there already into what ``command`` would have made."""
    if command["command"] == "createRole":
        return [{**command, "command": "modifyRole"}]
    return [{**command, "command": "modifyClient"}]


def role_of(place: Place) -> str:
    """Return the name of a device's role."""
    return f"device {username_of(place)}"


def username_of(place: Place) -> str:
    """Return the name a device signs in with."""
    return f"{place.farm}/{place.house}/{place.device}"


def _names(place: Place) -> tuple[str, str, str]:
    return place.farm, place.house, place.device


def _leaves(sender: str) -> list[str]:
    return [leaf.name for leaf in topics.LEAVES.values() if leaf.sender == sender]


def _acl(kind: str, topic: str) -> Command:
    return {"acltype": kind, "topic": topic, "allow": True}
