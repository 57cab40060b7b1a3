"""What the product talks about: records, requests and identifiers. No I/O, no framework."""
