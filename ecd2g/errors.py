"""The errors ecd2g raises; each message says what must hold, what was given, and what to do."""


class Ecd2gError(Exception):
    """Base of every error that ecd2g raises on purpose."""


class DivergedError(Ecd2gError, ArithmeticError):
    """The loss or the weights of a training are no numbers any more."""


class InputError(Ecd2gError, ValueError):
    """The caller's input cannot be used as it is.

    >>> import ecd2g
    >>> ecd2g.StateSpace(0)
    Traceback (most recent call last):
        ...
    ecd2g.errors.InputError: a state space needs at least one site and one symbol per site, got (0,)
    """


class CapacityError(Ecd2gError, MemoryError):
    """The request needs more memory than there is, or a table of states that cannot be enumerated."""


class SolverError(Ecd2gError, ArithmeticError):
    """A solver did not reach the tolerance; carries what it `reached` and the `tolerance` asked for."""

    def __init__(self, message: str, *, reached: float, tolerance: float) -> None:
        super().__init__(message)
        self.reached = reached
        self.tolerance = tolerance


class StrandedWalkerError(Ecd2gError, RuntimeError):
    """A walker stands where the movement rule offers it neither a stop nor an outgoing current."""
