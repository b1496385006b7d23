"""granian in Hypercorn's place, for who asks for it: its own threads speak HTTP, the application stays on our loop."""
