"""Modbus RTU sensors: one client, one device class, and a profile file per sensor."""
