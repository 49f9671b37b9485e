"""What can go wrong with a chip on the node."""


class Trouble(Exception):
    """A chip gave nothing that can be believed; the first argument is the cause, one word of the protocol page.

    silent   it doesn't answer
    crc      its checksum is wrong
    garbled  the HX711's data line did not do what it must after the pulses
    chip     it reports an error of its own
    range    the value is outside what the chip can measure
    """
