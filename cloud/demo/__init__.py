"""The whole road on one machine: what `make demo` starts."""
