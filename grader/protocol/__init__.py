"""What the host and the worker say to each other: frames, and tensors as bytes."""
