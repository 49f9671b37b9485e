"""Rights at the broker: what each device and the service may, told to mosquitto's dynamic security plugin."""
