"""Import ultralytics so that it stays at home: no download, no pip, no usage events, no font from the net."""

import importlib
import os
from types import ModuleType

from models.errors import RuntimeMissing

OFFLINE = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}


def load_ultralytics() -> ModuleType:
    """Import and return ultralytics, with its network habits switched off before the import reads them.

    Raises:
        RuntimeMissing: the extra `train` is not installed.
    """
    os.environ.update(OFFLINE)
    try:
        ultralytics = importlib.import_module("ultralytics")
    except ImportError as error:
        raise RuntimeMissing("training needs the extra train: pip install 'henwise[train]'") from error
    ultralytics.settings.update({"sync": False})
    return ultralytics
