# SPDX-License-Identifier: MIT
"""What the system tests are made of: processes, keys, servers and clients, one noun a file."""
