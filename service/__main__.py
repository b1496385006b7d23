"""`python -m service` is `poolgate`."""

from service.cli import main

main(prog_name="poolgate")
