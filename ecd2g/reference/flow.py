"""The exact flow of a layered circuit: its field, how it was solved, and what walks on it do."""

from dataclasses import dataclass

from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.movement.transport import Transport
from ecd2g.reference.certificate import Certificate


@dataclass(frozen=True, eq=False, repr=False)
class Flow(Transport):
    """Currents from `source` to `sink` through a layered circuit, with the certificate of their accuracy.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> flow.law(), flow.law("forward-only")
    (array([0., 1.]), array([0.25, 0.75]))
    """

    field: CompleteField | KernelField | TableField
    certificate: Certificate

    @property
    def method(self) -> str:
        """The method that solved it."""
        return self.certificate.method

    def __repr__(self) -> str:
        """One line: sizes, method and proven accuracy."""
        return (
            f"Flow({self.circuit.n_layers} layers, {self.circuit.n_states} states, solved by {self.method}, "
            f"potentials within {self.certificate.potential_error:.1e})"
        )
