"""Goes through the production checklist against a running system, from outside as users see it.

Changes nothing that stays. What is limited is asked until the limit shows, so for a minute other
requests from this address are limited too.
"""

import argparse
import concurrent.futures
import http.client
import json
import re
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from env_file import EnvFileError, read_env_file
from validate_env import validate

READY = "/api/v3/health/ready"
# Behind the firewall: whatever of it answers from outside answers to everybody.
CLOSED_PORTS = [
    8000,  # the application, without its proxy
    5432,  # PostgreSQL
    6379,  # Redis
    5672,  # RabbitMQ
    15672,  # its management
]

STRANGER = "https://stranger.invalid"
CERTIFICATE_DAYS = 14
HSTS_SECONDS = 15_552_000
SLOW_SECONDS = 1.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    seconds: float

    def header(self, name: str) -> str:
        """Return the first of a name, or nothing."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")


@dataclass
class System:
    """The system under the URL, and every answer that it gave."""

    url: str
    http_port: int = 80
    timeout: float = 10
    ca_file: str | None = None
    env_file: Path | None = None
    answers: list[Answer] = field(default_factory=list)

    @property
    def host(self) -> str:
        """The name in the URL."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port of the URL."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def tls(self) -> bool:
        """Whether the URL is one of HTTPS."""
        return urlsplit(self.url).scheme == "https"

    def context(self) -> ssl.SSLContext:
        """Trust what the machine trusts, or the authority that was given."""
        return ssl.create_default_context(cafile=self.ca_file)

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        headers: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request and keep the answer."""
        connection = (
            http.client.HTTPSConnection(
                self.host, self.port, timeout=self.timeout, context=self.context()
            )
            if self.tls
            else http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        )
        start = time.perf_counter()
        try:
            connection.request(
                method,
                path,
                body=json.dumps(body) if body is not None else None,
                headers={"Content-Type": "application/json"} | (headers or {}),
            )
            response = connection.getresponse()
            response.read()
        finally:
            connection.close()
        answer = Answer(response.status, response.getheaders(), time.perf_counter() - start)
        self.answers.append(answer)
        return answer


class CannotTellError(Exception):
    """Why a check cannot tell."""


def check_ready(system: System) -> Iterator[str]:
    """See that it answers, and soon."""
    answer = system.ask(READY)
    if answer.status != http.client.OK:
        yield f"{READY} answers {answer.status}"
    if answer.seconds > SLOW_SECONDS:
        yield f"{READY} takes {answer.seconds:.1f} s"


LOGIN = "/api/v3/auth/login"
LIMITED = "/api/v3/auth/refresh"
# More than the ten a minute that are allowed.
ATTEMPTS = 15
# What people leave behind: fewer pairs than wrong passwords that lock an account.
LEFT_BEHIND = [("admin", "admin123"), ("test", "test1234"), ("demo", "demo1234")]


def check_accounts(system: System) -> Iterator[str]:
    """See that no account is left behind that everybody knows."""
    for name, password in LEFT_BEHIND:
        email = f"{name}@{system.host}"
        answer = system.ask(LOGIN, "POST", body={"email": email, "password": password})
        if answer.status == http.client.TOO_MANY_REQUESTS:
            raise CannotTellError("log-ins are limited at the moment: try again in a minute")
        if answer.status not in {http.client.UNAUTHORIZED, http.client.UNPROCESSABLE_ENTITY}:
            yield f"{LOGIN} answers {answer.status} to {email} with a password that everybody knows"


def check_limits(system: System) -> Iterator[str]:
    """See that who tries again and again is told to wait."""
    for _ in range(ATTEMPTS):
        answer = system.ask(LIMITED, "POST", body={"refresh_token": STRANGER})
        if answer.status == http.client.TOO_MANY_REQUESTS:
            if not answer.header("Retry-After"):
                yield f"{LIMITED} answers 429 without Retry-After"
            return
    yield f"{LIMITED} took {ATTEMPTS} attempts and answered {answer.status} to the last"


def check_secrets(system: System) -> Iterator[str]:
    """See that every secret is there, long enough and unlike the others."""
    if system.env_file is None:
        raise CannotTellError("--env-file was not given")
    schema = Path(__file__).resolve().parent.parent / ".env.example"
    try:
        yield from validate(read_env_file(schema), read_env_file(system.env_file), production=True)
    except EnvFileError as error:
        yield str(error)


def check_https(system: System) -> Iterator[str]:
    """See HTTPS alone, by a certificate that stays valid, with nothing older than TLS 1.2."""
    if not system.tls:
        yield f"{system.url} is not https"
        return
    with (
        socket.create_connection((system.host, system.port), system.timeout) as connection,
        system.context().wrap_socket(connection, server_hostname=system.host) as secure,
    ):
        certificate = secure.getpeercert() or {}
    end = ssl.cert_time_to_seconds(str(certificate.get("notAfter")))
    days = int((end - time.time()) / 86_400)
    if days < CERTIFICATE_DAYS:
        yield f"the certificate ends in {days} days"
    if _takes_old_tls(system):
        yield "TLS 1.1 is accepted"
    age = re.search(r"max-age=(\d+)", system.ask(READY).header("Strict-Transport-Security"))
    if not age or int(age[1]) < HSTS_SECONDS:
        yield "Strict-Transport-Security is missing, or short"
    yield from _faults_of_plain_http(system)


def _takes_old_tls(system: System) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # What today's libraries refuse by themselves is the other side's to refuse.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with (
            socket.create_connection((system.host, system.port), system.timeout) as connection,
            context.wrap_socket(connection, server_hostname=system.host),
        ):
            return True
    except (ssl.SSLError, ConnectionError):
        return False


def _faults_of_plain_http(system: System) -> Iterator[str]:
    connection = http.client.HTTPConnection(system.host, system.http_port, timeout=system.timeout)
    try:
        connection.request("GET", READY)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return  # closed is as good as a redirect
    finally:
        connection.close()
    location = response.getheader("Location") or ""
    if not (300 <= response.status < 400 and location.startswith("https://")):
        yield f"http:// on port {system.http_port} answers {response.status}, which is no redirect"


def check_cors(system: System) -> Iterator[str]:
    """See that a stranger's website may not call the API."""
    preflight = {"Origin": STRANGER, "Access-Control-Request-Method": "POST"}
    for answer in (
        system.ask(READY, headers={"Origin": STRANGER}),
        system.ask(READY, "OPTIONS", headers=preflight),
    ):
        allowed = answer.header("Access-Control-Allow-Origin")
        if allowed in {"*", STRANGER}:
            yield f"Access-Control-Allow-Origin is {allowed} for {STRANGER}"
            return


