"""The embedded broker as a process of its own: loopback only, memory only.

    python -m cloud.demo.broker PORT

It may lose what it holds when it dies: nothing is lost all the same, since an edge device keeps each event until
the cloud has committed it.
"""

import signal
import sys
import threading
from types import FrameType

CHECK_EVERY_S = 1.0
PAYLOAD_MAX_BYTES = 4_000_000
"""Above the contract's largest picture in base64 with its boxes; iotcore's own limit of 20 kB drops the client."""


def serve(port: int) -> int:
    """Serve MQTT 3.1.1 on 127.0.0.1:``port`` until SIGINT or SIGTERM; return the exit code."""
    from iotcore import Broker

    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with Broker(port=port, listen="127.0.0.1", max_payload_size=PAYLOAD_MAX_BYTES) as broker:
        while broker.is_running:
            if ended.wait(CHECK_EVERY_S):
                return 0
    return 1


if __name__ == "__main__":
    sys.exit(serve(int(sys.argv[1])))
