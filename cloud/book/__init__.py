"""The farm's book: what people write down of flocks and days, checked first, then kept. Blocking; use a thread.

Writing is idempotent: the caller makes the id, and the same id with the same content is answered again. Nothing is
overwritten: who corrects or takes back adds a row, and both can be read.
"""
