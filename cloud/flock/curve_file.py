"""A farm's own growth curve as a CSV file: two columns, age in days and grams. Pure.

A heading names them in any order (``age_days``, ``day`` or ``日龄``; ``grams``, ``weight_g`` or ``体重``), among other
columns; without one the first is the age. Comma, semicolon or tab; beside the last two a comma is a decimal point.
"""

import csv
from typing import Final

from cloud.errors import BadFile
from cloud.flock.growth import BreedStandard

AGE_NAMES: Final = ("age_days", "age", "day", "days", "日龄", "天")
GRAMS_NAMES: Final = ("grams", "weight_g", "weight", "g", "体重", "均重")
LEAST_ROWS: Final = 3
MOST_ROWS: Final = 1_000
OLDEST: Final = 1_000
HEAVIEST: Final = 20_000


def read_curve(text: str, breed: str, source: str) -> BreedStandard:
    """Return the curve that a CSV text holds.

    Raises:
        BadFile: the message names the line and what would be right.
    """
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    if not lines:
        sentence = "The file is empty; write one line for each age: age in days, weight in g."
        raise BadFile(sentence, "文件是空的；每行写一个日龄和体重（克）。")
    delimiter = next((one for one in ("\t", ";", ",") if one in lines[0]), ",")
    rows = list(csv.reader(lines, delimiter=delimiter))
    age_at, grams_at, first = _columns(rows[0])
    points: dict[int, float] = {}
    for number, row in enumerate(rows[first:], first + 1):
        age, grams = (_number(row, at, number, delimiter) for at in (age_at, grams_at))
        _check(age, grams, number, points)
        points[int(age)] = grams
    if not LEAST_ROWS <= len(points) <= MOST_ROWS:
        sentence = f"A curve has {LEAST_ROWS} to {MOST_ROWS} ages; this file has {len(points)}."
        raise BadFile(sentence, f"曲线应有 {LEAST_ROWS} 至 {MOST_ROWS} 个日龄，文件里有 {len(points)} 个。")
    return BreedStandard(breed, source, tuple(points), tuple(points.values()))


def _columns(heading: list[str]) -> tuple[int, int, int]:
    names = [name.strip().lower() for name in heading]
    ages = [at for at, name in enumerate(names) if name in AGE_NAMES]
    grams = [at for at, name in enumerate(names) if name in GRAMS_NAMES]
    if ages and grams:
        return ages[0], grams[0], 1
    if any(name and not name[0].isdigit() for name in names):
        sentence = f"Line 1 names no columns age_days and grams: {', '.join(names)}."
        raise BadFile(sentence, f"第 1 行没有“日龄”和“体重”两列：{'、'.join(names)}。")
    return 0, 1, 0


def _number(row: list[str], at: int, line: int, delimiter: str) -> float:
    text = row[at].strip() if at < len(row) else ""
    try:
        return float(text if delimiter == "," else text.replace(",", "."))
    except ValueError:
        raise BadFile(f"Line {line}: {text!r} is not a number.", f"第 {line} 行：“{text}”不是数字。") from None


def _check(age: float, grams: float, line: int, points: dict[int, float]) -> None:
    if not 0 <= age <= OLDEST or age != int(age):
        sentence = f"Line {line}: an age is a whole number of days from 0 to {OLDEST}, not {age:g}."
        raise BadFile(sentence, f"第 {line} 行：日龄应为 0 至 {OLDEST} 的整数，不能是 {age:g}。")
    if not 0 < grams <= HEAVIEST:
        sentence = f"Line {line}: {grams:g} g is no chicken; give grams, at most {HEAVIEST}."
        raise BadFile(sentence, f"第 {line} 行：体重 {grams:g} 克不合理；请以克为单位，最多 {HEAVIEST}。")
    if points and (age <= max(points) or grams < max(points.values())):
        sentence = f"Line {line}: ages must rise and weights not fall; day {age:g}, {grams:g} g does not follow."
        zh = f"第 {line} 行：日龄须递增，体重不能下降；{age:g} 日龄 {grams:g} 克不符合。"
        raise BadFile(sentence, zh)
