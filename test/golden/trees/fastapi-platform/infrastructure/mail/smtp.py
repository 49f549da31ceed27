"""Hands mails over to an SMTP server, in a thread."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from core.domain.auth.repositories import Mail
from core.settings import Settings

_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}


class SmtpMailer:
    """The Mailer of the service.

    `smtps://` is encrypted from the start. `smtp://` changes to TLS when the server offers it, and
    has to do so in production and wherever there is a password: neither a link nor a password
    goes over the network in the clear.
    """

    def __init__(self, url: str, sender: str, timeout: float, *, tls_required: bool) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._timeout = timeout
        self._tls_required = tls_required or self._url.username is not None

    @classmethod
    def create(cls, settings: Settings) -> "SmtpMailer":
        """Build from the settings; nothing connects before the first mail."""
        return cls(
            settings.smtp_url.get_secret_value(),
            settings.mail_from,
            settings.smtp_timeout_seconds,
            tls_required=settings.environment == "production",
        )

    async def send(self, mail: Mail) -> None:
        """Send; an exception means that nobody has taken it."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        # Nobody is to answer that they are on holiday.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        await asyncio.to_thread(self._deliver, message)

    def _deliver(self, message: EmailMessage) -> None:
        with self._connect() as server:
            if self._url.username is not None:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        host = self._url.hostname or ""
        port = self._url.port or _DEFAULT_PORTS[self._url.scheme]
        context = ssl.create_default_context()
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=context)
        server = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            server.ehlo()
            if self._tls_required or server.has_extn("starttls"):
                # Fails where the server does not offer it.
                server.starttls(context=context)
                server.ehlo()
        except BaseException:
            server.close()
            raise
        return server
