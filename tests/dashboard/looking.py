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
    """Return what is wider than the screen; empty when nothing scrolls sideways.

    ``innerWidth`` says nothing: a phone's browser makes it as wide as the page.
    """
    return list(
        page.evaluate(
            """() => { const {scrollWidth, clientWidth} = document.documentElement;
                       return scrollWidth <= clientWidth ? [] : [...document.querySelectorAll('body *')]
                         .filter(e => e.getBoundingClientRect().right > clientWidth + 1)
                         .map(e => e.outerHTML.slice(0, 200)) }"""
        )
    )


def overlapping(page: Page) -> list[str]:
    """Return the words that stand on other words; line boxes may touch a little, what stays in sight floats."""
    return list(
        page.evaluate(
            """() => {
                 const aside = ".visually-hidden, nav, svg, script, noscript, select, [aria-hidden=true]";
                 const floats = e => e && (/sticky|fixed/.test(getComputedStyle(e).position)
                                           || floats(e.parentElement));
                 const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), lines = [];
                 while (walk.nextNode()) {
                   const node = walk.currentNode, range = document.createRange();
                   const {parentElement} = node;  // what is folded up has its place, but is not seen
                   if (!node.data.trim() || parentElement.closest(aside) || !parentElement.checkVisibility()) continue;
                   if (floats(parentElement)) continue;
                   range.selectNodeContents(node);
                   for (const box of range.getClientRects()) lines.push([box, node.data.trim()]);
                 }
                 const shared = (a, b) => Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left),
                                                   Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
                 return lines.flatMap(([box, text], at) => lines.slice(at + 1)
                   .filter(([other]) => shared(box, other) > 4).map(([, over]) => `${text} | ${over}`));
               }"""
        )
    )


def complaints_of(complaints: list[str]) -> list[str]:
    """Return what the console complained of, but for the one question who is signed in."""
    return [text for text in complaints if "401" not in text]
