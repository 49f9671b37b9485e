"""A secret in a file of its own, such as a systemd credential."""

from pathlib import Path

from cloud.errors import CannotStart


def secret_in(file: Path, setting: str) -> str:
    """Return the text of a file without the white space around it; ``setting`` is what names it in the configuration.

    Raises:
        CannotStart: it can't be read.
    """
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{setting}: {file} can't be read: {error}; give this user the right to") from error
