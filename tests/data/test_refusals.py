"""What files of networks must hold, and in which words they are refused."""

import numpy as np
import pytest
import scipy.sparse as sp

from ecd2g import InputError, ResistorNetwork
from ecd2g.data import read_network, write_network

BANNER = "%%MatrixMarket matrix coordinate real symmetric\n"


def test_a_table_of_entries_has_three_fields_a_line(tmp_path) -> None:
    (tmp_path / "net.mtx").write_text(f"{BANNER}2 2 1\n2 1\n")
    with pytest.raises(InputError, match="must hold two coordinates and a number a line, got 2 fields"):
        read_network(tmp_path / "net.mtx", value="conductance")


def test_a_table_without_entries_is_a_network_without_edges(tmp_path) -> None:
    (tmp_path / "net.mtx").write_text(f"{BANNER}2 2 0\n")
    assert read_network(tmp_path / "net.mtx", value="conductance").n_edges == 0


def test_a_matrix_saved_in_blocks_is_refused(tmp_path) -> None:
    sp.save_npz(tmp_path / "net.npz", sp.bsr_array(np.array([[0.0, 1.0], [1.0, 0.0]])))
    with pytest.raises(InputError, match="must hold a matrix in format csr, csc, coo, got bsr"):
        read_network(tmp_path / "net.npz", value="conductance")


def test_labels_of_half_a_character_are_refused(tmp_path) -> None:
    network = ResistorNetwork(("a", "\ud800"), np.array([0]), np.array([1]), np.ones(1))
    with pytest.raises(InputError, match="cannot hold labels with half a character; relabel the nodes"):
        write_network(network, tmp_path / "net.csv", value="conductance")
    assert not list(tmp_path.iterdir())
