// SPDX-License-Identifier: Apache-2.0
#include "quic/quic_door.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace penstock {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kTokenLife = 10 * kSecond;
// RFC 9000, section 14.1: what begins a connection comes in datagrams of at least this size.
constexpr size_t kFirstPacketBytes = 1200;
// RFC 9000, section 10.3: shorter than what it answers, and long enough to pass for a packet.
constexpr size_t kResetBytesMax = 43;
constexpr size_t kResetBytesMin = 21;

uint8_t random_byte() {
  uint8_t byte = 0;
  PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_NONCE, &byte, 1) == 0);
  return byte;
}

}  // namespace

MutableBytes QuicDoor::answer_room(uint64_t now) {
  if (now - second_begins_ >= kSecond) {
    second_begins_ = now;
    answers_in_second_ = 0;
  }
  if (answers_in_second_ >= share_.limits.stateless_answers_per_second) {
    share_.counters.add(QuicCount::packets_unanswered);
    return {};
  }
  ++answers_in_second_;
  const MutableBytes room = queue_.reserve();
  return room.first(std::min(room.size(), kFirstPacketBytes));
}

void QuicDoor::send(MutableBytes room, ngtcp2_ssize bytes, const NetPath& path, QuicCount count) {
  if (bytes <= 0) return;
  share_.counters.add(count);
  queue_.send({room.first(static_cast<size_t>(bytes)), static_cast<uint32_t>(bytes), 0, path, true});
}

std::optional<ClientHello> QuicDoor::knock(Bytes packet, const NetPath& path, uint64_t now) {
  ngtcp2_pkt_hd header;
  const int code = ngtcp2_accept(&header, packet.data(), packet.size());
  if (code == NGTCP2_ERR_RETRY) {
    // 0-RTT, which is not offered: the client starts again in any case.
    retry(header, path, now);
    return std::nullopt;
  }
  if (code != 0 || packet.size() < kFirstPacketBytes) {
    share_.counters.add(QuicCount::packets_unknown);
    return std::nullopt;
  }
  ClientHello hello;
  hello.client_id = ConnectionId(header.scid);
  hello.first_id = ConnectionId(header.dcid);
  hello.original_id = hello.first_id;
  hello.version = header.version;
  hello.path = path;
  if (header.token.len != 0 && header.token.base[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY) {
    ngtcp2_cid original;
    const ServerSecret::Key& key = share_.secret.retry_key();
    if (ngtcp2_crypto_verify_retry_token(&original, header.token.base, header.token.len, key.data(),
                                         key.size(), header.version, path.remote.raw(),
                                         path.remote.raw_bytes(), &header.dcid, kTokenLife, now) != 0) {
      share_.counters.add(QuicCount::packets_bad_token);
      const MutableBytes room = answer_room(now);
      if (room.empty()) return std::nullopt;
      send(room,
           ngtcp2_crypto_write_connection_close(room.data(), room.size(), header.version, &header.scid,
                                                &header.dcid, NGTCP2_INVALID_TOKEN, nullptr, 0),
           path, QuicCount::handshakes_failed);
      return std::nullopt;
    }
    hello.original_id = ConnectionId(original);
    hello.retried = true;
    hello.token = {header.token.base, header.token.len};
    return hello;
  }
  if (share_.handshakes >= share_.limits.handshakes_without_retry) {
    retry(header, path, now);
    return std::nullopt;
  }
  return hello;
}

void QuicDoor::retry(const ngtcp2_pkt_hd& header, const NetPath& path, uint64_t now) {
  const MutableBytes room = answer_room(now);
  if (room.empty()) return;
  const ngtcp2_cid own = share_.secret.new_id(share_.number).raw();
  std::array<uint8_t, NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN> token{};
  const ServerSecret::Key& key = share_.secret.retry_key();
  const ngtcp2_ssize token_bytes =
      ngtcp2_crypto_generate_retry_token(token.data(), key.data(), key.size(), header.version,
                                         path.remote.raw(), path.remote.raw_bytes(), &own, &header.dcid, now);
  if (token_bytes < 0) return;
  send(room,
       ngtcp2_crypto_write_retry(room.data(), room.size(), header.version, &header.scid, &own, &header.dcid,
                                 token.data(), static_cast<size_t>(token_bytes)),
       path, QuicCount::retries_sent);
}

void QuicDoor::negotiate(const ngtcp2_version_cid& header, Bytes packet, const NetPath& path, uint64_t now) {
  // A smaller one would be answered with more than it is, to an address that it need not have come from.
  if (packet.size() < kFirstPacketBytes) {
    share_.counters.add(QuicCount::packets_malformed);
    return;
  }
  const MutableBytes room = answer_room(now);
  if (room.empty()) return;
  // The second is none, so that clients keep ignoring what they do not know (RFC 9000, section 6.3).
  constexpr std::array<uint32_t, 2> kVersions{NGTCP2_PROTO_VER_V1, NGTCP2_RESERVED_VERSION_MASK};
  send(room,
       ngtcp2_pkt_write_version_negotiation(room.data(), room.size(), random_byte(), header.scid,
                                            header.scidlen, header.dcid, header.dcidlen, kVersions.data(),
                                            kVersions.size()),
       path, QuicCount::versions_negotiated);
}

void QuicDoor::reset(const ConnectionId& id, Bytes packet, const NetPath& path, uint64_t now) {
  share_.counters.add(QuicCount::packets_unknown);
  if (packet.size() <= kResetBytesMin) return;
  const MutableBytes room = answer_room(now);
  if (room.empty()) return;
  std::array<uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token{};
  share_.secret.reset_token(id, token);
  std::array<uint8_t, kResetBytesMax> noise{};
  const size_t bytes = std::min(packet.size() - 1, kResetBytesMax);
  const size_t noise_bytes = bytes - token.size();
  PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_NONCE, noise.data(), noise_bytes) == 0);
  send(room,
       ngtcp2_pkt_write_stateless_reset(room.data(), room.size(), token.data(), noise.data(), noise_bytes),
       path, QuicCount::resets_sent);
}

void QuicDoor::refuse(const ClientHello& hello, uint64_t now) {
  share_.counters.add(QuicCount::refused_by_limit);
  share_.turned_away = true;
  const MutableBytes room = answer_room(now);
  if (room.empty()) return;
  const ngtcp2_cid client = hello.client_id.raw();
  const ngtcp2_cid own = hello.first_id.raw();
  const ngtcp2_ssize bytes = ngtcp2_crypto_write_connection_close(
      room.data(), room.size(), hello.version, &client, &own, NGTCP2_CONNECTION_REFUSED, nullptr, 0);
  if (bytes > 0)
    queue_.send({room.first(static_cast<size_t>(bytes)), static_cast<uint32_t>(bytes), 0, hello.path, true});
}

}  // namespace penstock
