// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/result.h"
#include "port/packet_port.h"
#include "quic/server_secret.h"

namespace penstock {

// Which of so many workers a packet is for, by the connection id that a server with this secret made: of any
// other packet, the first ones of a connection among them, it says nothing. It holds all it needs, and any
// threads may call it at once.
Result<PacketSteering> make_connection_steering(const ServerSecret::Key& key, size_t workers);

}  // namespace penstock
