"""The reflected schema: read whole, swapped whole."""
