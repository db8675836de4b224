"""Indices are put into 32 bits where they fit, and refused where they would wrap around."""

import numpy as np
import pytest

from ecd2g.circuit import ResistorNetwork
from ecd2g.circuit.narrow_indices import narrow
from ecd2g.errors import CapacityError
from ecd2g.reference import conductance_matrix
from ecd2g.reference.networks.spanning_tree import spanning_tree
from ecd2g.reference.solvers.multigrid import v_cycle


def test_the_largest_index_of_32_bits_is_kept_and_the_next_refused():
    assert narrow(np.array([2**31 - 1])).tolist() == [2**31 - 1]
    assert narrow(np.array([], np.int64)).dtype == np.int32
    with pytest.raises(CapacityError, match=r"at most 2,147,483,647 here, got 2,147,483,648; take a smaller"):
        narrow(np.array([5, 2**31]))


@pytest.mark.parametrize("user", [spanning_tree, lambda network: v_cycle(conductance_matrix(network))])
def test_what_hands_indices_to_compiled_code_checks_them(monkeypatch, user):
    network = ResistorNetwork.from_edges([[k, k + 1] for k in range(9)], resistance=np.ones(9))
    user(network)
    monkeypatch.setattr("ecd2g.circuit.narrow_indices.INDEX_32_LIMIT", 8)
    with pytest.raises(CapacityError, match="at most 8 here"):
        user(network)
