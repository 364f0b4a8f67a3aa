// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gnutls/crypto.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "quic/connection_id.h"
#include "quic/tls_credentials.h"

namespace penstock {

// What a server derives from one secret: connection ids that name their worker to us and to nobody else,
// stateless reset tokens, and the key of Retry tokens. A server that is started again with the same secret
// can tell the clients of the former one that their connections are gone. One for each worker, in its thread.
class ServerSecret {
 public:
  static constexpr size_t kBytes = 32;
  static constexpr size_t kConnectionIdBytes = 16;  // one block of AES
  using Key = std::array<uint8_t, kBytes>;

  static Result<Key> random_key();
  static Result<ServerSecret> create(const Key& key);

  ConnectionId new_id(uint16_t worker);
  // Whose connection it is; nothing: not one that new_id() made.
  std::optional<uint16_t> worker_of(const ConnectionId& id) const;
  void reset_token(const ConnectionId& id, std::span<uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token) const;
  const Key& retry_key() const { return retry_key_; }
  ConnectionIdHash id_hash() const;

 private:
  struct CipherEnd {
    void operator()(gnutls_cipher_hd_t cipher) const { gnutls_cipher_deinit(cipher); }
  };
  using Cipher = GnutlsOwned<gnutls_cipher_hd_t, CipherEnd>;

  ServerSecret() = default;

  Cipher cipher_;
  Key reset_key_{};
  Key retry_key_{};
  Key hash_key_{};
};

}  // namespace penstock
