"""`escope shell`: the commands of a debugger, typed."""
