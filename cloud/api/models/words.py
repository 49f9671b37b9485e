"""What a person types, checked before it is kept."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from cloud.errors import Unfit


def _printable(text: str) -> str:
    bad = next((char for char in text if ord(char) < ord(" ") and char not in "\n\t"), None)
    if bad is not None:
        raise Unfit(f"holds the control character {ord(bad)}, which no keyboard makes", "含有无法输入的控制字符")
    return text


Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_printable)]
"""A name or a few words; empty: not told."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=63), AfterValidator(_printable)]
"""A name that must be told."""

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(_printable)]
"""As much as a person writes standing."""
