"""A provider with everything that is rare: ephemeral resources, write-only arguments, functions of every kind, and an answer of
every wrong kind for whoever asks for it by the argument `trick`. It writes what happens to ephemeral resources into peer.log."""

import json
import os
import time

import grpc
import wire
from wire import UNKNOWN, attribute, block, decode, encode, error, known, message, nested, nested_block, path, warning

PART = block(attribute("label", optional=True), attribute("token", optional=True, write_only=True))
# Whether the token must be an argument, because no variable stands in for it.
NEEDS_TOKEN = "PEER_NEEDS_TOKEN" in os.environ and "PEER_TOKEN" not in os.environ
CONFIGURATION = block(
    attribute("region", optional=True),
    attribute("token", optional=not NEEDS_TOKEN, required=NEEDS_TOKEN, sensitive=True))
THING = block(
    attribute("id", computed=True), attribute("name", required=True), attribute("zone", optional=True),
    attribute("size", "number", optional=True), attribute("note", optional=True, computed=True),
    attribute("secret", optional=True, write_only=True), attribute("secret_version", "number", optional=True),
    attribute("auth", optional=True, nested=nested(
        "single", attribute("user", optional=True), attribute("password", optional=True, write_only=True))),
    attribute("trick", optional=True), attribute("pretend", optional=True),
    blocks=[nested_block("part", "list", PART)])
SIZE = block(attribute("width", "number", required=True), attribute("depth", "number", optional=True, computed=True))
CHEST = block(
    attribute("id", computed=True), attribute("name", required=True),
    attribute("lock", optional=True, nested=nested("single", attribute("code", required=True), attribute(
        "keys", ["list", "string"], optional=True), attribute("made", optional=True, computed=True))),
    attribute("drawers", optional=True, nested=nested(
        "list", attribute("label", required=True), attribute("lining", optional=True, computed=True))),
    attribute("bins", optional=True, computed=True, nested=nested("map", attribute("label", optional=True))),
    attribute("marks", optional=True, nested=nested("set", attribute("text", required=True))),
    attribute("tags", ["map", "string"], optional=True), attribute("extra", "dynamic", optional=True),
    attribute("pin", optional=True, sensitive=True), attribute("complain", optional=True),
    blocks=[nested_block("size", "single", SIZE), nested_block("shelf", "list", SIZE, most=3),
            nested_block("hook", "set", SIZE), nested_block("door", "map", SIZE), nested_block("frame", "group", block(
                attribute("wood", optional=True)))])
FACT = block(attribute("name", required=True), attribute("text", computed=True), attribute("trick", optional=True))
LEASE = block(
    attribute("name", required=True), attribute("ttl", "number", optional=True), attribute("value", computed=True),
    attribute("uses", "number", optional=True, computed=True), attribute("trick", optional=True))

THING_NAMES = ["id", "name", "zone", "size", "note", "secret", "secret_version", "auth", "trick", "pretend", "part"]
CHEST_NAMES = ["id", "name", "lock", "drawers", "bins", "marks", "tags", "extra", "pin", "complain", "size", "shelf", "hook",
               "door", "frame"]

