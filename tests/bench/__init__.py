"""What `make bench` measures; it prints tables and never fails a test run."""
