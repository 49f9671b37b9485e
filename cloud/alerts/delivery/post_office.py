"""Hands one delivery to the way it goes over."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from cloud.alerts.delivery.channels import messenger, push
from cloud.alerts.delivery.compose import for_signed_out
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.keys import Keys
from cloud.alerts.delivery.kinds import PUSH
from cloud.alerts.delivery.outgoing import Writer
from cloud.store.channels import Trouble
from cloud.store.deliveries import Claimed

OWN_MAIL = "email:"
OWN_MAIL_WITHIN_S = 600.0
"""The operator's mail server is nobody's trick; the files of a report may take their time."""


@dataclass(frozen=True, slots=True)
class PostOffice:
    """All ways out.

    Attributes:
        writer: writes what goes out.
        keys: the service's secrets.
        egress: which hosts may be addressed.
        contact: whom push services may write to, ``mailto:...`` or ``https://...``.
        smtp: Apprise URL of the service's own mail server; None: it has none.
    """

    writer: Writer
    keys: Keys
    egress: Egress
    contact: str
    smtp: str | None

    def send(self, one: Claimed, now_ms: int) -> Trouble:
        """Send a delivery once; blocking. Empty: the channel's service took it."""
        if one.signed_out:
            one = replace(one, content=for_signed_out(one.content.level))
        message = self.writer.write(one, now_ms)
        address = one.channel.address
        if one.channel.kind == PUSH:
            return push.send(address, message, self.keys.vapid, self.contact, self.egress)
        if not address.startswith(OWN_MAIL):
            return messenger.send(address, message, self.egress)
        if self.smtp is None:
            return "refused"
        # The operator's own mail server may stand anywhere.
        anywhere = Egress(private=True, within_s=OWN_MAIL_WITHIN_S)
        return messenger.send(_with_receiver(self.smtp, address.removeprefix(OWN_MAIL)), message, anywhere)


def _with_receiver(smtp: str, receiver: str) -> str:
    return f"{smtp}{'&' if '?' in smtp else '?'}to={quote(receiver)}"
