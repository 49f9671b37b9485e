"""The one home of units: each quantity Henwise measures, a row each.

The range is what the thing can plausibly be in or around a chicken house; a value outside it is an instrument's
fault, not news about the flock, and is refused. Ranges are ours, wide on purpose; alert limits live with the alerts.
"""

from dataclasses import dataclass

from contract.errors import BadInput


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that can be measured.

    Attributes:
        key: stable name on the wire and in the stores; ends in its unit.
        unit: how the unit is written after a number; empty for a pure number.
        low: least plausible value, in the unit, inclusive.
        high: greatest plausible value, in the unit, inclusive.
        decimals: digits after the point that are worth showing.
        en: English name, sentence case.
        zh: Chinese name.
        of_device: it is about the edge device itself, not about the house.
    """

    key: str
    unit: str
    low: float
    high: float
    decimals: int
    en: str
    zh: str
    of_device: bool = False

    def problem_with(self, value: float) -> str | None:
        """Say why ``value`` (in the row's unit) can't be; None when it can."""
        if self.low <= value <= self.high:
            return None
        return f"{value:g} {self.unit} is outside {self.low:g} to {self.high:g} {self.unit}: check the instrument"


_ROWS = (
    Quantity("temperature_celsius", "°C", -40, 85, 1, "Temperature", "温度"),
    Quantity("humidity_percent", "%", 0, 100, 0, "Humidity", "湿度"),
    Quantity("ammonia_ppm", "ppm", 0, 500, 0, "Ammonia", "氨气"),
    Quantity("carbon_dioxide_ppm", "ppm", 0, 20_000, 0, "Carbon dioxide", "二氧化碳"),
    Quantity("light_lux", "lx", 0, 200_000, 0, "Light", "光照"),
    Quantity("air_speed_mps", "m/s", 0, 30, 1, "Air speed", "风速"),
    Quantity("water_meter_litres", "L", 0, 1_000_000_000, 0, "Water meter", "水表读数"),
    Quantity("feed_meter_kilograms", "kg", 0, 1_000_000_000, 0, "Feed meter", "投料计读数"),
    Quantity("battery_percent", "%", 0, 100, 0, "Battery", "电池电量"),
    Quantity("surface_temperature_celsius", "°C", -40, 120, 1, "Surface temperature", "体表温度"),
    Quantity("surface_above_air_celsius", "°C", -60, 120, 1, "Surface above air", "体表高于气温"),
    Quantity("floor_temperature_celsius", "°C", -40, 120, 1, "Floor surface", "地面温度"),
    Quantity("cold_floor_ratio", "", 0, 1, 2, "Cold floor", "偏冷地面占比"),
    Quantity("warm_floor_ratio", "", 0, 1, 2, "Warm floor", "偏热地面占比"),
    Quantity("weight_grams", "g", 10, 20_000, 0, "Bird weight", "体重"),
    Quantity("load_grams", "g", -50_000, 500_000, 0, "Load on the scale", "秤上重量"),
    Quantity("visible_birds", "birds", 0, 100_000, 0, "Visible birds", "可见只数"),
    Quantity("share_birds", "birds", 0, 100_000, 0, "Birds, corrected", "校正只数"),
    Quantity("gate_in_birds", "birds", 0, 100_000, 0, "Gate in", "进舍"),
    Quantity("gate_out_birds", "birds", 0, 100_000, 0, "Gate out", "出舍"),
    Quantity("outside_birds", "birds", 0, 100_000, 0, "Birds not back", "未归只数"),
    Quantity("activity_lengths_per_min", "body lengths/min", 0, 600, 1, "Activity", "活跃度"),
    Quantity("spread_ratio", "", 0, 1, 2, "Spread", "分布均匀度"),
    Quantity("huddle_ratio", "", 0, 1, 2, "Huddling", "扎堆程度"),
    Quantity("still_birds", "birds", 0, 100_000, 0, "Still birds", "静止不动"),
    # How the device itself does; sent each minute as the Readings of the instrument DEVICE.
    Quantity("processor_temperature_celsius", "°C", -40, 130, 0, "Processor temperature", "处理器温度", True),
    Quantity("processor_percent", "%", 0, 100, 0, "Processor in use", "处理器占用", True),
    Quantity("throttled_ratio", "", 0, 1, 2, "Slowed down by heat", "过热降频", True),
    Quantity("undervoltage_ratio", "", 0, 1, 2, "Power supply too weak", "供电不足", True),
    Quantity("memory_percent", "%", 0, 100, 0, "Memory in use", "内存占用", True),
    Quantity("disk_percent", "%", 0, 100, 0, "Disk in use", "磁盘占用", True),
    Quantity("outbox_age_hours", "h", 0, 100_000, 1, "Oldest unsent data", "最早未上传数据", True),
    Quantity("outbox_room_hours", "h", 0, 100_000, 0, "Room for unsent data", "离线缓存余量", True),
    Quantity("frame_age_s", "s", 0, 10_000_000, 0, "Age of the last picture", "最近画面时间", True),
    Quantity("line_errors_ratio", "", 0, 1, 2, "Failed questions on serial lines", "串口通信失败率", True),
    Quantity("wifi_signal_dbm", "dBm", -120, 0, 0, "Wi-Fi signal", "无线信号", True),
    Quantity("uptime_hours", "h", 0, 1_000_000, 1, "Running since power-on", "开机时长", True),
    Quantity("clock_trusted_ratio", "", 0, 1, 0, "Clock is right", "时钟已校准", True),
)

DEVICE = "device"
"""The instrument under whose name a device tells how it does itself; no instrument or camera may be called so."""

QUANTITIES: dict[str, Quantity] = {row.key: row for row in _ROWS}


def quantity(key: str) -> Quantity:
    """Return the row of ``key``.

    Raises:
        BadInput: there is no such quantity; the message lists those there are.
    """
    try:
        return QUANTITIES[key]
    except KeyError:
        raise BadInput(f"{key!r} is not a quantity; known are: {', '.join(QUANTITIES)}") from None
