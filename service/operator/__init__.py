"""For people and for machines that look after the service: the page at /, probes, the pool's state."""
