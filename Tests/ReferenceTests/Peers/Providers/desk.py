"""An ordinary provider made with the framework `tf` of PyPI, which is written in Python from the handshake up."""

import json
import os

from tf import runner
from tf.blocks import SetNestedBlock
from tf.function import FunctionSignature, Parameter, Return
from tf.iface import DataSource, Provider, Resource
from tf.schema import Attribute, Block, Schema
from tf.types import Bool, List, Map, NormalizedJson, Number, Set, String

FOLDER = "desk"


class Stored:
    """Objects kept as files, so that they can be changed behind the back of whoever manages them."""

    @staticmethod
    def path(name):
        return os.path.join(FOLDER, name + ".json")

    @classmethod
    def write(cls, state):
        os.makedirs(FOLDER, exist_ok=True)
        with open(cls.path(state["name"]), "w") as file:
            json.dump(state, file)
        return state

    @classmethod
    def read(cls, name):
        try:
            with open(cls.path(name)) as file:
                return json.load(file)
        except FileNotFoundError:
            return None


class Lamp(Resource):
    def __init__(self, provider):
        self.provider = provider

    @classmethod
    def get_name(cls):
        return "lamp"

    @classmethod
    def get_schema(cls):
        return Schema(version=2, attributes=[
            Attribute("id", String(), computed=True),
            Attribute("name", String(), required=True, requires_replace=True),
            Attribute("watts", Number(), optional=True), Attribute("on", Bool(), optional=True, computed=True),
            Attribute("code", String(), optional=True, sensitive=True),
            Attribute("colours", List(String()), optional=True), Attribute("labels", Map(String()), optional=True),
            Attribute("rooms", Set(String()), optional=True), Attribute("settings", NormalizedJson(), optional=True),
            Attribute("serial", String(), computed=True), Attribute("old", String(), optional=True, deprecated=True)],
            block_types=[SetNestedBlock("bulb", Block(attributes=[
                Attribute("kind", String(), required=True), Attribute("lumens", Number(), optional=True)]))])

    def validate(self, diags, type_name, config):
        super().validate(diags, type_name, config)
        if config.get("watts") == -1:
            diags.add_error("Negative power", "A lamp takes power.", path=["watts"])
        if config.get("colours") and "none" in config["colours"]:
            diags.add_error("No colour", "It must be one.", path=["colours", (config["colours"].index("none"),)])
        if config.get("labels") and "odd" in config["labels"]:
            diags.add_warning("Odd label", "It may go.", path=["labels", ("odd",)])

    def create(self, ctx, planned):
        state = dict(planned, id="lamp-" + planned["name"], serial="s-" + planned["name"])
        state["on"] = False if not isinstance(planned["on"], bool) else planned["on"]
        if planned["name"] == "broken":
            ctx.diagnostics.add_error("Lamp broken", "It does not light.", path=["name"])
            return None
        if planned["name"] == "other":
            state["watts"] = 7
        return Stored.write(state)

    def read(self, ctx, current):
        return Stored.read(current["name"])

    def update(self, ctx, current, planned):
        return Stored.write(dict(planned))

    def delete(self, ctx, current):
        os.remove(Stored.path(current["name"]))

    def import_(self, ctx, id):
        state = Stored.read(id)
        if state is None:
            ctx.diagnostics.add_error("No such lamp", "There is none called " + id + ".")
        return state

    def upgrade(self, ctx, version, old):
        ctx.diagnostics.add_warning("Lamp of an old kind", f"It was of version {version}.")
        return dict(old, serial="upgraded from " + str(version))


class Catalogue(DataSource):
    def __init__(self, provider):
        self.provider = provider

    @classmethod
    def get_name(cls):
        return "catalogue"

    @classmethod
    def get_schema(cls):
        return Schema(attributes=[
            Attribute("prefix", String(), optional=True), Attribute("brand", String(), computed=True),
            Attribute("names", List(String()), computed=True)])

    def read(self, ctx, config):
        if config["prefix"] == "!":
            ctx.diagnostics.add_error("Bad prefix", "It must be a letter.", path=["prefix"])
            return None
        names = sorted(name[:-5] for name in os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []
        return dict(config, brand=self.provider.brand, names=[name for name in names if name.startswith(config["prefix"] or "")])


class Repeat:
    def __init__(self, provider):
        pass

    @classmethod
    def get_name(cls):
        return "repeat"

    @classmethod
    def get_signature(cls):
        return FunctionSignature(
            parameters=[Parameter("text", String()), Parameter("times", Number())], return_type=Return(List(String())),
            variadic_parameter=Parameter("more", String(), allow_null_value=True))

    def call(self, ctx, arguments):
        text, times, *more = arguments
        if times < 0:
            ctx.diagnostics.add_error("times must not be negative")
        return [text] * int(times) + [item or "nothing" for item in more]


class Desk(Provider):
    brand = None

    def get_model_prefix(self):
        return "desk_"

    def get_provider_schema(self, diags):
        return Schema(attributes=[Attribute("brand", String(), optional=True)])

    def full_name(self):
        return "registry.terraform.io/example/desk"

    def validate_config(self, diags, config):
        if config["brand"] == "bad":
            diags.add_error("Bad brand", "Nobody buys it.", path=["brand"])

    def configure_provider(self, diags, config):
        self.brand = config["brand"]

    def get_data_sources(self):
        return [Catalogue]

    def get_resources(self):
        return [Lamp]

    def get_functions(self):
        return [Repeat]


if __name__ == "__main__":
    runner.run_provider(Desk())
