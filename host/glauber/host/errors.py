"""What can go wrong between a user and a device, by what the user has to do about it.

Everything derives from `GlauberError`, whose `exit_code` the command line ends with: 1 for a
device or its link, 2 for an input, 4 for an environment that lacks something.
"""

from glauber.hdl.facts.errors import FactError, GlauberError

__all__ = [
    "CouplingValueError",
    "DeviceAbsentError",
    "DeviceError",
    "DeviceLostError",
    "DeviceRefusedError",
    "DeviceSilentError",
    "DeviceTimeoutError",
    "EnvironmentMissingError",
    "FactError",
    "FieldOverflowError",
    "FileFormatError",
    "GlauberError",
    "InputError",
    "LineRateWarning",
    "MeasurementError",
    "NoiseFailureError",
    "OptionError",
    "OutdatedImageWarning",
    "ProblemTooLargeError",
    "ProtocolMismatchError",
    "SelfTestFailureError",
    "StudyFailureError",
]


class DeviceError(GlauberError):
    """A device, or the way to it, did not do what it must."""

    exit_code = 1


class DeviceAbsentError(DeviceError):
    """The device cannot be opened."""


class DeviceSilentError(DeviceError):
    """The device is open but gives no valid answer."""


class DeviceLostError(DeviceError):
    """The device went away, or lost its state, in the middle."""


class DeviceTimeoutError(DeviceError):
    """The device answers, but a run did not end in the time that the caller allowed."""


class DeviceRefusedError(DeviceError):
    """The device answered a request with a result other than OK."""


class NoiseFailureError(DeviceError):
    """A health test of the device's noise failed, so that its samples cannot be trusted."""


class MeasurementError(DeviceError):
    """What a device measured by itself is not what its states say."""


class ProtocolMismatchError(DeviceError):
    """The device and this host were not made for each other."""


class SelfTestFailureError(DeviceError):
    """A device does not compute what its model says."""


class StudyFailureError(GlauberError):
    """Some runs of a study failed; the others are in its table."""


class OutdatedImageWarning(UserWarning):
    """The device can be driven, but its image was made from other gates than those installed."""


class LineRateWarning(UserWarning):
    """The line goes on at a lower rate than the one that was asked for."""


class InputError(GlauberError, ValueError):
    """Something that the user gave is not usable."""

    exit_code = 2


class FileFormatError(InputError):
    """A file cannot be read as a problem."""


class ProblemTooLargeError(InputError):
    """A problem exceeds a capacity."""


class FieldOverflowError(InputError):
    """The couplings and the bias of one variable sum to more than the accumulator holds."""


class CouplingValueError(InputError):
    """A coupling or a bias is not a finite number."""


class OptionError(InputError):
    """An option has a value that is not legal, or contradicts another."""


class EnvironmentMissingError(GlauberError):
    """A tool, a package or a permission is missing on this machine."""

    exit_code = 4
