"""ASGI pieces that both doors stand behind. Nothing here knows of tickets, GraphQL or REST paths."""
