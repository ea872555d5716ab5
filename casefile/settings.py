"""Every setting of the installation, in one class; each can be given as an environment variable `REDRESS_<NAME>`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_directory() -> Path:
    """Return a folder that the embedded PostgreSQL can reach: it runs as a user of its own when we run as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/redress")
    return Path.home() / ".local" / "share" / "redress"


class Settings(BaseSettings):
    """The installation's settings; a case's own settings are in its folder."""

    model_config = SettingsConfigDict(env_prefix="REDRESS_", extra="ignore")

    data_directory: Path = Field(
        default_factory=default_data_directory,
        description="Where the embedded database, the received files and the send journals are kept; a short path.",
    )
    database_url: str | None = Field(
        default=None,
        description="A PostgreSQL 15 or later instead of the embedded one, e.g. postgresql://user:password@host/redress.",
    )
    owner_database_url: str | None = Field(
        default=None,
        description="The same database as a role that may create tables and roles; only migrations use it; else database_url.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key from which the PINs and link tokens of every case are derived. Default: made once and kept there.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8700",
        description="Address under which claimants and staff reach the site; links in notices start with it.",
    )
    web_host: str = Field(default="127.0.0.1", description="Address on which the site listens.")
    web_port: int = Field(default=8700, description="Port on which the site listens.")
    secure_cookies: bool = Field(
        default=True, description="Send cookies over HTTPS only; turned off by the demo, which runs on plain loopback."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of reverse proxies whose X-Forwarded-For is believed."
    )
    mail_transport: Literal["smtp", "ses"] = Field(
        default="smtp", description="How notices leave: smtp (the server below) or ses (Amazon SES v2; needs redress[ses])."
    )
    ses_region: str | None = Field(
        default=None, description="AWS region of Amazon SES, such as us-east-1. Default: AWS's own settings, as for credentials."
    )
    ses_configuration_set: str | None = Field(
        default=None,
        description="Configuration set of Amazon SES whose events come back by SNS. Default: that of the sender's identity.",
    )
    smtp_host: str = Field(default="127.0.0.1", description="Mail server that takes our notices.")
    smtp_port: int = Field(default=25, description="Port of that mail server.")
    smtp_user: str | None = Field(default=None, description="User name at the mail server, if it asks for one.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    smtp_tls: str = Field(default="auto", description="TLS to the mail server: auto (STARTTLS if offered), always, never.")
    smtp_connections: int = Field(default=16, description="Most connections that one sender opens to the mail server.")
    dkim_key_file: Path | None = Field(
        default=None,
        description="RSA-2048 key (PEM) with which we sign notices (DKIM); without it, and with ses always, the relay signs.",
    )
    dkim_selector: str = Field(default="redress", description="DKIM selector under which that key is published.")
    sns_topics: tuple[str, ...] = Field(
        default=(), description="TopicArns of the Amazon SNS topics whose SES events are believed."
    )
    session_idle_seconds: int = Field(default=1800, description="A staff session ends after this long without a request.")
    session_absolute_seconds: int = Field(default=43200, description="A staff session ends after this long in any case.")
    prefect_api_url: str | None = Field(default=None, description="Address of the Prefect server's API, for the dispatcher.")

    @property
    def files_directory(self) -> Path:
        """Where received source files are kept by their SHA-256."""
        return self.data_directory / "files"

    @property
    def journal_directory(self) -> Path:
        """Where each sender keeps its journal of final dots and replies."""
        return self.data_directory / "journal"


def load() -> Settings:
    """Read the settings from the environment."""
    return Settings()
