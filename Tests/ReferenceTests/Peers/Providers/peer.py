"""A provider with everything that is rare: ephemeral resources, write-only arguments, functions of every kind, and an answer of
every wrong kind for whoever asks for it by the argument `trick`. It writes what happens to ephemeral resources into peer.log."""

import json
import os
import time

import grpc
import wire
from wire import UNKNOWN, attribute, block, decode, encode, error, known, message, nested, nested_block, path, warning

PART = block(attribute("label", optional=True), attribute("token", optional=True, write_only=True))
CONFIGURATION = block(attribute("region", optional=True), attribute("token", optional=True, sensitive=True))
THING = block(
    attribute("id", computed=True), attribute("name", required=True), attribute("zone", optional=True),
    attribute("size", "number", optional=True), attribute("note", optional=True, computed=True),
    attribute("secret", optional=True, write_only=True), attribute("secret_version", "number", optional=True),
    attribute("auth", optional=True, nested=nested(
        "single", attribute("user", optional=True), attribute("password", optional=True, write_only=True))),
    attribute("trick", optional=True), attribute("pretend", optional=True),
    blocks=[nested_block("part", "list", PART)])
FACT = block(attribute("name", required=True), attribute("text", computed=True), attribute("trick", optional=True))
LEASE = block(
    attribute("name", required=True), attribute("ttl", "number", optional=True), attribute("value", computed=True),
    attribute("count", "number", optional=True, computed=True), attribute("trick", optional=True))

FUNCTIONS = {
    "shout": wire.function([wire.parameter("text")], summary="Says it loud"),
    "join_words": wire.function([wire.parameter("separator")], wire.parameter("words"), description="Joins words."),
    "total": wire.function([wire.parameter("numbers", ["list", "number"])], returns="number"),
    "or_else": wire.function([wire.parameter("text", null=True), wire.parameter("fallback", null=True)]),
    "peek": wire.function([wire.parameter("value", "dynamic", null=True, unknown=True)], returns="string"),
    "pair": wire.function([wire.parameter("left"), wire.parameter("right", "number")],
                          returns=["object", {"left": "string", "right": "number"}]),
    "fail": wire.function([wire.parameter("how"), wire.parameter("second", null=True)]),
    "same": wire.function([wire.parameter("value", "dynamic")], returns="dynamic"),
}


def log(line):
    with open("peer.log", "a") as file:
        file.write(line + "\n")