# The version of the schema of identities; without one there are none.
IDENTITY = int(os.environ.get("PEER_IDENTITY", "0"))

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
            (1, wire.schema(CONFIGURATION)), *wire.entries(2, {
                "peer_thing": wire.schema(THING, int(os.environ.get("PEER_VERSION", "0"))), "peer_chest": wire.schema(CHEST)}),
            *wire.entries(3, {"peer_fact": wire.schema(FACT)}), (6, message((1, 1), (3, 1))),
            *wire.entries(7, FUNCTIONS), *wire.entries(8, {"peer_lease": wire.schema(LEASE)}))

    def ValidateProviderConfig(self, request):
        if NEEDS_TOKEN and decode(request[1][-1])["token"] is None:
            return message((2, error("No token", "Set the argument or PEER_TOKEN.", path("token"))))
        return b""

    def ConfigureProvider(self, request):
        value = decode(request[2][-1])
        if value["region"] is None and "PEER_NEEDS_REGION" in os.environ:
            return message((1, error("No region", "There is no default.", path("region"))))
        self.region = value["region"] if known(value["region"]) else "?"
        log(f"configure region={self.region} token={value['token'] if known(value['token']) else '?'}")
        return b""

    def StopProvider(self, request):
        return b""

    def ValidateResourceConfig(self, request):
        return validation(decode(request[2][-1]), 1)

    def ValidateDataResourceConfig(self, request):
        return validation(decode(request[2][-1]), 1)

    def ValidateEphemeralResourceConfig(self, request):
        return validation(decode(request[2][-1]), 1)

    # Managed resources

    def UpgradeResourceState(self, request):
        state = json.loads(wire.parse(request[3][-1])[1][-1])
        version = request.get(2, [0])[-1]
        if kind(request) == "chest":
            return message((1, encode(dict(state, extra=wire.dynamic(state["extra"])))), *complaints(state, "upgrade", 2))
        if version < int(os.environ.get("PEER_VERSION", "0")):
            log(f"upgrade {state['name']} from {version}")
            state = {name: state.get(name) for name in THING_NAMES} | {"note": f"upgraded from {version}"}
        return tricked(state, "upgrade", message((1, encode(state))))

    def GetResourceIdentitySchemas(self, request):
        attributes = [message((1, name), (2, json.dumps("string")), (3, 1)) for name in ["name", "since"]]
        described = message((1, IDENTITY), *[(2, item) for item in attributes])
        return message(*wire.entries(1, {"peer_thing": described} if IDENTITY else {}))

    def UpgradeResourceIdentity(self, request):
        old = json.loads(wire.parse(request[3][-1])[1][-1])
        return message((1, message((1, encode(dict(old, since=f"version {request.get(2, [0])[-1]}"))))))

    def MoveResourceState(self, request):
        state = json.loads(wire.parse(request[4][-1])[1][-1])
        source, old = request[1][-1].decode(), request[2][-1].decode()
        log(f"move {old} of {source} private={request.get(6, [b''])[-1].decode()}")
        if kind(request, 5) != "thing":
            return message((2, error("Not movable", f"A {old} cannot become this.")))
        if state.get("name") == "stubborn":
            return message((2, error("Stubborn", "It does not move.", path("name"))))
        moved = dict.fromkeys(THING_NAMES) | {
            "id": state["id"], "name": state.get("name") or "moved", "note": "was " + old, "part": []}
        return message((1, encode(moved)), (3, b"moved"))

    def ReadResource(self, request):
        state = decode(request[2][-1])
        private = request.get(3, [b""])[-1]
        log(f"read {state['name']} private={private.decode(errors='replace')}")
        if state.get("trick") == "read-gone":
            return message((1, encode(None)))
        if state.get("trick") == "read-write-only":
            state = dict(state, secret="read")
        if state.get("trick") == "read-unknown":
            state = dict(state, note=UNKNOWN)
        if state.get("trick") == "read-required":
            state = dict(state, name=None)
        if state.get("trick") == "read-private":
            private = b"\xff\x00 other"
        return tricked(state, "read", message(
            (1, encode(state)), (3, private), (5, identity(state)), *complaints(state, "read", 2)))

    def PlanResourceChange(self, request):
        prior, proposed, config = (decode(request[n][-1]) for n in (2, 3, 4))
        if proposed is None:
            return message((1, encode(None)), (3, request.get(5, [b""])[-1]), *complaints(prior, "plan-destroy", 4))
        if kind(request) == "chest":
            planned = chests.planned(proposed)
            return message(
                (1, encode(planned)), *[(2, item) for item in chests.replaced(prior, planned)], *complaints(proposed, "plan", 4))
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
        if trick == "plan-deferred":
            return message((1, encode(planned)), (6, message((1, 3))))
        if trick == "plan-replace-nonsense":
            replaced = [path("nothing", 3), path(), path("part", 0, "label")]
        legacy = 1 if trick in ("legacy", "legacy-apply") else None
        if trick == "legacy":
            planned["name"] = "legacy"
        return tricked(planned, "plan", message(
            (1, encode(planned)), *[(2, item) for item in replaced], (3, b"planned"), (5, legacy)))

    def ApplyResourceChange(self, request):
        prior, planned, config = (decode(request[n][-1]) for n in (2, 3, 4))
        private = request.get(5, [b""])[-1].decode(errors="replace")
        if planned is None:
            log(f"destroy {prior['name']} private={private}")
            return tricked(prior, "destroy", message((1, encode(None)), *complaints(prior, "destroy", 3)))
        if kind(request) == "chest":
            return message((1, encode(chests.made(planned))), *complaints(planned, "apply", 3))
        log(f"apply {planned['name']} secret={config['secret']} parts={[part['token'] for part in config['part']]}"
            f" password={(config['auth'] or {}).get('password')} private={private}")
        new = {name: None if value == UNKNOWN else value for name, value in planned.items()}
        new["id"] = new["id"] or "thing-" + new["name"]
        new["note"] = new["note"] or "note of " + new["name"]
        trick = new["trick"]
        if trick == "large":
            new["note"] = "x" * (9 << 20)
        if trick == "apply-write-only":
            new["secret"] = "applied"
        if trick in ("apply-other", "legacy-apply"):
            new["size"] = 99
        if trick == "apply-unknown":
            new["note"] = UNKNOWN
        if trick == "apply-computed":
            new["id"] = "thing-other"
        if trick == "apply-required":
            new["name"] = None
        if trick == "apply-drops":
            new["part"] = []
        if trick == "apply-null":
            return message((1, encode(None)))
        if trick == "apply-error":
            return message((1, encode(new)), (3, error("Half done", "The second half failed.", path("name"))))
        if trick == "apply-error-nothing":
            return message((3, error("Nothing done", "It did not work.")))
        if trick == "apply-warning":
            return message((1, encode(new)), (3, warning("Done badly", "But done.", path("name"))))
        return tricked(new, "apply", message(
            (1, encode(new)), (2, b"private of " + planned["name"].encode()), (4, 1 if trick == "legacy-apply" else None),
            (5, identity(new))))

    def ImportResourceState(self, request):
        name, _, trick = request[2][-1].decode().partition("!")
        if kind(request) == "chest":
            state = dict.fromkeys(CHEST_NAMES) | {
                "id": "chest-" + name, "name": name, "shelf": [], "hook": [], "door": {}, "frame": {"wood": None}}
            return message((1, message((1, "peer_chest"), (2, encode(state)))))
        state = dict.fromkeys(THING_NAMES) | {"id": "thing-" + name, "name": name, "size": 1, "note": "note of " + name, "part": []}
        imported = message((1, "peer_thing"), (2, encode(state)), (3, b"imported"))
        match trick:
            case "": return message((1, imported))
            case "none": return b""
            case "null": return message((1, message((1, "peer_thing"), (2, encode(None)))))
            case "two": return message((1, imported), (1, imported))
            case "other-type": return message((1, message((1, "peer_chest"), (2, encode(None)))))
            case "no-type": return message((1, message((1, "peer_nothing"), (2, encode(state)))))
            case "unknown": return message((1, message((1, "peer_thing"), (2, encode(dict(state, note=UNKNOWN))))))
            case "write-only": return message((1, message((1, "peer_thing"), (2, encode(dict(state, secret="s"))))))
            case "error": return message((2, error("No such thing", f"There is none called {name}.")))
            case "warning": return message((1, imported), (2, warning("Old thing", "It was found in a corner.")))
            case "gone": return message((1, message((1, "peer_thing"), (2, encode(dict(state, trick="read-gone"))))))
        return tricked(dict(state, trick="import-" + trick), "import", message((1, imported)))

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
            return message((1, warning("Short lease", "It ends soon.")), (3, encode(dict(value, value="v", uses=1))), (4, b"a|"))
        result = dict(value, value="secret of " + name, uses=1 if value["uses"] is None else value["uses"])
        if trick == "open-other":
            result["name"] = "other"
        if trick == "open-unknown":
            result["value"] = UNKNOWN
        if trick == "open-null":
            result = None
        if trick == "open-deferred":
            return message((3, encode(dict(value, value=UNKNOWN, uses=UNKNOWN))), (5, message((1, 1))))
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
        if trick == "renew-forgets":
            return b""
        return message((3, request[2][-1]))

    def CloseEphemeralResource(self, request):
        name, trick = request.get(2, [b"forgotten|"])[-1].decode().split("|")
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


