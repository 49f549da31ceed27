"""The scripts around .env: generated ones are valid, faults are found and named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import env_file
import generate_env
import validate_env
from core.settings import Settings, load_settings
from tests.support.process import ROOT

EXAMPLE = ROOT / ".env.example"


@pytest.fixture(name="generated")
def generated_fixture(tmp_path: Path) -> Path:
    """Write an .env with new secrets."""
    output = tmp_path / ".env"
    assert generate_env.main(["--output", str(output)]) == 0
    return output


def _faults(file: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert validate_env.main([str(file), *arguments]) == 1
    return capsys.readouterr().err


def test_a_generated_file_is_valid_private_and_starts_the_service(generated: Path) -> None:
    assert validate_env.main([str(generated)]) == 0
    assert generated.stat().st_mode & 0o777 == 0o600
    environ = {name: variable.value for name, variable in env_file.read_env_file(generated).items()}
    settings = load_settings(Settings, environ)
    assert environ["POSTGRES_PASSWORD"] in settings.database_url.get_secret_value()


def test_the_example_knows_every_setting() -> None:
    names = {name.upper() for name in list(Settings.model_fields)}
    # The address to listen on is the image's business.
    assert names - {"HOST"} <= env_file.read_env_file(EXAMPLE).keys()


def test_secrets_are_new_each_time(generated: Path) -> None:
    assert generate_env.generate(EXAMPLE) != generated.read_text()


def test_an_existing_file_is_left_alone(
    generated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = generated.read_text()
    assert generate_env.main(["--output", str(generated)]) == 1
    assert "left as it is" in capsys.readouterr().err
    assert generated.read_text() == before


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert generate_env.main(["--output", str(tmp_path / "new"), "--dry-run"]) == 0
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate_env.main(["--output", str(tmp_path / "no" / ".env")]) == 1
    assert "was not written" in capsys.readouterr().err


def test_the_example_itself_lacks_the_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    assert "SYSTEM_HEALTH_TOKEN: is missing" in _faults(EXAMPLE, capsys=capsys)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("PORT=0", "PORT: is not a port"),
        ("MAX_BODY_BYTES=1MB", "MAX_BODY_BYTES: is not a whole number"),
        ("DRAIN_DELAY_SECONDS=soon", "DRAIN_DELAY_SECONDS: is not a number"),
        ("OTEL_ENABLED=yes", "OTEL_ENABLED: is neither true nor false"),
        ("ENVIRONMENT=prod", "ENVIRONMENT: is none of development, staging, production"),
        ("REDIS_URL=http://host", "REDIS_URL: does not begin with redis:// or rediss://"),
        ("REDIS_URL=redis://", "REDIS_URL: names no host"),
        ("REDIS_URL=redis://host:x", "REDIS_URL: is not a URL"),
        ("REDIS_URL=redis://:changeme@host", "REDIS_URL: is a placeholder"),
        ("METRICS_TOKEN=short", "METRICS_TOKEN: has 5 characters, fewer than 32"),
        ("METRICS_TOKEN=${POSTGRES_PASSWORD}", "POSTGRES_PASSWORD: is the same as METRICS_TOKEN"),
        ("REDIS_URL_FILE=/run/redis", "REDIS_URL: REDIS_URL_FILE is set too"),
        ("DATABSE_URL=x", "DATABSE_URL: is not a setting; did you mean DATABASE_URL?"),
    ],
)
def test_faults_are_named(
    generated: Path, capsys: pytest.CaptureFixture[str], line: str, fault: str
) -> None:
    generated.write_text(f"{generated.read_text()}{line}\n")
    assert fault in _faults(generated, capsys=capsys)


def test_production_asks_for_more(generated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["CORS_ORIGINS=*", "LOG_LEVEL=DEBUG", "REDIS_URL=redis://:redis@0.0.0.0"]
    generated.write_text("\n".join([generated.read_text(), *lines]))
    assert validate_env.main([str(generated)]) == 0
    faults = _faults(generated, "--production", capsys=capsys)
    assert "DATABASE_URL: points to localhost" in faults
    assert "REDIS_URL: points to 0.0.0.0" in faults
    assert "REDIS_URL: has a password that everybody knows" in faults
    assert "CORS_ORIGINS: allows everything" in faults
    assert "LOG_LEVEL: DEBUG" in faults


def test_a_file_is_as_good_as_a_value(generated: Path) -> None:
    lines = generated.read_text().splitlines()
    kept = [line for line in lines if not line.startswith("SYSTEM_HEALTH_TOKEN=")]
    kept += ["SYSTEM_HEALTH_TOKEN_FILE=/run/secrets/token", "OTEL_TRACES_SAMPLER=always_on"]
    generated.write_text("\n".join(kept))
    assert validate_env.main([str(generated)]) == 0


def test_quotes_references_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(
        "# @required @type=int\nA=1 # one\nexport B='${A} #'\nC=\"${A} #\"\nD=${A}${X}#2\nE=#\n"
    )
    variables = env_file.read_env_file(file)
    assert [variable.value for variable in variables.values()] == ["1", "${A} #", "1 #", "1#2", ""]
    assert variables["A"].marks == {"required": "", "type": "int"}
    assert not variables["B"].marks


@pytest.mark.parametrize("content", [b"A=1\nnonsense\n", b"\xff"])
def test_a_file_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    file = tmp_path / "env"
    file.write_bytes(content)
    assert str(file) in _faults(file, capsys=capsys)
    with pytest.raises(env_file.EnvFileError):
        env_file.read_env_file(tmp_path / "missing")


def _with_env(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "with_env.py"), *arguments]
    environ |= {name: value for name, value in os.environ.items() if "COV" in name}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_a_command_gets_the_variables_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("A=file\nB=file\n")
    code = "import os; print(os.environ['A'], os.environ['B'])"
    result = _with_env(str(file), sys.executable, "-c", code, B="environment")
    assert result.stdout == "file environment\n"


@pytest.mark.parametrize(
    ("arguments", "code"), [((), 2), (("--help",), 0), ((".env",), 1), (("/none", "true"), 1)]
)
def test_with_env_explains_itself(arguments: tuple[str, ...], code: int) -> None:
    result = _with_env(*arguments)
    assert result.returncode == code
    assert result.stdout or result.stderr
    assert "Traceback" not in result.stderr
