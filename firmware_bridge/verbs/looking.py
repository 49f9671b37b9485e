"""Verbs that look: which ports there are, what is on them, what it says."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from firmware_bridge.verbs.terminal import (
    AddressOption,
    BaudOption,
    CalibrationOption,
    DecimalsOption,
    JsonOption,
    ParityOption,
    PortOption,
    ProfileOption,
    UnitOption,
    config,
    print_table,
    sentences,
)

if TYPE_CHECKING:
    from firmware_bridge.device import Device, Measured
    from firmware_bridge.probe.candidate import Finding


def list_ports(as_json: JsonOption = False) -> None:
    """List the serial ports of this machine; write the first column into your configuration."""
    from firmware_bridge.ports import ports

    found = ports()
    if as_json:
        for port in found:
            typer.echo(json.dumps(asdict(port)))
        return
    if not found:
        typer.echo("no serial port found: plug an adapter in, and look with `dmesg` whether the kernel knows it")
        return
    print_table(
        ("port", "now", "adapter", "may be"), [(port.port, port.device, port.what, port.may_be) for port in found]
    )
    typer.echo("what is really on it: henwise-bridge probe PORT")


def probe(
    port: Annotated[str, typer.Argument(help="/dev/serial/by-id/..., ./virtual, tcp://host:port or replay://file")],
    *,
    addresses: Annotated[str, typer.Option(help="Modbus addresses to ask, as 1 or 1-10")] = "1",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="how long it may take")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find out what is on a port: listens first, asks second, with questions that change nothing."""
    from firmware_bridge.errors import LineSilent
    from firmware_bridge.probe.search import Search

    with sentences():
        config(port=port)  # refuses what no line can be
        found = Search(
            port,
            addresses=_addresses(addresses),
            seconds=seconds,
            tell=lambda what: typer.echo(f"{what} ...", err=True),
        ).run()
        for finding in found if as_json else []:
            typer.echo(json.dumps(asdict(finding)))
        if found and not as_json:
            print_table(("what", "line", "how sure", "because", "or else"), map(_row, found))
            typer.echo(_next_step(port, found[0]))
        if not found:
            raise LineSilent(
                f"{port}: nothing that we know spoke or answered. Check power, that TXD and RXD (or A and B) are not "
                "swapped, and that nothing else has the port open; a scale must send continuously, a Modbus sensor "
                "with another address than 1 needs --addresses 1-247 --seconds 300"
            )


def _addresses(text: str) -> range:
    from firmware_bridge.errors import WrongSettings

    first, _, last = text.partition("-")
    if first.isdecimal() and (last or first).isdecimal() and 1 <= int(first) <= int(last or first) <= 247:  # noqa: PLR2004  # Modbus' own
        return range(int(first), int(last or first) + 1)
    raise WrongSettings(f"--addresses: {text!r} is no range of Modbus addresses; write 1 or 1-10, at most 1-247")


def _row(finding: "Finding") -> tuple[str, ...]:
    line = finding.line
    address = f", address {finding.address}" if finding.address is not None else ""
    shape = f"{line.baud} {line.data_bits}{line.parity[0].upper()}{line.stop_bits}{address}"
    return finding.family, shape, finding.sureness, finding.why, ", ".join(finding.others)


def _next_step(port: str, finding: "Finding") -> str:
    words = ["henwise-bridge read", finding.family, "--port", port, "--baud", str(finding.line.baud)]
    if finding.line.parity != "none":
        words += ["--parity", finding.line.parity]
    if finding.address is not None:
        words += ["--address", str(finding.address)]
    return f"next: {' '.join(words)}"


def families(as_json: JsonOption = False) -> None:
    """List the families of instruments that can be read."""
    from firmware_bridge.registry import registry

    with sentences():
        rows = registry().rows()
        if as_json:
            for row in rows:
                typer.echo(json.dumps({"family": row.key, "what": row.what}))
        else:
            print_table(("family", "what"), [(row.key, row.what) for row in rows])


def read(
    family: Annotated[str, typer.Argument(help="see `henwise-bridge families`")],
    *,
    port: PortOption,
    baud: BaudOption = None,
    parity: ParityOption = None,
    address: AddressOption = None,
    unit: UnitOption = "kg",
    decimals: DecimalsOption = None,
    profile: ProfileOption = None,
    calibration: CalibrationOption = None,
    count: Annotated[int, typer.Option(min=0, help="how many values; 0: until Ctrl-C")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Read values from one instrument and print them."""
    from firmware_bridge.registry import build

    with sentences():
        device = build(
            config(
                family=family,
                port=port,
                baud=baud,
                parity=parity,
                address=address,
                unit=unit,
                decimals=decimals,
                profile=profile,
                calibration=calibration,
            )
        )
        device.open()
        try:
            _print_values(device, count, as_json=as_json)
        except KeyboardInterrupt:
            return
        finally:
            device.close()


def _print_values(device: "Device", count: int, *, as_json: bool) -> None:
    import time

    printed = 0
    while True:
        typer.echo(_as_json(device.read()) if as_json else _as_text(device.read()))
        printed += 1
        if printed == count:
            return
        if not device.streaming:
            time.sleep(1)


def _as_json(measured: "Measured") -> str:
    said = {"values": measured.values, "stable": measured.stable, "basis": measured.basis, "refused": measured.refused}
    return json.dumps(said)


def _as_text(measured: "Measured") -> str:
    from contract.quantities import quantity

    rows = [(quantity(key), value) for key, value in measured.values.items()]
    text = "  ".join(f"{row.en} {value:.{row.decimals}f} {row.unit}" for row, value in rows)
    return f"{text}  ({measured.refused})" if measured.refused else text
