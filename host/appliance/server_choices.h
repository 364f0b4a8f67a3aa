// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "quic/server_trust.h"
#include "quic/tls_identity.h"
#include "sender/sender_options.h"
#include "sender/server_url.h"

namespace penstock {

class CommandSyntax;

// Which server a client speaks to, how, and as whom: what ServerChoices say.
struct ChosenServer {
  ServerUrl url;
  std::string token;  // empty: none is shown
  ServerTrust trust{};
  std::unique_ptr<TlsIdentity> identity;  // null: none is shown
  PortMaker open_port;
};

// The options that all commands take which speak to a server.
struct ServerChoices {
  std::string url;
  std::string token_file;
  std::string fingerprint;
  std::string authorities;
  std::string certificate;
  std::string key;
  std::string nic;

  void describe_url(CommandSyntax& syntax);
  void describe_trust(CommandSyntax& syntax);
  // usage error: they are malformed, or contradict each other; failed: a file cannot be read.
  Result<ChosenServer> choose() const;
};

}  // namespace penstock
