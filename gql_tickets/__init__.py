"""A ticket service with two doors, GraphQL and REST, over one service floor."""
