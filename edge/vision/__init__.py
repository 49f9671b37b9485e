"""From a camera to counts and pictures. Nothing here is imported unless a camera is configured."""