class chests:
    """What a chest's provider decides itself: whatever is computed and not set."""

    @staticmethod
    def filled(chest, of):
        def size(item):
            return dict(item, depth=of(item["depth"], 1)) if isinstance(item, dict) else item

        def each(items, change):
            if isinstance(items, dict):
                return {key: change(item) for key, item in items.items()}
            return [change(item) for item in items] if isinstance(items, list) else items

        lock = chest["lock"]
        return dict(
            chest, id=of(chest["id"], "chest-" + chest["name"] if isinstance(chest["name"], str) else None),
            lock=dict(lock, made=of(lock["made"], "made")) if isinstance(lock, dict) else lock,
            drawers=each(chest["drawers"], lambda item: dict(item, lining=of(item["lining"], "felt"))
                         if isinstance(item, dict) else item),
            bins=of(chest["bins"], {"first": {"label": "made up"}}), size=size(chest["size"]), shelf=each(chest["shelf"], size),
            hook=each(chest["hook"], size), door=each(chest["door"], size))

    @staticmethod
    def replaced(prior, planned):
        """What cannot be changed: the second step of a path says where it stands, whatever the value is there."""
        if prior is None:
            return []
        ways = [
            ("lock", "code"), ("drawers", 0, "label"), ("bins", ["k"], "label"), ("marks",), ("tags", ["fixed"]), ("size", "width"),
            ("shelf", 1, "width"), ("hook",), ("door", ["left"], "width"), ("extra", "kind"), ("frame", "wood")]

        def found(value, steps):
            for step in steps:
                step = step[0] if isinstance(step, list) else step
                try:
                    value = value[step]
                except (KeyError, IndexError, TypeError):
                    return None
            return value

        return [path(*way) for way in ways if planned["pin"] == "strict" and found(prior, way) != found(planned, way)]

    @classmethod
    def planned(cls, proposed):
        return cls.filled(proposed, lambda value, _: UNKNOWN if value is None else value)

    @classmethod
    def made(cls, planned):
        return cls.filled(planned, lambda value, made: made if value == UNKNOWN else value)


def identity(thing):
    """What a thing is known by, if things have such a thing."""
    return message((1, encode({"name": thing["name"], "since": "now"}))) if IDENTITY and "zone" in thing else None


def without_tokens(parts):
    return [dict(part, token=None) for part in parts] if isinstance(parts, list) else parts


def kind(request, field=1):
    return request[field][-1].decode().removeprefix("peer_")


def complaints(value, call, number):
    """What a chest has to say in a call: `complain` holds calls with a path, a summary, and how bad it is (an error, if nothing says)."""
    if not isinstance(value.get("complain"), str):
        return []
    return [(number, wire.diagnostic(
        item.get("severity", 2 if item.get("soft") else 1), item.get("summary", "Complaint"), f"In {call}.",
        path(*item["path"]) if "path" in item else None))
        for item in json.loads(value["complain"]) if item["call"] == call]


def validation(value, number):
    if "complain" in value:
        return message(*complaints(value, "validate", number))
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
