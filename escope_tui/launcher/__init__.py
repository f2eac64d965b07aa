"""What runs beside the program that is recorded: starts it, drains the ring, writes the file."""
