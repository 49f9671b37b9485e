"""What is plugged in and what answers in the network: instruments on serial ports, cameras on USB, cameras with ONVIF.

Nothing is changed: ports are listened to first and asked second (``firmware_bridge.probe``); cameras in the network are
found by WS-Discovery, the probe of ONVIF's core specification (section 7: a UDP multicast to 239.255.255.250:3702).
"""

import fcntl
import re
import socket
import struct
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from firmware_bridge.config import BAUD_RATES
from firmware_bridge.errors import BridgeError
from firmware_bridge.ports import ports
from firmware_bridge.probe.search import Search

Say = Callable[[str], object]

PROBE_S: Final = 25.0
DISCOVER_S: Final = 3.0
_GROUP: Final = ("239.255.255.250", 3702)
_QUERYCAP: Final = 0x80685600
"""VIDIOC_QUERYCAP of linux/videodev2.h: _IOR('V', 0, struct v4l2_capability), 104 bytes."""
_CAPTURE: Final = 0x00000001
_PROBE: Final = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<e:Header><w:MessageID>uuid:{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>
<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """An instrument on a serial port.

    Attributes:
        port: its stable name.
        family: key in the registry; empty when nothing was understood.
        settings: what else has to stand in edge.toml.
        why: what was heard, or why nothing was.
    """

    port: str
    family: str
    settings: dict[str, object]
    why: str


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera.

    Attributes:
        source: what stands in edge.toml; of a camera in the network the address without user, password and path.
        what: its name, as it tells it.
    """

    source: str
    what: str


def instruments(tell: Say, seconds: float = PROBE_S) -> Iterator[FoundInstrument]:
    """Look at each serial port on USB; a socket of the board itself may be wired to anything, so it is left alone."""
    for port in ports():
        if port.may_be.startswith("a socket of the board"):
            continue
        tell(port.port)
        yield on_port(port.port, seconds)


def on_port(port: str, seconds: float = PROBE_S) -> FoundInstrument:
    """Look at one port."""
    try:
        found = Search(port, seconds=seconds).run()
    except BridgeError as error:
        return FoundInstrument(port, "", {}, str(error))
    if not found:
        return FoundInstrument(port, "", {}, "nothing was heard and nothing answered; is it on, and wired?")
    best = found[0]
    settings: dict[str, object] = {}
    if best.line.baud in BAUD_RATES:
        settings["baud"] = best.line.baud
    if best.line.parity != "none":
        settings["parity"] = best.line.parity
    if best.address is not None:
        settings["address"] = best.address
    return FoundInstrument(port, best.family, settings, best.why)


def usb_cameras(folder: Path = Path("/dev")) -> Iterator[FoundCamera]:
    """List the cameras on USB (or a ribbon cable) that give pictures, by their stable names."""
    stable = {link.resolve(): link for link in sorted((folder / "v4l" / "by-id").glob("*-index0"))}
    for device in sorted(folder.glob("video[0-9]*"), key=lambda path: int(path.name[5:])):
        name = _captures(device)
        if name:
            yield FoundCamera(str(stable.get(device.resolve(), device)), name)


def _captures(device: Path) -> str:
    """Return the name of a device that gives pictures; empty for any other."""
    buffer = bytearray(104)
    try:
        with device.open("rb", buffering=0) as file:
            fcntl.ioctl(file, _QUERYCAP, buffer)
    except OSError:
        return ""
    card = buffer[16:48].split(b"\0", 1)[0].decode("utf-8", errors="replace")
    (capabilities,) = struct.unpack_from("<I", buffer, 88)  # device_caps: of this node, not of the whole camera
    return card if capabilities & _CAPTURE else ""


def network_cameras(seconds: float = DISCOVER_S, group: tuple[str, int] = _GROUP) -> list[FoundCamera]:
    """List the cameras that answer in the local network; empty where multicast is not possible."""
    found: dict[str, str] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(0.2)
        try:
            line.sendto(_PROBE.format(id=uuid.uuid4()).encode(), group)
        except OSError:
            return []
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            try:
                answer = line.recv(65_536).decode("utf-8", errors="replace")
            except TimeoutError:
                continue
            found.update(_matches(answer))
    return [FoundCamera(f"rtsp://{host}", name) for host, name in sorted(found.items())]


def _matches(answer: str) -> Iterator[tuple[str, str]]:
    """Give host and name of each camera in a ProbeMatch."""
    names = re.search(r"onvif://www\.onvif\.org/name/(\S+?)(?=[\s<])", answer)
    for addresses in re.findall(r"XAddrs>([^<]*)<", answer):
        host = urlsplit(addresses.split()[0]).hostname if addresses.split() else None
        if host:
            yield f"[{host}]" if ":" in host else host, (names.group(1) if names else "").replace("%20", " ")
