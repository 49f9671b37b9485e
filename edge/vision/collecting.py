"""Kept pictures -> a folder or zip from which a network can be trained, once a person has checked it.

README.txt           what to check, and how
dataset.yaml         images/ and labels/ in YOLO form; the labels are the network's own boxes: suggestions
images/train|val/    the newest fifth of the pictures is val
labels/train|val/
birds/right/<kind>/  the bird of each finding that a person judged: a folder per verdict, for classifiers
birds/false_alarm/<kind>/
birds/not_judged/<kind>/
verdicts.json        every record with all that is known of it
"""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from contract.errors import BadInput
from contract.messages import Box
from edge.kept_file import PART
from edge.vision.keeping import FOLDER
from edge.vision.kept import Kept, all_kept

BIRD_MARGIN = 0.15
"""Surroundings of a bird on each side, as a share of its longer side; what the posture network is shown, too."""
VAL_EVERY = 5

README = """Pictures of Henwise, collected for training
============================================

{pictures} pictures, {judged} of them judged by a person. Before somebody has looked at it, nothing is fit for training:

1. labels/ hold the boxes that the network itself drew ("{networks}"). Open images/ and labels/ in a labelling
   program that reads YOLO form. Delete boxes that are no bird, draw those that are missing, also half hidden birds.
   "uncertain" pictures are those in which the network was in doubt: expect mistakes. A "count" picture has the number
   of birds that a person counted in verdicts.json; its boxes should come to as many.
2. A picture in which you are not sure yourself: delete it and its label.
3. birds/right/ and birds/false_alarm/ hold the birds of findings, sorted by what a person said. Move what is in the
   wrong folder. birds/not_judged/ nobody has judged.
4. People may be in the pictures. Delete those pictures, or ask them.

Then: henwise-models check dataset.yaml, and docs/training.md.
"""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was packed."""

    pictures: int
    judged: int
    birds: int


def collect(data_dir: Path, out: Path, *, since: datetime | None = None, move: bool = False) -> Collected:
    """Pack what is kept below ``data_dir`` into ``out``: a zip if it is called so, else a folder that must be new.

    Args:
        data_dir: of edge.toml.
        out: what to write.
        since: only pictures from then on.
        move: delete from the store what was packed, once all of it is written.

    Raises:
        BadInput: there is nothing to pack, or ``out`` is there already.
        OSError: the disk refuses.
    """
    kept = [one for one in all_kept(data_dir / FOLDER) if since is None or one.record.at >= since]
    if not kept:
        raise BadInput(f"nothing is kept in {data_dir / FOLDER}" + (f" since {since:%Y-%m-%d %H:%M}" if since else ""))
    if out.exists():
        raise BadInput(f"{out} is there already: give a new name")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, suffix=PART) as folder:
        pack = Path(folder) / "pack"
        told = _write(kept, pack)
        if out.suffix == ".zip":
            _zip(pack, Path(folder) / "pack.zip")
            (Path(folder) / "pack.zip").replace(out)
        else:
            pack.replace(out)
    if move:
        for one in kept:
            one.remove()
    return told


def _write(kept: Sequence[Kept], pack: Path) -> Collected:
    last_train = len(kept) - len(kept) // VAL_EVERY
    for number, one in enumerate(kept):
        split = "train" if number < last_train else "val"
        images, labels = pack / "images" / split, pack / "labels" / split
        images.mkdir(parents=True, exist_ok=True)
        labels.mkdir(parents=True, exist_ok=True)
        stem = _stem(one)
        shutil.copyfile(one.jpeg, images / f"{stem}.jpg")
        (labels / f"{stem}.txt").write_text(_labels(one), encoding="utf-8")
    birds = sum(_write_bird(one, pack) for one in kept)
    judged = sum(one.record.judged is not None for one in kept)
    val = "images/val" if last_train < len(kept) else "images/train"
    yaml = f"path: .\ntrain: images/train\nval: {val}\nnames: [chicken]\n"
    (pack / "dataset.yaml").write_text(yaml, encoding="utf-8")
    records = {_stem(one): one.record.model_dump(mode="json", exclude_none=True) for one in kept}
    (pack / "verdicts.json").write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    networks = ", ".join(sorted({one.record.network for one in kept}))
    readme = README.format(pictures=len(kept), judged=judged, networks=networks)
    (pack / "README.txt").write_text(readme, encoding="utf-8")
    return Collected(len(kept), judged, birds)


def _stem(one: Kept) -> str:
    return f"{one.record.camera}-{one.record.name}"


def _labels(one: Kept) -> str:
    wide, high = one.record.size_wh
    rows = dict.fromkeys(row for box in one.record.boxes if (row := _label(box, wide, high)))
    return "".join(f"{row}\n" for row in rows)


def _label(box: Box, wide: int, high: int) -> str | None:
    left, top, right, bottom = np.clip(np.array(box.xyxy) / (wide, high, wide, high), 0, 1).tolist()
    size = f"{right - left:.6f}", f"{bottom - top:.6f}"
    if "0.000000" in size:
        return None
    return f"0 {(left + right) / 2:.6f} {(top + bottom) / 2:.6f} {size[0]} {size[1]}"


def _write_bird(one: Kept, pack: Path) -> bool:
    record = one.record
    if record.found is None or record.kind is None:
        return False
    image = cv2.imdecode(np.frombuffer(one.jpeg.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return False
    left, top, right, bottom = record.found.xyxy
    margin = BIRD_MARGIN * max(right - left, bottom - top)
    high, wide = image.shape[:2]
    x0, y0 = max(0, int(left - margin)), max(0, int(top - margin))
    x1, y1 = min(wide, int(right + margin) + 1), min(high, int(bottom + margin) + 1)
    if x1 <= x0 or y1 <= y0:
        return False
    answer = record.judged.answer if record.judged else "not_judged"
    folder = pack / "birds" / answer / record.kind
    folder.mkdir(parents=True, exist_ok=True)
    return bool(cv2.imwrite(str(folder / f"{_stem(one)}.jpg"), image[y0:y1, x0:x1], [cv2.IMWRITE_JPEG_QUALITY, 95]))


def _zip(pack: Path, out: Path) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(pack.rglob("*")):
            if path.is_file():
                kind = zipfile.ZIP_STORED if path.suffix == ".jpg" else zipfile.ZIP_DEFLATED
                file.write(path, path.relative_to(pack), compress_type=kind)
