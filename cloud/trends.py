"""How a house went over the last day, small enough for the list of houses. Blocking; call it from a thread."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Final

import numpy as np

from cloud.api.models import Trend
from cloud.store.columns import Values
from cloud.store.series import SeriesKey, SeriesStore

QUANTITIES: Final = ("visible_birds", "temperature_celsius")
"""What is drawn: the first that a house measures and has a line of."""
STEPS: Final = 48
STEP_MS: Final = 30 * 60_000


class Trends:
    """Reads the series store; a step's end is when an answer is made anew."""

    def __init__(self, series: SeriesStore, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._series = series
        self._clock = clock
        self._lock = Lock()
        self._known: dict[tuple[str, str], Trend | None] = {}
        self._until_ms = 0

    def of(self, farm: str, house: str) -> Trend | None:
        """Return the last whole 24 h of what the house is known by; None when it measures neither."""
        end_ms = int(self._clock().timestamp() * 1000) // STEP_MS * STEP_MS
        with self._lock:
            if end_ms != self._until_ms:
                self._known, self._until_ms = {}, end_ms
            if (farm, house) in self._known:
                return self._known[farm, house]
        trend = self._read(farm, house, end_ms)
        if trend is not None:  # a house that has measured nothing may begin at any moment
            with self._lock:
                self._known[farm, house] = trend
        return trend

    def _read(self, farm: str, house: str, end_ms: int) -> Trend | None:
        keys = self._series.keys(farm, house)
        first = None
        for quantity in QUANTITIES:
            chosen = [key for key in keys if key.quantity == quantity and "." not in key.source]  # no zones
            if chosen:
                trend = self._trend(quantity, chosen, end_ms)
                if sum(value is not None for value in trend.mean) > 1:
                    return trend
                first = first or trend  # a camera that began just now: what was there before it has a line
        return first

    def _trend(self, quantity: str, keys: Sequence[SeriesKey], end_ms: int) -> Trend:
        steps = np.stack([self._steps(key, end_ms) for key in keys])
        known = ~np.isnan(steps).all(axis=0)
        mean = np.full(STEPS, np.nan)
        # Birds of several cameras add up; the air of several thermometers does not.
        gather = np.nansum if quantity == "visible_birds" else np.nanmean
        mean[known] = gather(steps[:, known], axis=0)
        return Trend(
            quantity=quantity,
            ends_at=datetime.fromtimestamp(end_ms / 1000, UTC),
            step_s=STEP_MS // 1000,
            mean=[None if np.isnan(value) else round(float(value), 2) for value in mean],
        )

    def _steps(self, key: SeriesKey, end_ms: int) -> Values:
        start_ms = end_ms - STEPS * STEP_MS
        window = self._series.window(key, start_ms, end_ms, STEPS)
        # Few points come as they are: they are put into the steps they fall in, the last one of each wins.
        at = np.clip((window.at_ms - start_ms) // STEP_MS, 0, STEPS - 1)
        steps = np.full(STEPS, np.nan)
        steps[at] = window.mean
        return steps
