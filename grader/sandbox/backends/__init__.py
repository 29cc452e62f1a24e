"""The sandboxes: docker, bubblewrap, process and, for tests of checks, fake."""
