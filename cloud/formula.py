"""Text that a spreadsheet would run as a formula when it opens a CSV file: whoever writes a note could write one."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What such a text begins with; a spreadsheet in Chinese or Japanese takes the wide signs for the narrow ones."""


def as_text(cell: str) -> str:
    """Return it led by an apostrophe where it would be run, else as it is."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
