"""Home Assistant's MQTT discovery: one document that describes the device, made from the quantities table. Pure.

Sources: Home Assistant, "MQTT", sections "Discovery messages and availability" and "Device discovery payload"
(home-assistant.io/integrations/mqtt): topic ``<prefix>/device/<object_id>/config``, retained; ``dev``, ``o`` and
``cmps`` with ``p`` and ``unique_id`` for each component; birth message ``online`` on ``homeassistant/status``.

Home Assistant hears the device's own messages; nothing is said twice. A component of an instrument picks its values out
of the readings of all instruments; any of these keeps it from expiring, so a dead instrument shows its last value.
"""

from collections.abc import Mapping
from typing import Any, Final

from contract.messages import Announcement, FlockCount, Readings, Status
from contract.place import Place
from contract.quantities import DEVICE, QUANTITIES, Quantity
from contract.topics import build

PREFIX: Final = "homeassistant"
BIRTH: Final = f"{PREFIX}/status"
EXPIRES_S: Final = 300
DEVICE_CLASSES: Final[Mapping[str, str]] = {
    "°C": "temperature",
    "lx": "illuminance",
    "m/s": "wind_speed",
    "dBm": "signal_strength",
}
"""Unit -> the class that says what it is, where the unit is one that Home Assistant has for it."""
OF_KEY: Final[Mapping[str, str]] = {
    "humidity_percent": "humidity",
    "carbon_dioxide_ppm": "carbon_dioxide",
    "load_grams": "weight",
    "weight_grams": "weight",
    "uptime_hours": "duration",
    "outbox_age_hours": "duration",
    "outbox_room_hours": "duration",
    "frame_age_s": "duration",
}


def topic(place: Place) -> str:
    """Return where the document of a device belongs."""
    return f"{PREFIX}/device/{_object_id(place)}/config"


def document(place: Place, told: Announcement, language: str = "en") -> dict[str, Any]:
    """Return the document of a device.

    Args:
        place: the device.
        told: what it has.
        language: ``en`` or ``zh``, of the names.
    """
    components: dict[str, Any] = {}
    instruments = [(one.slug, one.quantities) for one in told.instruments]
    instruments.append((DEVICE, [row.key for row in QUANTITIES.values() if row.of_device]))
    for slug, keys in instruments:
        for row in (QUANTITIES[key] for key in keys if key in QUANTITIES):
            components[f"{slug}_{row.key}"] = _reading(place, slug, row, language)
    for camera in told.cameras:
        components[f"{camera}_visible_birds"] = _count(place, camera, language)
    return {
        "dev": {
            "ids": [_object_id(place)],
            "name": f"Henwise {place.house} {place.device}",
            "mf": "Henwise",
            "mdl": "edge agent",
            "sw": told.version,
        },
        "o": {"name": "henwise", "sw": told.version},
        "cmps": components,
        "avty_t": build(place, Status),
        "avty_tpl": "{{ value_json.state }}",
        "qos": 1,
    }


def _reading(place: Place, slug: str, row: Quantity, language: str) -> dict[str, Any]:
    ours = f"value_json.instrument == '{slug}' and '{row.key}' in value_json['values']"
    mine = f"value_json['values']['{row.key}']"
    return _component(place, slug, row, language) | {
        "stat_t": build(place, Readings),
        "val_tpl": f"{{{{ {mine} if {ours} else this.state }}}}",
        **({"ent_cat": "diagnostic"} if row.of_device else {}),
    }


def _count(place: Place, camera: str, language: str) -> dict[str, Any]:
    row = QUANTITIES["visible_birds"]
    return _component(place, camera, row, language) | {
        "stat_t": build(place, FlockCount),
        "val_tpl": f"{{{{ value_json.visible_birds if value_json.camera == '{camera}' else this.state }}}}",
    }


def _component(place: Place, source: str, row: Quantity, language: str) -> dict[str, Any]:
    name = row.zh if language == "zh" else row.en
    kind = OF_KEY.get(row.key) or DEVICE_CLASSES.get(row.unit)
    return {
        "p": "sensor",
        "unique_id": f"{_object_id(place)}_{source}_{row.key}",
        "name": name if source == DEVICE else f"{source} {name}",
        "exp_aft": EXPIRES_S,
        "stat_cla": "measurement",
        "sug_dsp_prc": row.decimals,
        **({"unit_of_meas": row.unit} if row.unit else {}),
        **({"dev_cla": kind} if kind else {}),
    }


def _object_id(place: Place) -> str:
    # Letters, digits, _ and - only; a double underscore keeps a-b/c and a/b-c apart, as no slug holds one.
    return f"henwise__{place.farm}__{place.house}__{place.device}"
