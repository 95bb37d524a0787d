"""How fast the product is, as a ratio to the bare machinery in the same run: `python -m bench`."""
