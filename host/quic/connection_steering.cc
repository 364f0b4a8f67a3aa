// SPDX-License-Identifier: Apache-2.0
#include "quic/connection_steering.h"

#include <ngtcp2/ngtcp2.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace penstock {
namespace {

// A cipher has a state, so that each is one thread's at a time: there is one for each thread of a port's, and
// whoever finds none free tries them again.
class SteeringSecrets {
 public:
  static Result<std::shared_ptr<SteeringSecrets>> create(const ServerSecret::Key& key, size_t workers) {
    auto made = std::make_shared<SteeringSecrets>();
    for (size_t i = 0; i < workers; ++i) {
      PENSTOCK_TRY_ASSIGN(ServerSecret secret, ServerSecret::create(key));
      made->places_.push_back(std::make_unique<Place>(std::move(secret)));
    }
    return made;
  }

  std::optional<size_t> worker_of(Bytes packet) {
    // The library takes that for a mistake of its caller's.
    if (packet.empty()) return std::nullopt;
    ngtcp2_version_cid header;
    const int code = ngtcp2_pkt_decode_version_cid(&header, packet.data(), packet.size(),
                                                   ServerSecret::kConnectionIdBytes);
    if (code != 0 || header.dcidlen != ServerSecret::kConnectionIdBytes) return std::nullopt;
    const ConnectionId id(Bytes(header.dcid, header.dcidlen));
    const std::optional<uint16_t> worker = ask(id);
    if (!worker || *worker >= places_.size()) return std::nullopt;
    return *worker;
  }

 private:
  struct Place {
    explicit Place(ServerSecret made) : secret(std::move(made)) {}
    std::atomic<bool> taken{false};
    ServerSecret secret;
  };

  std::optional<uint16_t> ask(const ConnectionId& id) {
    // A thread comes back to where it was: its place is in its cache, and nobody else's as a rule.
    static thread_local size_t last = next_.fetch_add(1, std::memory_order_relaxed);
    for (;; ++last) {
      Place& place = *places_[last % places_.size()];
      if (place.taken.exchange(true, std::memory_order_acquire)) continue;
      const std::optional<uint16_t> worker = place.secret.worker_of(id);
      place.taken.store(false, std::memory_order_release);
      return worker;
    }
  }

  inline static std::atomic<size_t> next_{0};
  std::vector<std::unique_ptr<Place>> places_;
};

}  // namespace

Result<PacketSteering> make_connection_steering(const ServerSecret::Key& key, size_t workers) {
  PENSTOCK_TRY_ASSIGN(auto secrets, SteeringSecrets::create(key, workers));
  return PacketSteering([secrets = std::move(secrets)](Bytes packet) { return secrets->worker_of(packet); });
}

}  // namespace penstock
