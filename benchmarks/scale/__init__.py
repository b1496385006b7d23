"""How the service scales: `python -m benchmarks.scale` measures it (docs/scale.md)."""
