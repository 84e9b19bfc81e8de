"""The flow of each family."""

from glauber.hdl.family import Family

from .ecp5 import Ecp5Flow
from .flow import Flow
from .gowin import GowinFlow
from .ice40 import Ice40Flow

__all__ = ["FLOWS"]

FLOWS: dict[Family, Flow] = {
    Family.ICE40: Ice40Flow(),
    Family.ECP5: Ecp5Flow(),
    Family.GOWIN: GowinFlow(),
}
