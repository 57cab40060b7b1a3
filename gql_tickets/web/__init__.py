"""What both doors need of ASGI, and what their pages need. Nothing here knows their paths."""
