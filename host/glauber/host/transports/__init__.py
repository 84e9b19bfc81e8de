"""Ways to a device, chosen by its URL."""

from .open import open_transport
from .protocol import Transport
from .url import DeviceUrl, parse_device_url

__all__ = ["DeviceUrl", "Transport", "open_transport", "parse_device_url"]
