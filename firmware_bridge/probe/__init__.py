"""What is on this port? Listened to first, asked second; only questions that change nothing are asked.

candidate.py   what a family looks like to a stranger: how its line can be set, its decoder, its question
hearing.py     bytes heard -> which families they can be from, and how surely (pure)
modbus.py      Modbus slaves: which profiles fit what a slave answers
search.py      the order of listening and asking, within a given time
"""
