"""What a spreadsheet would run when it opens a CSV file of ours."""

import pytest

from cloud.formula import as_text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠"])
def test_what_would_be_run_is_led_by_an_apostrophe(sign: str):
    assert as_text(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["", "House 2", "1 号舍 = 东", "it was 3 - 4 birds"])
def test_other_text_stays_as_it_is(text: str):
    assert as_text(text) == text
