"""How long after the service's word that a reading is kept does the open page show it?

A real broker, service, and Chromium; the word is ``committed`` over MQTT, heard here; the page's own clock says when
its number changed. Both clocks are this machine's.
"""

import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTMessage
from playwright.sync_api import sync_playwright

from contract.messages import Committed, Readings
from contract.topics import build
from tests.bench.page.estate import CHROMIUM, at
from tests.conftest import FLAGS
from tests.dashboard.conftest import phone
from tests.dashboard.estate import HILL, Estate, estate

UPDATES = 60
WATCH = """() => {
  window.seen = {};
  const card = document.querySelector('[data-card=climate] [data-value]').closest('section');
  new MutationObserver(() => {
    const value = card.querySelector('[data-value]')?.textContent;
    if (value && !(value in seen)) seen[value] = Date.now();
  }).observe(card, { subtree: true, childList: true, characterData: true });
}"""


def table() -> str:
    """Speak 60 readings to an open page, one each 1.3 s."""
    with tempfile.TemporaryDirectory() as name, estate(Path(name)) as here:
        late_ms = delays_ms(here)
    p50, p95 = np.percentile(late_ms, [50, 95])
    return (
        "### A live number on the open page\n\n"
        "| updates | after the commit: p50 ms | p95 | most (limit 500) |\n| --- | --- | --- | --- |\n"
        f"| {len(late_ms)} | {p50:.0f} | {p95:.0f} | {max(late_ms):.0f} |"
    )


def delays_ms(here: Estate) -> list[float]:
    """Return for each reading how much later than its commit the page showed it, in ms.

    Raises:
        AssertionError: the page missed one.
    """
    speaker = here.edges[HILL, "house-1"]
    committed_s: list[float] = []

    def heard(_client: Client, _data: object, message: MQTTMessage) -> None:
        if json.loads(message.payload)["ranges"]:
            committed_s.append(time.time())

    listener = Client(CallbackAPIVersion.VERSION2)
    listener.on_message = heard
    listener.connect("127.0.0.1", here.cloud.broker_port)
    listener.subscribe(build(speaker.place, Committed), qos=1)
    listener.loop_start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            with phone(browser) as held:
                page = at(held, here.cloud.url, f"/houses/{HILL}/house-1")
                page.locator("[data-card=climate] [data-value]").wait_for()
                page.evaluate(WATCH)
                page.wait_for_timeout(3_000)
                late_ms = []
                for number in range(UPDATES):
                    committed_s.clear()
                    celsius = round(15 + 0.1 * number, 1)
                    event = speaker.event(datetime.now(UTC))
                    speaker.say(Readings(**event, instrument="thermometer-1", values={"temperature_celsius": celsius}))
                    page.wait_for_timeout(1_300)
                    seen = page.evaluate("seen")
                    assert f"{celsius:.1f}" in seen, f"the page never showed {celsius}: {seen}"
                    late_ms.append(seen[f"{celsius:.1f}"] - committed_s[0] * 1000)
            browser.close()
    finally:
        listener.loop_stop()
    return late_ms
