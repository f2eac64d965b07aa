"""Questions to a recording: writes, calls, hits, exceptions, output, causes."""
