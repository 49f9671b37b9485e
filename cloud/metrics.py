"""Counters for Prometheus: what ingest counts in Vitals, open pages, and how long answers take."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from cloud.vitals import Vitals

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counters of one service.

    Args:
        vitals: what ingest counts.
        open_pages: returns how many pages listen to a live stream.
    """

    def __init__(self, vitals: Vitals, open_pages: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_VitalsCollector(vitals, open_pages))
        self._answers = Histogram(
            "henwise_http_request_seconds",
            "Time to an answer's first byte",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note an answer; ``route`` is its pattern, so that no farm's name becomes a label."""
        self._answers.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _VitalsCollector(Collector):
    def __init__(self, vitals: Vitals, open_pages: Callable[[], int]) -> None:
        self._vitals = vitals
        self._open_pages = open_pages

    def collect(self) -> Iterator[Metric]:
        vitals = self._vitals
        yield CounterMetricFamily("henwise_messages", "Messages settled, kept aside ones too", vitals.messages)
        yield CounterMetricFamily("henwise_kept_aside", "Messages refused and kept aside", vitals.kept_aside)
        yield CounterMetricFamily("henwise_points", "Points committed", vitals.points)
        yield CounterMetricFamily(
            "henwise_held",
            "Messages left alone: of unapproved devices, or ahead of an unset clock",
            vitals.held,
        )
        yield CounterMetricFamily("henwise_throttled", "Messages dropped of devices that flood", vitals.throttled)
        yield GaugeMetricFamily(
            "henwise_broker_connected", "1 while the broker is heard", float(vitals.broker_connected)
        )
        yield GaugeMetricFamily(
            "henwise_store_writable", "1 unless the last commit failed", float(vitals.store_writable)
        )
        yield GaugeMetricFamily("henwise_open_pages", "Live streams that pages hold open", self._open_pages())
