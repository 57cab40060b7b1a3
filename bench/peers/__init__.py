"""The peers that are written in Python; each is started by itself, in an environment of its own."""
