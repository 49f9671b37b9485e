"""Alerts: rules are data (``rules``), a transition is a row first and a message second (``engine``)."""
