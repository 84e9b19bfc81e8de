"""Self-tests: the script that an image plays by itself, and checks of a device from the host."""

from .report import ROUNDS, CheckResult, SelfTestReport, check_device
from .script import selftest_script

__all__ = ["ROUNDS", "CheckResult", "SelfTestReport", "check_device", "selftest_script"]
