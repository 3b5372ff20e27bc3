"""The official SDK of each dialect, asked in one way."""
