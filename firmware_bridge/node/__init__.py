"""Our own sensor node: its MicroPython firmware, the line protocol, the calibration kept on the edge, the device."""
