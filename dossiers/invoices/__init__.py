"""Reading electronic invoices: what a file says, without a database and without trusting it."""
