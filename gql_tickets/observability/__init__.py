"""What operators see of a running service: logs, metrics and traces. Nothing here knows of tickets.

A request is noted (`requests`), then told: to the log (`logs`), to Prometheus (`metrics`), and to
OpenTelemetry where it is installed (`tracing`). Nothing of it holds a credential, a header, a body,
a document or a value that a caller sent; docs/operating.md lists every field.
"""
