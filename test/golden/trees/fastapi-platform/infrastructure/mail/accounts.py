"""Builds what sends the mails on accounts."""

from datetime import timedelta

from core.domain.auth.clock import system_clock
from core.domain.auth.mails import MailTexts
from core.domain.auth.registration import AccountMails
from core.project import API_PREFIX, DISPLAY_NAME
from core.settings import Settings
from infrastructure.mail.smtp import SmtpMailer


def create_account_mails(settings: Settings) -> AccountMails:
    """Build from the settings."""
    texts = MailTexts(
        service=DISPLAY_NAME,
        verification_url=f"{settings.public_url}{API_PREFIX}/auth/verify-email",
        verification_hours=settings.verification_hours,
    )
    lifetime = timedelta(hours=settings.verification_hours)
    return AccountMails(SmtpMailer.create(settings), texts, lifetime, system_clock)
