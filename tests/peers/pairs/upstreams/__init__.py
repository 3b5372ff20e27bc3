"""Pretended providers, one for each dialect: what they see of a request, and how
they answer, whole and in pieces."""
