"""The rules, pure: no clock, no disk but the table shipped beside them, no network."""
