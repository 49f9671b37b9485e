"""What light and camera do to a picture: uneven lamps, exposure, colour cast, infrared night, noise, blur."""

import cv2
import numpy as np

from models.training.scenes.floors import place_clock

KNEE = 185.0
"""Level from which highlights are compressed, as cameras do; without it white birds are flat patches."""


def expose(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn (h, w, 3) float32 0..255 into a camera's (h, w, 3) uint8."""
    high, wide = image.shape[:2]
    if rng.random() < 0.25:  # dust in the air takes contrast away
        image = image + (rng.uniform(90, 190) - image) * rng.uniform(0.05, 0.4)
    down, across = np.mgrid[:high, :wide].astype(np.float32)
    down, across = down / high - 0.5, across / wide - 0.5
    lamps = np.clip(1 + rng.uniform(-0.7, 0.7) * across + rng.uniform(-0.7, 0.7) * down, 0.3, 1.6)
    lit = image * lamps[..., None]
    lit *= np.clip(rng.uniform(60, 150) / max(float(np.median(lit)), 8.0), 0.5, 1.9)
    lit = np.where(lit > KNEE, KNEE + (255 - KNEE) * np.tanh((lit - KNEE) / (2 * (255 - KNEE))), lit)
    if rng.random() < 0.2:  # night: infrared lamps beside the lens, no colour
        grey = lit.mean(axis=2, keepdims=True)
        grey = float(np.median(grey)) + (grey - float(np.median(grey))) * rng.uniform(
            0.35, 1.1
        )  # litter shines as well
        grey = grey * (1 - rng.uniform(0.2, 1.4) * (across**2 + down**2))[..., None]
        lit = np.repeat(grey + rng.normal(0, rng.uniform(3, 14), (high, wide, 1)), 3, axis=2)
    else:
        lit = lit * rng.uniform(0.87, 1.1, 3) + rng.normal(0, rng.uniform(0, 8), lit.shape)
    seen = np.clip(lit, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.4, rng.choice([1.3, 2.2])))
    if rng.random() < 0.3:
        place_clock(seen, rng)
    return np.asarray(seen)
