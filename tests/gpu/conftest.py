"""The array libraries that one and the same test body runs on."""

import numpy as np
import pytest

from ecd2g.circuit.array_library import library


def functions(name):
    """The functions of a library, named as in the array API standard."""
    if name == "array-api-strict":
        return pytest.importorskip("array_api_strict")
    if name == "torch":
        pytest.importorskip("torch").set_num_threads(1)  # the arrays are small
        return pytest.importorskip("array_api_compat.torch")
    return np if name == "numpy" else library(name)


ON_A_GPU = pytest.param("cupy", marks=pytest.mark.gpu)


@pytest.fixture(scope="session", params=["numpy", "array-api-strict", "torch", ON_A_GPU])
def xp(request):
    """Libraries for arithmetic."""
    return functions(request.param)


@pytest.fixture(scope="session", params=["numpy", "torch", ON_A_GPU])
def walking_xp(request):
    """Libraries that can also write to places given by an array, which the standard does not promise."""
    return functions(request.param)
