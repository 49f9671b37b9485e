"""Where the fonts of a report are. Latin letters come with Typst; Chinese ones from the system or from a folder.

A page without its font would show empty boxes, so a missing font is refused before anything is drawn.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cloud.api.language import Language
from cloud.errors import CannotPrint

if TYPE_CHECKING:
    from typst import Fonts

CHINESE: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN")
LATIN: Final = ("Noto Sans", "DejaVu Sans", "Liberation Sans", "Libertinus Serif")
"""The last one is Typst's own, and is always there."""

FOLDERS: Final = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
PACKAGE: Final = "fonts-noto-cjk"


@cache
def fonts() -> "Fonts":
    """Return the fonts of this machine as Typst finds them; looked for once.

    Raises:
        CannotPrint: Typst is not installed.
    """
    try:
        from typst import Fonts
    except ImportError:
        raise no_typst() from None
    return Fonts()


def no_typst() -> CannotPrint:
    """Say that the library that makes PDF files is not installed."""
    return CannotPrint(
        "no_typst",
        "PDF reports need Typst; install it with: pip install 'henwise[report]'",
        "生成 PDF 需要 Typst，请安装：pip install 'henwise[report]'",
    )


def fonts_for(language: Language, there: frozenset[str]) -> list[str]:
    """Return the families of a report in a language, the first that has a letter draws it.

    Raises:
        CannotPrint: there is no font with Chinese letters; names in an English report may need one too, but then a
            name is all that is lost.
    """
    chinese = [name for name in CHINESE if name in there]
    if language == "zh" and not chinese:
        raise CannotPrint(
            "no_font",
            f"There is no font with Chinese letters here; install the package {PACKAGE} (Debian), or put "
            f"{CHINESE[0]} below {FOLDERS[1]}.",
            f"本机没有中文字体，请安装 {PACKAGE}（Debian），或把 {CHINESE[0]} 放到 {FOLDERS[1]}。",
        )
    latin = [name for name in LATIN if name in there]
    return [*chinese, *latin] if language == "zh" else [*latin, *chinese]
