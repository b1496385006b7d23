"""The page for people on which the tables are described and can be tried; it loads nothing from elsewhere."""
