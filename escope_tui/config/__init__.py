"""What a person has chosen: one file in TOML, and what the app remembers by itself."""
