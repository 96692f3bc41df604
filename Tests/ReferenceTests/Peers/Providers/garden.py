"""An ordinary provider made with the framework `pyvider` of PyPI: its own handshake, certificates, codec and private state.

The framework finds what a package offers by its entry points: those of this one stand in the folder `garden-1.0.dist-info` beside it.
"""

import datetime
import json
import os
import sys

import attrs
from pyvider.cty import CtyValue
from pyvider.cty.conversion import cty_to_native
from pyvider.data_sources.base import BaseDataSource
from pyvider.data_sources.decorators import register_data_source
from pyvider.ephemerals import BaseEphemeralResource, register_ephemeral_resource
from pyvider.functions import register_function
from pyvider.exceptions import FunctionError
from pyvider.providers import BaseProvider, ProviderMetadata, register_provider
from pyvider.resources.base import BaseResource
from pyvider.resources.decorators import register_resource
from pyvider.resources.private_state import PrivateState
from pyvider.schema import (
    a_bool, a_list, a_map, a_num, a_obj, a_set, a_str, a_unknown, b_list, b_single, s_data_source, s_identity, s_provider,
    s_resource)

FOLDER = "garden"
# A later version of the provider knows beds by more than their names.
IS_NEW = "GARDEN_IS_NEW" in os.environ


def log(line):
    with open("peer.log", "a") as file:
        file.write(line + "\n")


def stored(name):
    return os.path.join(FOLDER, name + ".json")


def plain(value):
    """Sets and the framework's exact numbers, as JSON has them."""
    if isinstance(value, CtyValue):
        return cty_to_native(value)
    return sorted(value) if isinstance(value, (set, frozenset)) else float(value)


