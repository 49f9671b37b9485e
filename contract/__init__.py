"""What the rooms agree on: quantities, places, messages, topics, errors. Pydantic only; no I/O."""
