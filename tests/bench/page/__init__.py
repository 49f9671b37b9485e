"""The page before Lighthouse, beside a Node-RED dashboard; how soon it shows news; how quick it answers a thumb.

    python -m tests.bench page.lighthouse page.live page.thumb

Needs Node.js; the first run fetches Lighthouse and Node-RED from npm (some 430 MB, beside this file).
"""
