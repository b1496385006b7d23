"""What will be done: asked + catalog + identity, every name resolved. Pure."""
