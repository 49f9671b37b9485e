"""What must hold of every page: readable for all, for a thumb, and within a narrow phone."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "cloud" / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
TARGET_PX = 48


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds wrong."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.target)))")
    return list(found)


def small_targets(page: Page) -> list[str]:
    """Return what is to be touched and too small; a control within a label is as large as the label."""
    return list(
        page.evaluate(
            """smallest => [...document.querySelectorAll('a, button, summary, input, select')]
                 .filter(e => { const b = (e.closest('label') ?? e).getBoundingClientRect();
                                return b.width && (b.height < smallest || b.width < smallest) })
                 .map(e => e.outerHTML)""",
            TARGET_PX,
        )
    )


def sticks_out(page: Page) -> list[str]:
    """Return what is wider than the screen; empty when nothing scrolls sideways."""
    return list(
        page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
                 [...document.querySelectorAll('body *')]
                   .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))"""
        )
    )


def complaints_of(complaints: list[str]) -> list[str]:
    """Return what the console complained of, but for the one question who is signed in."""
    return [text for text in complaints if "401" not in text]
