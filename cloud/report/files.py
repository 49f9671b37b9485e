"""A printed report as a file of any format."""

from dataclasses import dataclass
from typing import Final, Literal

from cloud.report.plain_files import chosen_table, csv_file, parquet_file
from cloud.report.printed import Printed

Format = Literal["pdf", "xlsx", "csv", "parquet"]

MEDIA_TYPES: Final[dict[Format, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file: its name, media type and bytes."""

    name: str
    media_type: str
    content: bytes


def made(printed: Printed, form: Format, *, table: str | None = None, bom: bool = False) -> ReportFile:
    """Return a report as a file; CSV and Parquet hold one table, the main one unless named. Blocking.

    Raises:
        CannotPrint: a library or a font is missing.
        Unheard: the report has no such table.
    """
    if form == "pdf":
        from cloud.report.pdf import render

        content, suffix = render(printed), ""
    elif form == "xlsx":
        from cloud.report.xlsx import render as render_sheets

        content, suffix = render_sheets(printed), ""
    else:
        one = chosen_table(printed, table)
        content, suffix = (csv_file(one, bom=bom) if form == "csv" else parquet_file(one)), f"-{one.key}"
    return ReportFile(f"{printed.file_name}{suffix}.{form}", MEDIA_TYPES[form], content)
