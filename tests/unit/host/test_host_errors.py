import pytest

import glauber.hdl.facts.errors as facts_errors
from glauber.host import errors

CODES = {
    "DeviceError": 1,
    "DeviceAbsentError": 1,
    "DeviceLostError": 1,
    "DeviceRefusedError": 1,
    "DeviceSilentError": 1,
    "DeviceTimeoutError": 1,
    "ProtocolMismatchError": 1,
    "SelfTestFailureError": 1,
    "StudyFailureError": 1,
    "InputError": 2,
    "FileFormatError": 2,
    "ProblemTooLargeError": 2,
    "FieldOverflowError": 2,
    "CouplingValueError": 2,
    "NoiseFailureError": 1,
    "MeasurementError": 1,
    "OptionError": 2,
    "FactError": 2,
    "EnvironmentMissingError": 4,
    "GlauberError": 1,
}


def test_the_table_of_codes_is_complete():
    warnings = {name for name in errors.__all__ if issubclass(getattr(errors, name), Warning)}
    assert set(CODES) == set(errors.__all__) - warnings


@pytest.mark.parametrize("name", CODES)
def test_exit_code_and_root(name):
    error = getattr(errors, name)
    assert issubclass(error, errors.GlauberError)
    assert error.exit_code == CODES[name]


@pytest.mark.parametrize("name", [name for name, code in CODES.items() if code == 2])
def test_input_errors_are_value_errors(name):
    assert issubclass(getattr(errors, name), ValueError)


def test_the_roots_are_those_of_the_facts():
    assert errors.GlauberError is facts_errors.GlauberError
    assert errors.FactError is facts_errors.FactError
