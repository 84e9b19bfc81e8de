"""Ways to a device, chosen by its URL."""

from ..link import Transport
from .open import open_transport
from .url import DeviceUrl, parse_device_url

__all__ = ["DeviceUrl", "Transport", "open_transport", "parse_device_url"]
