"""A new version of the page: the open one goes on as it was, the next visit has the new one, without a network too."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.conftest import phone
from tests.dashboard.test_size import DIST

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ALL_ARE_KEPT = """async () => {
  const named = await (await fetch("/files.json")).json();
  const kept = await Promise.all(["/", ...named].map(name => caches.match(name)));
  return kept.every(one => one !== undefined);
}"""


@dataclass
class Site:
    """The page's files behind a server whose farm does not answer."""

    folder: Path
    server: ThreadingHTTPServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def update(self) -> None:
        """Put a version there that says so, its first file and a later page under new names."""
        for stem, more in (("index", "\nwindow.theNewOne = true;\n"), ("MorePage", "")):
            [old] = (self.folder / "assets").glob(f"{stem}-*.js")
            new = old.with_name(f"{stem}-new.js")
            new.write_text(old.read_text("utf-8") + more, "utf-8")
            old.unlink()
            for file in (self.folder / "index.html", self.folder / "files.json", *(new.parent.glob("*.js"))):
                file.write_text(file.read_text("utf-8").replace(old.name, new.name), "utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "dist"
    shutil.copytree(DIST, folder)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]  # handed on as they come

        def do_GET(self) -> None:  # the library's name
            if self.path.startswith("/api/"):
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
                return
            if not re.search(r"\.\w+$", self.path):
                self.path = "/"
            super().do_GET()

        def end_headers(self) -> None:
            self.send_header("Cache-Control", "no-cache")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Site(folder, server)
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_open_page_goes_on_and_the_next_visit_is_the_new_one(site: Site, browser: Browser):
    with phone(browser) as held:
        page = held.page
        page.add_init_script(f"localStorage.setItem('henwise.1.user', {json.dumps(json.dumps('wang'))})")
        page.goto(site.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.wait_for_function(ALL_ARE_KEPT)
        old = json.loads((site.folder / "files.json").read_text("utf-8"))
        site.update()

        page.locator("nav a[href='/more']").click()
        expect(page.locator("[data-card=phone]")).to_be_visible()
        assert page.evaluate("window.theNewOne") is None

        page.goto(site.url)
        assert page.evaluate("window.theNewOne") is True
        page.wait_for_function(ALL_ARE_KEPT)
        gone = set(old) - set(json.loads((site.folder / "files.json").read_text("utf-8")))
        assert len(gone) == 2
        page.wait_for_function(
            "async gone => !(await Promise.all(gone.map(one => caches.match(one)))).some(Boolean)", arg=sorted(gone)
        )
        page.context.set_offline(True)
        page.goto(site.url)
        assert page.evaluate("window.theNewOne") is True
        page.locator("nav a[href='/more']").click()
        expect(page.locator("[data-card=phone]")).to_be_visible()
