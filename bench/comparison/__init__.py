# SPDX-License-Identifier: Apache-2.0
"""The parts of bench/peers: data, programs, rounds, what came out, and how it is shown. Standard library only."""
