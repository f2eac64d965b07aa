"""The recording file: blocks, checksums, footer, recovery; reader, writer and a dump as text."""
