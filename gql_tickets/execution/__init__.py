"""How documents are read: their limits, their cost and the store of those read before.

It knows nothing of tickets, and imports nothing else of the house.
"""
