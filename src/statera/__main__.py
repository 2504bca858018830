"""`python -m statera` is `statera`."""

from statera.cli.main import main

main()
