"""The service's own secrets in a backup: without them phones must switch push on again, and links sent are void.

They belong to the records, in which the browsers' subscriptions are.
"""

from pathlib import Path

from cloud.alerts.delivery.keys import FOLDER


def take_keys(data_dir: Path, folder: Path) -> None:
    """Copy the secrets there are into a backup's folder."""
    _copied(data_dir / FOLDER, folder / FOLDER)


def restore_keys(folder: Path, data_dir: Path) -> None:
    """Put a backup's secrets into a data folder, in the place of those that a first start made there."""
    _copied(folder / FOLDER, data_dir / FOLDER)


def _copied(source: Path, target: Path) -> None:
    for path in sorted(source.glob("*")):
        target.mkdir(mode=0o700, exist_ok=True)
        copy = target / path.name
        copy.touch(mode=0o600)
        copy.write_bytes(path.read_bytes())
