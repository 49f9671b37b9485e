"""From a camera to counts and pictures. Only this room of the edge imports OpenCV, and only when a camera is configured."""
