"""placeholder"""

GPU_SOLVERS = {}
