"""What each client can say beside the cases of all: under its own name for it the
members that say it, what an upstream then sees, and its value there."""
