"""Charts of what was measured, as SVG: `python -m benchmarks.charts FILE.json… --out FOLDER` (docs/scale.md)."""
