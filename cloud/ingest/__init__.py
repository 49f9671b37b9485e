"""From the broker to the disk: ``subscriber`` hears, ``sorting`` reads, ``settling`` writes, then it is acknowledged.

The edge forgets an event only when the ``Committed`` that ``subscriber`` publishes says so; the broker's own
acknowledgement promises nothing.

``courier`` carries the other way: what people say of findings and counts, over the same connection.
"""
