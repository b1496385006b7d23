"""The table API: PostgREST's URL dialect over the reflected schema."""
