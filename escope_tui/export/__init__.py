"""A recording's tables in the formats of other tools."""