def check_headers(system: System) -> Iterator[str]:
    """See that browsers are told what they must not do, and nobody is told a version."""
    for path in (READY, "/no-such-page"):
        answer = system.ask(path)
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"):
            if not answer.header(name):
                yield f"{path} answers without {name}"
        server = answer.header("Server")
        if re.search(r"\d", server):
            yield f"{path} tells what serves it: {server}"


# What is not for strangers, and what tells an attacker what there is.
PRIVATE = [
    "/metrics",
    "/api/v3/health/system",
    "/api/v3/docs",
]


def check_private(system: System) -> Iterator[str]:
    """See that strangers are told nothing that is not for them."""
    for path in PRIVATE:
        if system.ask(path).status == http.client.OK:
            yield f"{path} answers 200 to anybody"


def check_firewall(system: System) -> Iterator[str]:
    """See that nothing answers to everybody but the service."""

    def is_open(port: int) -> bool:
        try:
            with socket.create_connection((system.host, port), min(system.timeout, 3)):
                return True
        except OSError:
            return False

    ports = [port for port in CLOSED_PORTS if port != system.port]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for port, answers in zip(ports, pool.map(is_open, ports), strict=True):
            if answers:
                yield f"port {port} is open"


def check_cookies(system: System) -> Iterator[str]:
    """See that cookies are for HTTPS, not for scripts, and not for other websites."""
    for answer in system.answers or [system.ask(READY)]:
        for name, value in answer.headers:
            if name.lower() != "set-cookie":
                continue
            flags = {flag.strip().split("=")[0].lower() for flag in value.split(";")[1:]}
            missing = [f for f in ("Secure", "HttpOnly", "SameSite") if f.lower() not in flags]
            if missing:
                yield f"the cookie {value.split('=')[0]} is without {', '.join(missing)}"


# In this order: limits show last, and cookies are looked for in the answers to all others.
CHECKS: dict[str, Callable[[System], Iterator[str]]] = {
    "ready": check_ready,
    "accounts": check_accounts,
    "secrets": check_secrets,
    "https": check_https,
    "cors": check_cors,
    "headers": check_headers,
    "private": check_private,
    "firewall": check_firewall,
    "limits": check_limits,
    "cookies": check_cookies,
}


def judge(system: System, name: str) -> tuple[str, list[str]]:
    """Run one check; the system that does not answer is a fault, and no accident of ours."""
    try:
        faults = list(dict.fromkeys(CHECKS[name](system)))
    except CannotTellError as reason:
        return "skipped", [str(reason)]
    except (OSError, http.client.HTTPException) as error:
        faults = [f"{system.url} does not answer as it should: {error!r}"]
    return ("fault" if faults else "good"), faults


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when there are faults."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="where users reach it, such as https://my-service.example.com")
    parser.add_argument(
        "--only", action="append", choices=list(CHECKS), metavar="CHECK", help=", ".join(CHECKS)
    )
    parser.add_argument("--env-file", type=Path, metavar="FILE", help="the secrets to judge")
    parser.add_argument("--ca-file", metavar="FILE", help="an authority to trust for HTTPS")
    parser.add_argument("--http-port", type=int, default=80, metavar="PORT", help="(default: 80)")
    parser.add_argument("--timeout", type=float, default=10, metavar="SEC", help="(default: 10)")
    options = parser.parse_args(arguments)
    parts = urlsplit(options.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        parser.error(f"{options.url} is not a URL of HTTP")
    system = System(
        options.url, options.http_port, options.timeout, options.ca_file, options.env_file
    )
    states = []
    for name in [check for check in CHECKS if check in (options.only or CHECKS)]:
        state, words = judge(system, name)
        states.append(state)
        print(f"{name:<10} {state:<8} {words[0] if words else ''}".rstrip())
        for word in words[1:]:
            print(f"{'':<20}{word}")
    return 1 if "fault" in states else 0


if __name__ == "__main__":
    sys.exit(main())