class Peer:
    def __init__(self):
        self.region = None

    # Discovery and configuration

    def GetProviderSchema(self, request):
        return message(
            (1, wire.schema(CONFIGURATION)), *wire.entries(2, {"peer_thing": wire.schema(THING)}),
            *wire.entries(3, {"peer_fact": wire.schema(FACT)}), (6, message((1, 1))),
            *wire.entries(7, FUNCTIONS), *wire.entries(8, {"peer_lease": wire.schema(LEASE)}))

    def ValidateProviderConfig(self, request):
        return b""

    def ConfigureProvider(self, request):
        value = decode(request[2][-1])
        self.region = value["region"] if known(value["region"]) else "?"
        log(f"configure region={self.region} token={value['token'] if known(value['token']) else '?'}")
        return b""

    def StopProvider(self, request):
        return b""

    def ValidateResourceConfig(self, request):
        value = decode(request[2][-1])
        return validation(value, 1)

    def ValidateDataResourceConfig(self, request):
        return validation(decode(request[2][-1]), 1)

    def ValidateEphemeralResourceConfig(self, request):
        return validation(decode(request[2][-1]), 1)

    # Managed resources

    def UpgradeResourceState(self, request):
        state = json.loads(wire.parse(request[3][-1])[1][-1])
        return tricked(state, "upgrade", message((1, encode(state))))

    def ReadResource(self, request):
        state = decode(request[2][-1])
        if state.get("trick") == "read-gone":
            return message((1, encode(None)))
        if state.get("trick") == "read-write-only":
            state = dict(state, secret="read")
        return tricked(state, "read", message((1, encode(state)), (3, request.get(3, [b""])[-1])))

    def PlanResourceChange(self, request):
        prior, proposed, config = (decode(request[n][-1]) for n in (2, 3, 4))
        if proposed is None:
            return message((1, encode(None)))
        planned = dict(proposed, secret=None, part=without_tokens(proposed["part"]))
        if isinstance(planned["auth"], dict):
            planned["auth"] = dict(planned["auth"], password=None)
        if planned["id"] is None:
            planned["id"] = UNKNOWN
        if planned["note"] is None or (prior and prior["name"] != planned["name"] and config["note"] is None):
            planned["note"] = UNKNOWN
        replaced = [path("zone")] if prior and prior["zone"] != planned["zone"] else []
        if replaced:
            planned["id"] = UNKNOWN
        trick = planned["trick"]
        if trick == "plan-write-only":
            planned["secret"] = "planned"
        if trick == "plan-other":
            planned["name"] = "other"
        legacy = 1 if trick in ("legacy", "legacy-apply") else None
        if trick == "legacy":
            planned["name"] = "legacy"
        return tricked(planned, "plan", message(
            (1, encode(planned)), *[(2, item) for item in replaced], (3, b"planned"), (5, legacy)))

    def ApplyResourceChange(self, request):
        prior, planned, config = (decode(request[n][-1]) for n in (2, 3, 4))
        if planned is None:
            log("destroy " + prior["name"])
            return tricked(prior, "destroy", message((1, encode(None))))
        log(f"apply {planned['name']} secret={config['secret']} parts={[part['token'] for part in config['part']]}"
            f" password={(config['auth'] or {}).get('password')}")
        new = {name: None if value == UNKNOWN else value for name, value in planned.items()}
        new["id"] = new["id"] or "thing-" + new["name"]
        new["note"] = new["note"] or "note of " + new["name"]
        trick = new["trick"]
        if trick == "apply-write-only":
            new["secret"] = "applied"
        if trick in ("apply-other", "legacy-apply"):
            new["size"] = 99
        if trick == "apply-unknown":
            new["note"] = UNKNOWN
        if trick == "apply-null":
            return message((1, encode(None)))
        if trick == "apply-error":
            return message((1, encode(new)), (3, error("Half done", "The second half failed.", path("name"))))
        if trick == "apply-error-nothing":
            return message((3, error("Nothing done", "It did not work.")))
        return tricked(new, "apply", message(
            (1, encode(new)), (2, b"private"), (4, 1 if trick == "legacy-apply" else None)))

    def ImportResourceState(self, request):
        name = request[2][-1].decode()
        state = {"id": "thing-" + name, "name": name, "zone": None, "size": 1, "note": "note of " + name, "secret": None,
                 "secret_version": None, "auth": None, "trick": None, "pretend": None, "part": []}
        return message((1, message((1, "peer_thing"), (2, encode(state)), (3, b"imported"))))

    # Data sources

    def ReadDataSource(self, request):
        value = decode(request[2][-1])
        return tricked(value, "read", message((1, encode(dict(value, text=f"fact {value['name']} in {self.region}")))))

    # Ephemeral resources

    def OpenEphemeralResource(self, request):
        value = decode(request[2][-1])
        name = value["name"]
        log("open " + name)
        trick = value["trick"]
        if trick == "open-error":
            return message((1, error("No lease", "There is none left.", path("name"))))
        if trick == "open-warning":
            return message((1, warning("Short lease", "It ends soon.")), (3, encode(dict(value, value="v", count=1))), (4, b"a|"))
        result = dict(value, value="secret of " + name, count=1 if value["count"] is None else value["count"])
        if trick == "open-other":
            result["name"] = "other"
        if trick == "open-unknown":
            result["value"] = UNKNOWN
        if trick == "open-null":
            result = None
        if trick == "open-deferred":
            return message((3, encode(dict(value, value=UNKNOWN, count=UNKNOWN))), (5, message((1, 1))))
        renewal = None
        if value["ttl"] is not None:
            at = time.time() + value["ttl"]
            renewal = message((1, int(at)), (2, int(at % 1 * 1e9)))
        return tricked(value, "open", message((2, renewal), (3, encode(result)), (4, name.encode() + b"|" + str(trick).encode())), 3)

    def RenewEphemeralResource(self, request):
        name, trick = request[2][-1].decode().split("|")
        log("renew " + name)
        if trick == "renew-error":
            return message((1, error("Not renewed", "The lease is over.")))
        return message((3, request[2][-1]))

    def CloseEphemeralResource(self, request):
        name, trick = request[2][-1].decode().split("|")
        log("close " + name)
        if trick == "close-error":
            return message((1, error("Not closed", "The lease hangs.")))
        if trick == "close-warning":
            return message((1, warning("Closed late", "Nobody minds.")))
        return b""

    # Functions

    def CallFunction(self, request):
        name = request[1][-1].decode()
        arguments = [decode(item) for item in request.get(2, [])]
        if name == "fail":
            return self.fail(*arguments)
        result = {
            "shout": lambda text: text.upper() + "!", "join_words": lambda separator, *words: separator.join(words),
            "total": lambda numbers: sum(numbers), "or_else": lambda text, fallback: text if text is not None else fallback,
            "peek": lambda value: "null" if value is None else "known" if known(value) else "unknown",
            "pair": lambda left, right: {"left": left, "right": right}, "same": lambda value: value,
        }[name](*arguments)
        return message((1, encode(result)))

    def fail(self, how, second):
        if how == "first":
            return message((2, message((1, "the first argument is bad"), (2, 0))))
        if how == "second":
            return message((2, message((1, "the second argument is bad"), (2, 1))))
        if how == "beyond":
            return message((2, message((1, "an argument is bad"), (2, 7))))
        if how == "type":
            return message((1, encode([1, 2])))
        if how == "unknown":
            return message((1, encode(UNKNOWN)))
        if how == "nothing":
            return b""
        if how == "rpc":
            raise wire.Failure(grpc.StatusCode.INTERNAL, "the function is out of order")
        if how == "exit":
            os._exit(3)
        return message((2, message((1, "it just failed"))))


