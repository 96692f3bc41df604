"""The wire of plugin protocol 6, by hand: enough to write providers that do what no framework would let them do.

A provider is an object with a method for each call it serves; it gets the request's fields and gives the reply's.
Needs grpcio, msgpack and cryptography.
"""

import base64
import datetime
import json
import os
import random
import signal
import socket as sockets
import sys
import tempfile
import threading
from concurrent import futures

import grpc
import msgpack

UNKNOWN = msgpack.ExtType(0, b"\0")


# Protobuf: a message is a list of (field number, value); an int is a varint, bytes and str are length-delimited.

def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def message(*fields):
    out = b""
    for number, value in fields:
        if value is None:
            continue
        if isinstance(value, (bool, int)):
            out += varint(number << 3) + varint(int(value))
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def parse(data):
    fields, place = {}, 0

    def take():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        tag = take()
        if tag & 7 == 0:
            value = take()
        else:
            length = take()
            value = data[place:place + length]
            place += length
        fields.setdefault(tag >> 3, []).append(value)
    return fields


# Values

def encode(value):
    return message((1, msgpack.packb(value)))


def decode(data):
    fields = parse(data)
    if 1 in fields:
        return msgpack.unpackb(fields[1][-1], strict_map_key=False)
    return json.loads(fields[2][-1]) if 2 in fields else None


def dynamic(value):
    """A value of a dynamic type as a state file has it, in the form that it has on the wire."""
    return None if value is None else [json.dumps(value["type"]).encode(), value["value"]]


def known(value):
    if isinstance(value, dict):
        return all(known(item) for item in value.values())
    if isinstance(value, list):
        return all(known(item) for item in value)
    return not isinstance(value, msgpack.ExtType)


def path(*steps):
    """Names of attributes, numbers, and keys of maps, each of which stands in a list of its own."""
    return b"".join(
        message((1, message((1, step) if isinstance(step, str) else (2, step[0]) if isinstance(step, list) else (3, step))))
        for step in steps)


def diagnostic(severity, summary, detail="", at=None):
    return message((1, severity), (2, summary), (3, detail), (4, at))


def error(summary, detail="", at=None):
    return diagnostic(1, summary, detail, at)


def warning(summary, detail="", at=None):
    return diagnostic(2, summary, detail, at)


# Schemas

def attribute(name, kind="string", **flags):
    numbers = {"required": 4, "optional": 5, "computed": 6, "sensitive": 7, "deprecated": 9, "write_only": 11}
    nested = flags.pop("nested", None)
    described = (10, nested) if nested is not None else (2, json.dumps(kind))
    return message(
        (1, name), described, (3, flags.pop("description", None)), *[(numbers[flag], 1) for flag in flags if flags[flag]])


def nested(nesting, *attributes):
    return message(*[(1, item) for item in attributes], (3, {"single": 1, "list": 2, "set": 3, "map": 4}[nesting]))


def block(*attributes, blocks=()):
    return message(*[(2, item) for item in attributes], *[(3, item) for item in blocks])


def nested_block(name, nesting, content, least=None, most=None):
    kinds = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}
    return message((1, name), (2, content), (3, kinds[nesting]), (4, least), (5, most))


def schema(content, version=0):
    return message((1, version), (2, content))


def parameter(name, kind="string", null=False, unknown=False, description=None):
    return message((1, name), (2, json.dumps(kind)), (3, int(null)), (4, int(unknown)), (5, description))


def function(parameters=(), variadic=None, returns="string", summary=None, description=None):
    return message(
        *[(1, item) for item in parameters], (2, variadic), (3, message((1, json.dumps(returns)))), (4, summary),
        (5, description))


def entries(number, table):
    return [(number, message((1, name), (2, value))) for name, value in table.items()]


# Serving

