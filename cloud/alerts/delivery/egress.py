"""Which hosts a message may go to. An address is somebody's input, and the service stands where that somebody doesn't.

How long it may be on its way, and how much may come back, is ``bounds``' business.

The rule holds for every name that the sending thread looks up and every connection that it makes, whoever makes it:
by then a name may mean another machine (DNS rebinding), and an answer may have led elsewhere. It is an audit hook,
Python's own way to see and refuse ``socket.getaddrinfo`` and ``socket.connect`` wherever they are called from.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from cloud.alerts.delivery.bounds import WITHIN_S, Bounds


class NotAllowed(OSError):
    """A message would go to a host that it may not go to."""


@dataclass(frozen=True, slots=True)
class Egress:
    """The rule.

    Attributes:
        private: also addresses that are not public: this machine, the farm's own network.
        hosts: if any, only these hosts and those below them; one named here may have any address.
        within_s: how long a message may be on its way.
    """

    private: bool = False
    hosts: tuple[str, ...] = ()
    within_s: float = WITHIN_S

    def check(self, host: str) -> None:
        """Check a host before anything is sent, for a quick word to who typed it.

        Raises:
            NotAllowed: it may not be addressed.
        """
        host = host.strip("[]")
        watch = Watch(self)
        watch.looked_up(host)
        for address in _addresses(host):
            watch.connecting(address)

    @contextmanager
    def enforced(self) -> Iterator["Watch"]:
        """Hold this thread to the rule; what comes out says whether anything was refused."""
        _install()
        watch = Watch(self)
        token = _WATCH.set(watch)
        try:
            with watch.bounds.held():
                yield watch
        finally:
            _WATCH.reset(token)


@dataclass(slots=True)
class Watch:
    """The rule at work for one message.

    Attributes:
        refused: a host that it was kept from; None when there was none.
        bounds: its connections.
    """

    rule: Egress
    refused: str | None = None
    bounds: Bounds = field(init=False)
    _named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin without a connection."""
        self.bounds = Bounds(self.rule.within_s)

    def looked_up(self, host: str) -> None:
        """Check a name whose address is asked for.

        Raises:
            NotAllowed: it is not one of the allowed hosts.
        """
        if not self.rule.hosts:
            return
        name = host.lower().rstrip(".")
        if not any(name == allowed or name.endswith(f".{allowed}") for allowed in self.rule.hosts):
            raise self._refusal(host, f"{host} is not one of notify.allowed_hosts")
        self._named.update(_addresses(host))

    def connecting(self, address: str) -> None:
        """Check a numeric address.

        Raises:
            NotAllowed: it is not public, and nothing allows it.
        """
        if self.rule.private or address in self._named:
            return
        number = ipaddress.ip_address(address.partition("%")[0])
        if not all(one.is_global and not one.is_multicast for one in _reached(number)):
            raise self._refusal(address, f"{address} is not a public address; notify.private_hosts allows it")

    def _refusal(self, host: str, why: str) -> NotAllowed:
        self.refused = host
        return NotAllowed(why)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")
"""Networks whose last 32 bits are an IPv4 address: RFC 6052, 2.1 and RFC 4291, 2.5.5.1."""


def _reached(number: Address) -> list[Address]:
    """Return every address that a connection to one may end at: an IPv6 address can be the wrapping of an IPv4 one."""
    if isinstance(number, ipaddress.IPv4Address):
        return [number]
    if number.ipv4_mapped is not None:
        return [number.ipv4_mapped]
    teredo = number.teredo[1] if number.teredo is not None else None
    inner = [one for one in (number.sixtofour, teredo) if one is not None]
    if number in _NAT64 or number in _COMPATIBLE:
        inner.append(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF))
    return [number, *inner]


_WATCH: ContextVar[Watch | None] = ContextVar("egress_watch", default=None)


@cache
def _install() -> None:
    """Put the hook in, once; it can't be taken out again and costs other threads a comparison of words."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        return
    watch = _WATCH.get()
    if watch is None:
        return
    token = _WATCH.set(None)  # what the check itself looks up is not checked
    try:
        _check(watch, event, arguments)
    finally:
        _WATCH.reset(token)


def _check(watch: Watch, event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
        watch.looked_up(host.decode() if isinstance(host, bytes) else str(host))
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        watch.refused = "a local socket"
        raise NotAllowed("a message goes over the network only")
    for number in _addresses(str(address[0])):
        watch.connecting(number)
    if event == "socket.connect" and isinstance(arguments[0], socket.socket):
        watch.bounds.opened(arguments[0])


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []  # there is no such host now: sending will say so
    return sorted({str(entry[4][0]) for entry in found})
