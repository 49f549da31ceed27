"""Stands in for the commands of the clouds, with one state behind them, and answers as the clouds would.

Usage: cloud.py SOCKET STATE APP_SPEC_JUDGE. Reads and writes no cloud: `aws` is the real command line with its own parser and
botocore's models, whose calls are answered here; `gcloud`, `az` and `doctl` are refused every command and flag that the real ones do
not have, and the files that they are given are held against the platforms' models. Each call is kept in STATE.calls. The word `set` in the place of a command
changes the state.
"""

import contextlib
import io
import json
import pathlib
import re
import socketserver
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import jmespath
import yaml

import judge

SOCKET, STATE_FILE, APP_SPEC_JUDGE = sys.argv[1:4]
STATE: dict[str, Any] = json.loads(pathlib.Path(STATE_FILE).read_text("utf-8"))
LOCK = threading.Lock()


class Refusal(Exception):
    """What a command of a cloud says when it ends with an error."""


def tag_of(image: str) -> str:
    """The version of an image."""
    return image.rsplit(":", 1)[1]


def change() -> None:
    """Counts what changes something; a dry run must not come here."""
    STATE["changes"] += 1


# --- Amazon ---------------------------------------------------------------------------------------------------------

GROUPS = {"blue": "arn:blue", "green": "arn:green"}


def aws_describe_services(params: dict[str, Any]) -> dict[str, Any]:
    """Services are stable at once."""
    found = [
        {
            "serviceName": name,
            "status": "ACTIVE",
            "desiredCount": STATE["services"][name]["desired"],
            "runningCount": STATE["services"][name]["desired"],
            "deployments": [{"status": "PRIMARY"}],
        }
        for name in params["services"]
        if name in STATE["services"]
    ]
    missing = [{"reason": "MISSING"} for name in params["services"] if name not in STATE["services"]]
    return {"services": found, "failures": missing}


def aws_register(params: dict[str, Any]) -> dict[str, Any]:
    """A revision is known by its number."""
    change()
    arn = f"arn:aws:ecs:eu:1:task-definition/{params['family']}:{len(STATE['revisions']) + 1}"
    STATE["revisions"][arn] = params
    return {"taskDefinition": {"taskDefinitionArn": arn}}


def aws_service(params: dict[str, Any]) -> dict[str, Any]:
    """Makes or changes a service."""
    change()
    name = params.get("service", params.get("serviceName"))
    service = STATE["services"].setdefault(name, {})
    if "taskDefinition" in params:
        revision = STATE["revisions"][params["taskDefinition"]]
        service["version"] = tag_of(revision["containerDefinitions"][0]["image"])
        service["environment"] = revision["containerDefinitions"][0].get("environment", [])
    if "loadBalancers" in params:
        service["loadBalancers"] = params["loadBalancers"]
    service["desired"] = params["desiredCount"]
    return {"service": {"serviceName": name}}


def aws_run_task(params: dict[str, Any]) -> dict[str, Any]:
    """A task ends as the state says."""
    change()
    STATE["migrated"].append(tag_of(STATE["revisions"][params["taskDefinition"]]["containerDefinitions"][0]["image"]))
    return {"tasks": [{"taskArn": "arn:aws:ecs:eu:1:task/c/1"}], "failures": []}


def aws_describe_tasks(_: dict[str, Any]) -> dict[str, Any]:
    """It has ended."""
    container = {"exitCode": STATE["migrationsExit"]}
    return {"tasks": [{"taskArn": "arn", "lastStatus": "STOPPED", "containers": [container]}], "failures": []}


