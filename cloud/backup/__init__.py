"""Backups of a running service, and restoring them into an empty installation, of the same stores or others.

    manifest.json       what is in it, of which versions, with a checksum of every file
    records/<table>.jsonl.gz
    series/series.db    always a file of the embedded store
    pictures/...

Records come first: what the ledger calls settled in them was in series and pictures before. Rows, not a database's
own dump: so a backup of SQLite is restored into PostgreSQL, or the other way round.
"""