def without_tokens(parts):
    return [dict(part, token=None) for part in parts] if isinstance(parts, list) else parts


def validation(value, number):
    if value.get("trick") == "invalid":
        return message((number, error("Bad trick", "This one is refused.", path("trick"))))
    if value.get("trick") == "warned":
        return message((number, warning("Odd trick", "Think twice.", path("trick"))))
    return b""


def tricked(value, call, answer, field=1):
    """The answer, or one that no provider should give. `field` is where the answer has its object."""
    trick = value.get("trick")
    if not isinstance(trick, str) or not trick.startswith(call + "-"):
        return answer
    match trick[len(call) + 1:]:
        case "rpc": raise wire.Failure(grpc.StatusCode.INTERNAL, "out of order")
        case "unimplemented": raise wire.Failure(grpc.StatusCode.UNIMPLEMENTED, "not here")
        case "exit": os._exit(3)
        case "truncated": return message((field, message((1, b"\x84\xa4name"))))
        case "garbage": return b"\x0a\xff"
        case "type": return message((field, encode(dict(value, name=["a"]))))
        case "missing": return message((field, encode({"name": "x"})))
        case "extra": return message((field, encode(dict(value, other=1))))
        case "list": return message((field, encode([1])))
        case "nothing": return b""
        case "huge": return message((field, encode(dict(value, name="x" * (70 << 20)))))
        case "slow": time.sleep(3)
    return answer


if __name__ == "__main__":
    wire.serve(Peer())
