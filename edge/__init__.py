"""The agent on the Raspberry Pi or Jetson: cameras and instruments in, MQTT out."""