def save(state):
    """Writes an object into a file, where it can be changed behind the back of whoever manages it."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(stored(state.name), "w") as file:
        json.dump(attrs.asdict(attrs.evolve(state, secret=None) if hasattr(state, "secret") else state), file, default=plain)
    return state


def load(kind, name):
    try:
        with open(stored(name)) as file:
            state = kind(**json.load(file))
    except FileNotFoundError:
        return None
    for name, part in [("spot", Spot), ("fence", Fence)]:
        if getattr(state, name, None) is not None:
            setattr(state, name, part(**getattr(state, name)))
    if getattr(state, "row", None) is not None:
        state.row = [Row(**row) for row in state.row]
    return state


@register_provider("garden")
class Garden(BaseProvider):
    region = None

    def __init__(self):
        super().__init__(metadata=ProviderMetadata(name="garden", version="1.0.0"))

    async def setup(self):
        await super().setup()
        self._final_schema = s_provider(
            {"region": a_str(optional=True), "token": a_str(optional=True, sensitive=True)})
        self.config_class = attrs.make_class("Settings", {
            "region": attrs.field(default=None, type=str | None), "token": attrs.field(default=None, type=str | None)})

    async def configure(self, config):
        await super().configure(config)
        if config.region == "nowhere":
            raise ValueError("Nothing grows there.")
        Garden.region = config.region
        log(f"configure region={config.region} token={config.token}")


@attrs.define
class Spot:
    x: float | None = None
    y: float | None = None


@attrs.define
class Row:
    plant: str | None = None
    count: float | None = None


@attrs.define
class Fence:
    height: float | None = None


@attrs.define
class BedState:
    name: str | None = None
    width: float | None = None
    soil: str | None = None
    deep: bool | None = None
    plants: list[str] | None = None
    labels: dict[str, str] | None = None
    tools: list[str] | None = None
    spot: Spot | None = None
    secret: str | None = None
    id: str | None = None
    stamp: str | None = None
    row: list[Row] | None = None
    fence: Fence | None = None


@attrs.define(frozen=True)
class BedPrivate(PrivateState):
    ticket: str = ""


@register_resource("garden_bed")
class Bed(BaseResource):
    config_class = BedState
    state_class = BedState
    private_state_class = BedPrivate

    @classmethod
    def get_schema(cls):
        return s_resource(version=2, attributes={
            "name": a_str(required=True, requires_replace=True), "width": a_num(optional=True),
            "soil": a_str(optional=True, default="loam"), "deep": a_bool(optional=True),
            "plants": a_list(a_str(), optional=True), "labels": a_map(a_str(), optional=True),
            "tools": a_set(a_str(), optional=True),
            "spot": a_obj({"x": a_num(required=True), "y": a_num(optional=True)}, optional=True),
            "secret": a_str(optional=True, write_only=True), "id": a_str(computed=True),
            "stamp": a_str(computed=True),
        }, block_types=[
            b_list("row", attributes={"plant": a_str(required=True), "count": a_num(optional=True)}, max_items=3),
            b_single("fence", attributes={"height": a_num(required=True)})])

    @classmethod
    def get_identity_schema(cls):
        attributes = {"name": a_str(required=True), "region": a_str(optional=True)}
        return s_identity(attributes | {"plot": a_str(optional=True)}, version=1) if IS_NEW else s_identity(attributes)

    @classmethod
    def get_identity(cls, state):
        name = getattr(state, "name", None)
        identity = {"name": name, "region": Garden.region} | ({"plot": "plot of " + str(name)} if IS_NEW else {})
        return identity if isinstance(name, str) else None

    @classmethod
    async def upgrade_identity(cls, version, identity):
        return dict(identity, plot=f"upgraded from {version}")

    async def _validate_config(self, config):
        return ["A bed must be wider than nothing."] if config.width is not None and config.width < 0 else []

    async def _create(self, ctx, plan):
        plan["id"] = plan["stamp"] = a_unknown(a_str())
        return plan, BedPrivate(ticket="made")

    async def _update(self, ctx, plan):
        if ctx.config.width is not None and ctx.state.width is not None and ctx.config.width < ctx.state.width:
            ctx.require_replace("width")
            plan["id"] = plan["stamp"] = a_unknown(a_str())
        return plan, BedPrivate(ticket="changed")

    async def _create_apply(self, ctx):
        log(f"create {ctx.planned_state.name} secret={ctx.config.secret} ticket={ctx.private_state and ctx.private_state.ticket}")
        if ctx.planned_state.name == "stony":
            ctx.add_attribute_error("name", "Stony ground", "Nothing can be dug here.")
            return None, None
        state = attrs.evolve(
            ctx.planned_state, id="bed-" + ctx.planned_state.name, stamp=f"{Garden.region or 'anywhere'}", secret=None)
        return save(state), BedPrivate(ticket="kept")

    async def _update_apply(self, ctx):
        log(f"update {ctx.planned_state.name} ticket={ctx.private_state and ctx.private_state.ticket}")
        return save(attrs.evolve(ctx.planned_state, secret=None)), BedPrivate(ticket="kept again")

    async def _delete_apply(self, ctx):
        log(f"delete {ctx.state.name}")
        os.remove(stored(ctx.state.name))

    async def read(self, ctx):
        log(f"read {ctx.state.name} ticket={ctx.private_state and ctx.private_state.ticket}")
        if IS_NEW:
            ctx.add_warning("Bed found", f"It is at the {(ctx.identity or {}).get('plot', 'nowhere')}.")
        return load(BedState, ctx.state.name)

    async def import_state(self, ctx, name):
        log(f"import {name} identity={ctx.identity}")
        state = load(BedState, name or ctx.identity["name"])
        return state and (state, BedPrivate(ticket="imported"))

    async def move_state(self, provider, kind, state, version):
        log(f"move {kind} of {provider} at version {version}")
        if kind != "garden_pot":
            return None
        moved = {field.name: None for field in attrs.fields(BedState)} | {
            "name": state["name"], "id": state["id"], "soil": "compost", "stamp": "moved", "row": []}
        save(BedState(**moved))
        return moved

    @classmethod
    async def upgrade_state(cls, version, state):
        if version == 1:
            state = {"width": state.pop("breadth", None), **state}
        return state


@attrs.define
class PotState:
    name: str | None = None
    id: str | None = None


@register_resource("garden_pot")
class Pot(BaseResource):
    config_class = PotState
    state_class = PotState

    @classmethod
    def get_schema(cls):
        return s_resource({"name": a_str(required=True), "id": a_str(computed=True)})

    async def _validate_config(self, config):
        return []

    async def _create(self, ctx, plan):
        return dict(plan, id=a_unknown(a_str())), None

    async def _create_apply(self, ctx):
        return save(attrs.evolve(ctx.planned_state, id="pot-" + ctx.planned_state.name)), None

    async def _update_apply(self, ctx):
        return save(ctx.planned_state), None

    async def _delete_apply(self, ctx):
        os.remove(stored(ctx.state.name))

    async def read(self, ctx):
        return load(PotState, ctx.state.name)


@attrs.define
class AlmanacState:
    month: float | None = None
    advice: str | None = None
    beds: list[str] | None = None


@register_data_source("garden_almanac")
class Almanac(BaseDataSource):
    config_class = AlmanacState
    state_class = AlmanacState

    @classmethod
    def get_schema(cls):
        return s_data_source(
            {"month": a_num(required=True), "advice": a_str(computed=True), "beds": a_list(a_str(), computed=True)})

    async def _validate_config(self, config):
        return [] if config.month is None or 1 <= config.month <= 12 else ["There are twelve months."]

    async def read(self, ctx):
        names = sorted(name[:-5] for name in os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []
        return AlmanacState(month=ctx.config.month, advice=f"Dig in {Garden.region or 'peace'}.", beds=names)


@attrs.define
class KeyConfig:
    shed: str | None = None


@attrs.define
class KeyResult:
    shed: str | None = None
    code: str | None = None


@attrs.define(frozen=True)
class KeyPrivate(PrivateState):
    shed: str = ""


@register_ephemeral_resource("garden_key")
class Key(BaseEphemeralResource):
    config_class = KeyConfig
    result_class = KeyResult
    private_state_class = KeyPrivate

    @classmethod
    def get_schema(cls):
        return s_resource({"shed": a_str(required=True), "code": a_str(computed=True, sensitive=True)})

    async def open(self, ctx):
        log("open " + ctx.config.shed)
        due = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
        return KeyResult(shed=ctx.config.shed, code="code of " + ctx.config.shed), KeyPrivate(shed=ctx.config.shed), due

    async def renew(self, ctx):
        log("renew " + ctx.private_state.shed)
        return ctx.private_state, datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)

    async def close(self, ctx):
        log("close " + ctx.private_state.shed)


@register_function("sow", summary="Sows a plant.")
def sow(plant: str, count: int) -> list[str]:
    if count < 0:
        raise FunctionError("count must not be negative")
    return [f"{plant} {index + 1}" for index in range(int(count))]


@register_function("tally")
def tally(counts: dict[str, float]) -> float:
    return sum(counts.values())


if __name__ == "__main__":
    # The framework serves only under such a name.
    sys.argv[0] = "terraform-provider-garden"
    sys.modules["garden"] = sys.modules["__main__"]
    from pyvider.cli.__main__ import main
    main()
