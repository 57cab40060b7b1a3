"""The benchmark: this service beside what its users would pick instead, on the same rows."""
