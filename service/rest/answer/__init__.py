"""A result or an error becomes status, headers and bytes."""
