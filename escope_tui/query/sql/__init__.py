"""A recording as SQL tables: built where they are asked for, kept in a file beside it."""
