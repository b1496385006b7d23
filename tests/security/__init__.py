"""The checks of docs/security.md: each is a test, or several."""
