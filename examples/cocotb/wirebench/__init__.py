# SPDX-License-Identifier: Apache-2.0
"""What the example benches share: the wire format, a link partner, packets, a scoreboard, access to a device.

Written from docs/wire-format.md and from nothing else.
"""
