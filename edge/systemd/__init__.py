"""The device as systemd services: units, user, udev rules; ``henwise-edge install`` and ``uninstall``."""