def aws_describe_rules(_: dict[str, Any]) -> dict[str, Any]:
    """One rule with weights."""
    groups = [{"TargetGroupArn": GROUPS[colour], "Weight": weight} for colour, weight in STATE["weights"].items()]
    return {"Rules": [{"Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}]}


def aws_modify_rule(params: dict[str, Any]) -> dict[str, Any]:
    """Moves the traffic."""
    change()
    groups = params["Actions"][0]["ForwardConfig"]["TargetGroups"]
    if params["RuleArn"] != "arn:rule":
        # Of what listens beside the service: kept as it was said.
        STATE["rules"][params["RuleArn"]] = {group["TargetGroupArn"]: group["Weight"] for group in groups}
        return {"Rules": []}
    for group in groups:
        colour = next(colour for colour, arn in GROUPS.items() if arn == group["TargetGroupArn"])
        STATE["weights"][colour] = group["Weight"]
    STATE["served"].append(live())
    return {"Rules": []}


def aws_schedule(params: dict[str, Any]) -> dict[str, Any]:
    """Keeps a schedule."""
    change()
    STATE["schedules"][params["Name"]] = params
    return {"ScheduleArn": "arn"}


AWS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "DescribeServices": aws_describe_services,
    "RegisterTaskDefinition": aws_register,
    "CreateService": aws_service,
    "UpdateService": aws_service,
    "RunTask": aws_run_task,
    "DescribeTasks": aws_describe_tasks,
    "DescribeRules": aws_describe_rules,
    "ModifyRule": aws_modify_rule,
    "ListSchedules": lambda _: {"Schedules": [{"Name": name} for name in STATE["schedules"]]},
    "CreateSchedule": aws_schedule,
    "UpdateSchedule": aws_schedule,
}


class Ok:
    """What botocore asks of an HTTP answer."""

    status_code = 200


def aws_driver() -> Any:
    """The real command line, whose calls end here after they were validated."""
    # pylint: disable=import-outside-toplevel
    # It takes a second, which the other clouds need not wait for.
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    asked: dict[str, Any] = {}

    def remember(params: dict[str, Any], **_: Any) -> None:
        asked["params"] = json.loads(json.dumps(params))

    def answer(model: Any, **_: Any) -> tuple[Ok, dict[str, Any]]:
        if model.name not in AWS:
            raise Refusal(f"aws: nobody expected {model.name}")
        return Ok(), AWS[model.name](asked["params"])

    driver.session.register("before-parameter-build", remember)
    driver.session.register("before-call", answer)
    return driver


DRIVER = aws_driver() if STATE["cloud"] == "ecs" else None


def aws(words: list[str]) -> str:
    """Runs the real command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = DRIVER.main(words) if DRIVER else 1
    if code != 0:
        raise Refusal(err.getvalue().strip() or f"aws ended with {code}")
    return out.getvalue()


# --- flags of the others --------------------------------------------------------------------------------------------


def parsed(words: list[str], commands: dict[str, set[str]], switches: set[str]) -> tuple[str, list[str], dict[str, Any]]:
    """The command, its own words and its flags; what the real one does not have is refused."""
    command = next((name for name in sorted(commands, key=len, reverse=True) if " ".join(words).startswith(name)), None)
    if command is None:
        raise Refusal(f"there is no command {' '.join(words[:4])}")
    rest = words[len(command.split()) :]
    positional: list[str] = []
    flags: dict[str, Any] = {}
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            positional.append(word)
            continue
        name, _, value = word.partition("=")
        if name not in commands[command] | switches:
            raise Refusal(f"{command} has no flag {name}")
        if name in switches:
            flags[name] = True
        elif value:
            flags[name] = value
        else:
            values = []
            while rest and not rest[0].startswith("--"):
                values.append(rest.pop(0))
                if name != "--servers":
                    break
            flags[name] = values if name == "--servers" else values[0]
    return command, positional, flags


def documents(path: str) -> list[Any]:
    """The documents of a file."""
    return [document for document in yaml.safe_load_all(pathlib.Path(path).read_text("utf-8")) if document]


def refuse(faults: Any) -> None:
    """What a model does not have the platform does not take."""
    found = list(faults)
    if found:
        raise Refusal("; ".join(found))


# --- Google ---------------------------------------------------------------------------------------------------------

# From `gcloud … --help` of the Google Cloud SDK 528.
GCLOUD = {
    "run services list": {"--filter", "--format", "--region"},
    "run services replace": {"--region"},
    "run services update-traffic": {"--region", "--to-tags", "--remove-tags", "--to-revisions", "--update-tags"},
    "run jobs replace": {"--region"},
    "run jobs execute": {"--region"},
    "beta run worker-pools replace": set(),
    "beta run worker-pools update": {"--region", "--scaling"},
    "beta run worker-pools list": {"--region", "--format", "--filter"},
}


def gcloud(words: list[str]) -> str:
    """Services, jobs and worker pools of Cloud Run."""
    command, names, flags = parsed(words, GCLOUD, {"--wait"})
    if command == "run services list":
        return json.dumps([STATE["service"]] if STATE["service"] else [])
    if command == "beta run worker-pools list":
        return "".join(f"{name}\n" for name in STATE["pools"])
    change()
    if command.endswith("replace"):
        (document,) = documents(names[0])
        refuse(judge.cloud_run(pathlib.Path(names[0])))
        gcloud_replace(document)
    elif command == "run jobs execute":
        job = STATE["jobs"][names[0]]
        STATE["migrated"].append(tag_of(job))
        if STATE["migrationsExit"] != 0:
            raise Refusal("the execution failed")
    elif command == "beta run worker-pools update":
        STATE["pools"][names[0]]["scaling"] = int(flags["--scaling"])
    else:
        traffic = STATE["service"]["status"]["traffic"]
        if "--remove-tags" in flags:
            for entry in traffic:
                if entry.get("tag") == flags["--remove-tags"] and entry.get("percent", 0) == 0:
                    traffic.remove(entry)
        else:
            tag, _, percent = flags["--to-tags"].partition("=")
            if tag not in [entry.get("tag") for entry in traffic]:
                raise Refusal(f"there is no tag {tag}")
            for entry in traffic:
                entry["percent"] = int(percent) if entry.get("tag") == tag else 0
            STATE["served"].append(live())
    return ""


def gcloud_replace(document: Any) -> None:
    """Keeps what was replaced; a revision is named once."""
    name, spec = document["metadata"]["name"], document["spec"]
    if document["kind"] == "Job":
        STATE["jobs"][name] = spec["template"]["spec"]["template"]["spec"]["containers"][0]["image"]
        return
    container = spec["template"]["spec"]["containers"][0]
    if document["kind"] == "WorkerPool":
        STATE["pools"][name] = {"version": tag_of(container["image"]), "scaling": 1}
        return
    revision = spec["template"]["metadata"]["name"]
    if revision in STATE["revisions"]:
        raise Refusal(f"the revision {revision} exists")
    STATE["revisions"][revision] = {"version": tag_of(container["image"]), "environment": container.get("env", [])}
    if sum(entry.get("percent", 0) for entry in spec["traffic"]) != 100:
        raise Refusal("the traffic is not 100 percent")
    for entry in spec["traffic"]:
        if entry["revisionName"] not in STATE["revisions"]:
            raise Refusal(f"there is no revision {entry['revisionName']}")
    traffic = [{**entry, "url": f"https://{entry['tag']}---run.test"} for entry in spec["traffic"]]
    STATE["service"] = {"metadata": {"name": name}, "status": {"traffic": traffic}}


# --- Microsoft ------------------------------------------------------------------------------------------------------

# From `az … --help` of azure-cli 2.91.
AZ_GLOBAL = {"--resource-group", "--name", "--query", "--output", "--subscription"}
AZ = {
    "container list": AZ_GLOBAL - {"--name"},
    "container show": AZ_GLOBAL,
    "container create": AZ_GLOBAL | {"--file"},
    "container delete": AZ_GLOBAL,
    "container start": AZ_GLOBAL,
    "container stop": AZ_GLOBAL,
    "network application-gateway rule show": AZ_GLOBAL | {"--gateway-name"},
    "network application-gateway rule update": AZ_GLOBAL | {"--gateway-name", "--address-pool"},
    "network application-gateway address-pool update": AZ_GLOBAL | {"--gateway-name", "--servers"},
    "keyvault secret show": {"--vault-name", "--name", "--query", "--output"},
}


def az(words: list[str]) -> str:
    """Container groups, a gateway and a vault."""
    command, _, flags = parsed(words, AZ, {"--yes"})
    answer = az_answer(command, flags)
    if "--query" in flags:
        answer = jmespath.search(flags["--query"], answer)
    match flags.get("--output", "json"):
        case "none":
            return ""
        case "tsv":
            rows = answer if isinstance(answer, list) else [answer]
            return "".join(f"{'' if row is None else row}\n" for row in rows)
        case _:
            return json.dumps(answer)


def az_answer(command: str, flags: dict[str, Any]) -> Any:
    """The whole answer, before the query."""
    groups, name = STATE["groups"], flags.get("--name", "")
    if command == "keyvault secret show":
        return {"value": f"{name}'s \"value\""}
    if command == "container list":
        return [{"name": group} for group in groups]
    if command == "network application-gateway rule show":
        return {"backendAddressPool": {"id": f"/subscriptions/s/pools/{STATE['pool']}"}}
    if command == "container show":
        return groups[name]
    change()
    if command == "network application-gateway address-pool update":
        STATE["servers"][name] = flags["--servers"]
    elif command == "network application-gateway rule update":
        STATE["pool"] = flags["--address-pool"]
        STATE["served"].append(live())
    elif command == "container delete":
        del groups[name]
    elif command in ("container start", "container stop"):
        groups[name]["running"] = command.endswith("start")
    else:
        az_create(name, flags["--file"])
    return {}


def az_create(name: str, path: str) -> None:
    """Makes a group; what is known at the deployment alone must be in the file by now."""
    (document,) = documents(path)
    refuse(judge.container_instances(pathlib.Path(path)))
    if document["name"] != name:
        raise Refusal("The name parameter and name from yaml definition must match.")
    if name in STATE["groups"]:
        raise Refusal(f"{name} exists")
    properties = document["properties"]
    for key in ("subnetIds", "imageRegistryCredentials", "diagnostics"):
        if not properties[key]:
            raise Refusal(f"{key} is empty")
    container = properties["containers"][0]["properties"]
    version = tag_of(container["image"])
    if name.endswith("-migrate"):
        STATE["migrated"].append(version)
    STATE["groups"][name] = {
        "name": name,
        "version": version,
        "running": True,
        "environment": container["environmentVariables"],
        "secrets": properties["volumes"][0]["secret"],
        "ipAddress": {"ip": f"10.0.0.{len(STATE['groups']) + 4}"},
        "containers": [{"instanceView": {"currentState": {"state": "Terminated", "exitCode": STATE["migrationsExit"]}}}],
    }


# --- DigitalOcean ---------------------------------------------------------------------------------------------------

# From doctl's reference, https://docs.digitalocean.com/reference/doctl/reference/apps/.
DOCTL = {
    "apps get": {"--output"},
    "apps list-deployments": {"--output"},
    "apps update": {"--spec"},
    "apps propose": {"--app", "--spec"},
    "apps spec get": {"--deployment", "--format"},
}


def doctl(words: list[str]) -> str:
    """One app and its deployments."""
    command, _, flags = parsed(words, DOCTL, {"--wait"})
    deployments = STATE["deployments"]
    active = next(item for item in deployments if item["phase"] == "ACTIVE")
    if command == "apps get":
        return json.dumps([{"id": "app", "spec": active["spec"], "active_deployment": {"id": active["id"]}}])
    if command == "apps list-deployments":
        return json.dumps(deployments)
    if command == "apps spec get":
        return json.dumps(next(item["spec"] for item in deployments if item["id"] == flags["--deployment"]))
    (spec,) = documents(flags["--spec"])
    judged = subprocess.run([APP_SPEC_JUDGE, flags["--spec"]], capture_output=True, text=True, check=False)
    if judged.returncode != 0:
        raise Refusal(judged.stdout)
    secrets = [env for env in spec["envs"] if env.get("type") == "SECRET"]
    if any("value" not in env for env in secrets):
        raise Refusal("a secret has no value")
    if command == "apps propose":
        return "ok"
    change()
    version = spec["services"][0]["image"]["tag"]
    if version not in STATE["copied"]:
        raise Refusal(f"the registry has no {version}")
    STATE["migrated"].append(spec["jobs"][0]["image"]["tag"])
    identifier = f"deployment-{len(deployments) + 1}"
    entry = {"id": identifier, "created_at": f"2026-01-{len(deployments) + 1:02}T00:00:00Z", "spec": spec}
    # What does not become healthy never gets the traffic, and the command still ends with 0 in some versions.
    if version in STATE["sick"] or STATE["migrationsExit"] != 0:
        deployments.append({**entry, "phase": "ERROR"})
        return ""
    active["phase"] = "SUPERSEDED"
    deployments.append({**entry, "phase": "ACTIVE"})
    STATE["served"].append(live())
    return ""


def docker(words: list[str]) -> str:
    """Copies an image from registry to registry."""
    if words[:4] != ["buildx", "imagetools", "create", "--tag"] or len(words) != 6:
        raise Refusal(f"docker: nobody expected {words}")
    change()
    if tag_of(words[4]) != tag_of(words[5]):
        raise Refusal("another tag")
    STATE["copied"].append(tag_of(words[4]))
    return ""


# --- the application ------------------------------------------------------------------------------------------------


def running(colour: str) -> str | None:
    """The version that runs in a colour."""
    if STATE["cloud"] == "ecs":
        service = STATE["services"].get(f"{STATE['slug']}-{colour}")
        return service["version"] if service and service["desired"] > 0 else None
    if STATE["cloud"] == "cloud-run":
        traffic = (STATE["service"] or {"status": {"traffic": []}})["status"]["traffic"]
        entry = next((entry for entry in traffic if entry.get("tag") == colour), None)
        return STATE["revisions"][entry["revisionName"]]["version"] if entry else None
    group = STATE["groups"].get(f"{STATE['slug']}-{colour}-1")
    return group["version"] if group and group["running"] and STATE["servers"].get(colour) else None


def live() -> str | None:
    """The version that the public address leads to."""
    if STATE["cloud"] == "digitalocean":
        active = next(item for item in STATE["deployments"] if item["phase"] == "ACTIVE")
        return str(active["spec"]["services"][0]["image"]["tag"])
    if STATE["cloud"] == "ecs":
        return running(max(STATE["weights"], key=lambda colour: int(STATE["weights"][colour])))
    if STATE["cloud"] == "cloud-run":
        traffic = STATE["service"]["status"]["traffic"] if STATE["service"] else []
        entry = next((entry for entry in traffic if entry.get("percent", 0) > 0), None)
        return running(entry["tag"]) if entry else None
    return running(STATE["pool"])


def curl(words: list[str]) -> str:
    """Answers with the status that the version at the address has."""
    wanted = {"--silent", "--output", "--max-time", "--write-out", "/dev/null", "5", "%{http_code}"}
    (url,) = [word for word in words if word not in wanted]
    address = re.fullmatch(r"https://(?:(blue|green)(?:\.|---))?([a-z0-9.-]+?)" + re.escape(STATE["readyPath"]), url)
    if not address:
        raise Refusal(f"curl: (6) could not resolve {url}")
    colour = address[1]
    version = running(colour) if colour else live()
    is_bad = version is None or version in STATE["sick"] or (not colour and version in STATE["sickUnderTraffic"])
    return "503" if is_bad else "200"


COMMANDS = {"aws": aws, "gcloud": gcloud, "az": az, "doctl": doctl, "docker": docker, "curl": curl}


class Call(socketserver.StreamRequestHandler):
    """One command: its words as JSON in a line; exit code, output and errors as JSON."""

    def handle(self) -> None:
        program, *words = json.loads(self.rfile.readline())
        with LOCK:
            if program == "set":
                STATE.update(json.loads(words[0]))
                self.wfile.write(b"{}")
                return
            STATE["calls"].append([program, *words])
            text = " ".join([program, *words])
            try:
                if any(text.startswith(failing) for failing in STATE["failing"]):
                    raise Refusal(f"{text}: the cloud is ill")
                answer = {"code": 0, "out": COMMANDS[program](words), "err": ""}
            except Refusal as refusal:
                answer = {"code": 1, "out": "", "err": f"{refusal}\n"}
            except Exception:  # pylint: disable=broad-exception-caught
                answer = {"code": 70, "out": "", "err": traceback.format_exc()}
            STATE["live"] = live()
            pathlib.Path(STATE_FILE).write_text(json.dumps(STATE), "utf-8")
        self.wfile.write(json.dumps(answer).encode())


with socketserver.ThreadingUnixStreamServer(SOCKET, Call) as server:
    print("ready", flush=True)
    server.serve_forever()
