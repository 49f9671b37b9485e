"""Taking everything along, and leaving: an organisation's data in open formats, and their deletion."""
