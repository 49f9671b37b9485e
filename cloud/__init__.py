"""The service: MQTT in, time series and records, API, live stream, dashboard."""
