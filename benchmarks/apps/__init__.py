"""Small applications, each written as its framework's own documentation would have it written."""
