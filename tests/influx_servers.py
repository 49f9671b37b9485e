"""Debian's real InfluxDB 1.6.7, and nginx before it: what 1.8 answers itself, the v2 write path, is rewritten there.

Stands for an InfluxDB in line protocol, precision, type conflicts, partial writes, overwriting, InfluxQL, and crashes;
not in the routing of /api/v2, tokens, organisations, buckets and whatever 2.x and 3 refuse.
"""

import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from tests.servers import free_port, wait_for_port

_NGINX = r"""
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_processes 1;
{user}
events {{}}
http {{
  access_log off;
  client_max_body_size 64m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream influx {{ server 127.0.0.1:{influx_port}; keepalive 8; }}
  map $arg_bucket $idb {{ "~^(?<d1>[^/%]+)" $d1; }}
  map $arg_bucket $irp {{ "~^[^/%]+(?:/|%2[Ff])(?<r1>.+)$" $r1; default ""; }}
  map $arg_precision $iprec {{ ns n; us u; ms ms; s s; default n; }}
  map $http_authorization $iu {{ "~^Token (?<u1>[^:]+):" $u1; default ""; }}
  map $http_authorization $ip {{ "~^Token [^:]+:(?<p1>.+)$" $p1; default ""; }}
  server {{
    listen 127.0.0.1:{port};
    location = /api/v2/write {{
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "";
      rewrite ^ /write?db=$idb&rp=$irp&precision=$iprec&u=$iu&p=$ip? break;
      proxy_pass http://influx;
    }}
    location / {{
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_read_timeout 300s;
      proxy_pass http://influx;
    }}
  }}
}}
"""

_INFLUX = """
bind-address = "127.0.0.1:{rpc_port}"
reporting-disabled = true
[meta]
  dir = "{folder}/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = {auth}
  log-enabled = false
  max-body-size = 0
"""


class Influx:
    """An influxd that can be killed and started again on the same port and data, with nginx before it.

    Args:
        folder: for its data, configuration and log.
        auth: people must name themselves; the first one is ``admin`` with the password ``secret``.
    """

    def __init__(self, folder: Path, *, auth: bool = False) -> None:
        self.influx_port = free_port()
        self.port = free_port()
        self._rpc_port = free_port()
        self._folder = folder
        self._auth = auth
        self.influxd: subprocess.Popen[bytes] | None = None
        self._nginx: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the front listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start both and wait until they answer."""
        self.start_influxd()
        self._start_nginx()
        if self._auth:
            self.query("CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES")

    def start_influxd(self) -> None:
        """Start influxd alone, after a kill."""
        self._folder.mkdir(exist_ok=True, parents=True)
        text = _INFLUX.format(
            folder=self._folder, port=self.influx_port, rpc_port=self._rpc_port, auth=str(self._auth).lower()
        )
        (self._folder / "influxdb.conf").write_text(text, encoding="utf-8")
        program = shutil.which("influxd") or "/usr/bin/influxd"
        with (self._folder / "influxd.log").open("ab") as log:
            self.influxd = subprocess.Popen(
                [program, "run", "-config", self._folder / "influxdb.conf"], stdout=log, stderr=log
            )
        wait_for_port(self.influx_port, self.influxd)

    def _start_nginx(self) -> None:
        user = "user root;" if os.geteuid() == 0 else ""
        text = _NGINX.format(folder=self._folder, port=self.port, influx_port=self.influx_port, user=user)
        (self._folder / "nginx.conf").write_text(text, encoding="utf-8")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [program, "-c", self._folder / "nginx.conf", "-e", self._folder / "nginx.log"]
        self._nginx = subprocess.Popen(command)
        wait_for_port(self.port, self._nginx)

    def query(self, text: str, database: str = "henwise", **more: str) -> bytes:
        """Put a question or a command to influxd itself."""
        body = urlencode({"q": text, "db": database, **more}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.influx_port}/query", body, timeout=90) as answer:
            return bytes(answer.read())

    def write(self, lines: str, database: str = "henwise") -> int:
        """Write line protocol to influxd itself; answers the status."""
        url = f"http://127.0.0.1:{self.influx_port}/write?db={database}&precision=ms"
        try:
            with urllib.request.urlopen(url, lines.encode(), timeout=90) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return HTTPStatus(error.code)

    def kill(self) -> None:
        """End influxd as a power cut does."""
        if self.influxd is not None:
            self.influxd.kill()
            self.influxd.wait()
            self.influxd = None

    def send(self, number: signal.Signals) -> None:
        """Send influxd a signal, SIGSTOP for example."""
        assert self.influxd is not None
        self.influxd.send_signal(number)

    def stop(self) -> None:
        """End both."""
        self.kill()
        if self._nginx is not None:
            self._nginx.terminate()
            self._nginx.wait(10)
            self._nginx = None
