"""What a request costs: `python -m benchmarks` measures the service beside its peers (docs/performance.md)."""
