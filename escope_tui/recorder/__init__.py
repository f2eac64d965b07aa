"""What runs inside the recorded program: standard library and compiled core, nothing else."""
