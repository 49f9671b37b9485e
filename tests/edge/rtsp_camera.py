"""A real RTSP camera for the tests: H.264 over TCP by GStreamer's server; run it with Debian's own Python.

    /usr/bin/python3 rtsp_camera.py PORT

Prints "READY" when it serves rtsp://127.0.0.1:PORT/cam, a moving test picture at 15 frames/s. The access units are
encoded once and fed in a ring, so that the stream never ends and every frame is a clean one.
"""

import itertools
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402  # their versions must be asked for first

FPS = 15
DELIMITER = b"\0\0\0\1\x09"
CAPS = "video/x-h264,stream-format=byte-stream,alignment=au"


def access_units() -> list[bytes]:
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size=320x240:rate={FPS}:duration=4"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", str(FPS)]
    command += ["-bsf:v", "h264_metadata=aud=insert", "-f", "h264", "-"]
    stream = subprocess.run(command, capture_output=True, check=True).stdout
    return [DELIMITER + unit for unit in stream.split(DELIMITER)[1:]]


def feeder(units: list[bytes]) -> Callable[[Any, int], None]:
    numbered = enumerate(itertools.cycle(units))

    def feed(source: Any, _wanted: int) -> None:
        number, unit = next(numbered)
        buffer = Gst.Buffer.new_wrapped(unit)
        buffer.duration = Gst.SECOND // FPS
        buffer.pts = buffer.dts = number * buffer.duration
        source.emit("push-buffer", buffer)

    return feed


def main(port: str) -> None:
    Gst.init(None)
    units = access_units()
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    factory.set_launch(
        f"( appsrc name=frames is-live=true format=time max-bytes=1 caps={CAPS}"
        " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
    )
    factory.connect(
        "media-configure",
        lambda _factory, media: media.get_element().get_child_by_name("frames").connect("need-data", feeder(units)),
    )
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory("/cam", factory)
    if not server.attach(None):
        sys.exit(f"port {port} is taken")
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


main(sys.argv[1])