class Failure(Exception):
    """Ends a call with a gRPC status instead of an answer."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


class Nonsense:
    """What one call is answered with instead: `PEER_NONSENSE` holds its name, a slash, and the kind."""

    call, _, kind = os.environ.get("PEER_NONSENSE", "").partition("/")
    relay = None

    @classmethod
    def answer(cls, answer):
        """Whatever is wrong with it, the call itself was done."""
        match cls.kind:
            case "empty": return b""
            case "damaged": return b"\x0a\xff"
            case "noise": return random.Random(7).randbytes(5000)
            case "groups": return b"\x0b\x0b\x0c" * 100
            case "shortened": return answer[:len(answer) * 2 // 3]
            case "numbers": return message(*[(number, 1 << 63) for number in range(1, 12)])
            case "texts": return message(*[(number, "nonsense \0 \x7f") for number in range(1, 12)])
            case "bytes": return message(*[(number, b"\xff\xfe\xfd") for number in range(1, 12)])
            case "values": return message(*[(number, encode({"surprise": [1, None]})) for number in range(1, 12)])
            case "truncated": return message(*[(number, message((1, b"\x8b\xa4name\xa1"))) for number in range(1, 12)])
            case "deep": return message(*[(number, message((1, b"\x91" * 100000))) for number in range(1, 12)])
            case "vast": return message(*[(number, message((1, b"\xdd\xff\xff\xff\xff"))) for number in range(1, 12)])
            case "error": raise Failure(grpc.StatusCode.DATA_LOSS, "\x1b[31mnonsense\r\n\u202e")
            case "exit": os._exit(3)
            case "killed": os.kill(os.getpid(), signal.SIGKILL)
            case "cut" | "scrambled" | "closed": cls.relay.spoil(cls.kind)
        return answer


class Relay:
    """Stands between a provider and whoever uses it, to do to the bytes on their way what no library would do."""

    def __init__(self, place, behind):
        self.kind, self.behind = None, behind
        self.listener = sockets.socket(sockets.AF_UNIX)
        self.listener.bind(place)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def spoil(self, kind):
        self.kind = kind

    def accept(self):
        while True:
            outside, _ = self.listener.accept()
            inside = sockets.socket(sockets.AF_UNIX)
            inside.connect(self.behind)
            threading.Thread(target=self.carry, args=(outside, inside, False), daemon=True).start()
            threading.Thread(target=self.carry, args=(inside, outside, True), daemon=True).start()

    def carry(self, source, target, isAnswer):
        while data := source.recv(1 << 16):
            if isAnswer and self.kind:
                if self.kind != "closed":
                    target.sendall(data[:len(data) // 2] if self.kind == "cut" else random.Random(7).randbytes(len(data)))
                # The provider goes on as if nothing were.
                return target.shutdown(sockets.SHUT_RDWR)
            target.sendall(data)


class Handler(grpc.GenericRpcHandler):
    def __init__(self, provider, stopped):
        self.provider, self.stopped = provider, stopped

    def service(self, details):
        service, _, name = details.method.strip("/").rpartition("/")
        if service == "plugin.GRPCController":
            return grpc.unary_unary_rpc_method_handler(lambda request, context: self.stopped.set() or b"")
        method = getattr(self.provider, name, None)
        if not service.endswith(".Provider") or method is None:
            return None

        def answer(request, context):
            try:
                return Nonsense.answer(method(parse(request))) if name == Nonsense.call else method(parse(request))
            except Failure as failure:
                context.abort(failure.code, failure.text)

        return grpc.unary_unary_rpc_method_handler(answer)


def certificate():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    encoding = serialization.Encoding
    return (
        key.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        made.public_bytes(encoding.PEM), made.public_bytes(encoding.DER))


def greet(trick, socket, shown):
    """The line that says where the provider listens, or what no provider should say."""
    match trick:
        case "garbage": line = "Hello, how are you?"
        case "core": line = f"2|6|unix|{socket}|grpc|{shown}"
        case "version": line = f"1|9|unix|{socket}|grpc|{shown}"
        case "old": line = f"1|4|unix|{socket}|grpc|{shown}"
        case "word": line = f"1|six|unix|{socket}|grpc|{shown}"
        case "network": line = f"1|6|pigeon|{socket}|grpc|{shown}"
        case "transport": line = f"1|6|unix|{socket}|netrpc|{shown}"
        case "short": line = "1|6"
        case "certificate": line = f"1|6|unix|{socket}|grpc|{'A' * 100}"
        case "base64": line = f"1|6|unix|{socket}|grpc|{'*' * 100}"
        case "nowhere": line = f"1|6|unix|{socket}.not|grpc|{shown}"
        case "empty": line = ""
        case "exit": sys.exit("I cannot go on.")
        case "chatty": line = f"1|6|unix|{socket}|grpc|{shown}\n" + "still here\n" * 20000
        case _: line = f"1|6|unix|{socket}|grpc|{shown}"
    if trick == "chatty":
        sys.stderr.write("[WARN] so much to say\n" * 20000)
    print(line, flush=True)


def serve(provider):
    if "TF_PLUGIN_MAGIC_COOKIE" not in os.environ and "--reattach" not in sys.argv:
        sys.exit("This program is a provider; it is started by the program that uses it.")
    stopped = threading.Event()
    limits = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=20), handlers=[Handler(provider, stopped)], options=limits)
    directory = tempfile.mkdtemp()
    socket = f"{directory}/plugin"
    shown = ""
    if os.environ.get("PLUGIN_CLIENT_CERT"):
        key, pem, der = certificate()
        server.add_secure_port(f"unix:{socket}", grpc.ssl_server_credentials([(key, pem)]))
        shown = base64.b64encode(der).decode().rstrip("=")
    else:
        server.add_insecure_port(f"unix:{socket}")
    server.start()
    if Nonsense.call:
        os.rename(socket, socket + ".behind")
        Nonsense.relay = Relay(socket, socket + ".behind")
    greet(os.environ.get("PEER_HANDSHAKE"), socket, shown)
    stopped.wait()
    server.stop(grace=1).wait()
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    os.rmdir(directory)
