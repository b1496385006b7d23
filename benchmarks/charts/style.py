"""How charts look: on a ground of their own, light or dark as the reader's system is.

The colours are Okabe and Ito's, lighter ones on dark: people who see fewer colours can tell them apart. No series is
known by its colour alone: each has marks and a line of its own, or its name beside it.
"""

from __future__ import annotations

STYLE = """
svg {
  --back: #ffffff; --edge: #d9dee4; --ink: #1c2430; --soft: #5b6675; --grid: #e6eaef; --other: #a9b4c0; --pale: #d6dce3;
  --one: #0072b2; --one-pale: #8fc1e0; --two: #d55e00; --three: #009e73; --four: #aa4a88;
}
@media (prefers-color-scheme: dark) {
  svg {
    --back: #12171e; --edge: #323b46; --ink: #e8edf3; --soft: #a3afbd; --grid: #28303a; --other: #66727f;
    --pale: #3f4954; --one: #56b4e9; --one-pale: #2b6489; --two: #f0913f; --three: #3cc9a0; --four: #d98fbf;
  }
}
text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: var(--ink); }
.soft { fill: var(--soft); }
.strong { font-weight: 600; }
.back { fill: var(--back); stroke: var(--edge); }
.grid { stroke: var(--grid); }
.axis { stroke: var(--soft); }
.mark { stroke: var(--soft); stroke-dasharray: 2 4; }
.ours { fill: var(--one); }
.ours-pale { fill: var(--one-pale); }
.other { fill: var(--other); }
.other-pale { fill: var(--pale); }
.s0 { --c: var(--one); }
.s1 { --c: var(--two); }
.s2 { --c: var(--three); }
.s3 { --c: var(--four); }
.curve { fill: none; stroke: var(--c); stroke-width: 2.2; stroke-linejoin: round; }
.s1.curve { stroke-dasharray: 8 4; }
.s2.curve { stroke-dasharray: 3 3; }
.s3.curve { stroke-dasharray: 10 3 2 3; }
.dot { fill: var(--c); stroke: var(--back); stroke-width: 1; }
"""
