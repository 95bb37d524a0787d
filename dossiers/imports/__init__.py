"""Many claims from a spreadsheet: what the file says, line by line, and what is wrong with each."""
