"""A phone-sized browser for the page tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on a phone; parametrise it indirectly with a locale."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True,
        locale=getattr(request, "param", "en-US"),
    )  # fmt: skip
    yield context.new_page()
    context.close()
