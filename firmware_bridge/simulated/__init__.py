"""Virtual instruments: a small made-up chicken house that speaks real bytes on pseudo-terminals.

``growth``, ``flock``, ``plate`` and ``climate`` are pure: they know no clock, no byte and no terminal, and tests of
other rooms may use them for a truth to compare with. ``voices`` turns them into bytes, ``terminal`` holds the line.
"""
