// SPDX-License-Identifier: Apache-2.0
#include "appliance/server_choices.h"

#include <utility>

#include "appliance/command_syntax.h"
#include "appliance/nic_port.h"
#include "appliance/server_token.h"
#include "drivers/udp/udp_port.h"

namespace penstock {
namespace {

Result<std::unique_ptr<PacketPort>> open_socket(const NetAddress& server) {
  UdpOptions options;
  PENSTOCK_TRY_ASSIGN(options.local, parse_net_address(server.family() == AF_INET ? "0.0.0.0:0" : "[::]:0"));
  options.remote = server;
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<PacketPort> port, UdpPort::open(options));
  return port;
}

}  // namespace

void ServerChoices::describe_url(CommandSyntax& syntax) {
  syntax.required_argument("URL", url, "the server: https://HOST:PORT");
}

void ServerChoices::describe_trust(CommandSyntax& syntax) {
  syntax.value("--token-file", token_file, "FILE",
               "holds the token (default: the environment's PENSTOCK_TOKEN)");
  syntax.value("--fingerprint", fingerprint, "HEX",
               "trust the server whose certificate has this SHA-256, as penstock serve --init prints it");
  syntax.value("--ca", authorities, "FILE",
               "trust certificates of these authorities (PEM; default: the system's)");
  syntax.value("--certificate", certificate, "FILE", "show this certificate to the server (PEM)");
  syntax.value("--key", key, "FILE", "its private key (PEM)");
  syntax.value("--nic", nic, "NIC", "by a NIC driven in user space, as penstock serve has it");
}

Result<ChosenServer> ServerChoices::choose() const {
  ChosenServer chosen;
  PENSTOCK_TRY_ASSIGN(chosen.url, parse_server_url(url));
  PENSTOCK_TRY_ASSIGN(chosen.token, find_server_token(token_file));
  if (!fingerprint.empty() && !authorities.empty())
    return fail(Errc::usage, "--fingerprint and --ca", "are two ways to trust a server", "give one of them");
  if (!fingerprint.empty()) chosen.trust = {ServerTrust::Kind::fingerprint, fingerprint};
  if (!authorities.empty()) chosen.trust = {ServerTrust::Kind::authority, authorities};
  if (certificate.empty() != key.empty())
    return fail(Errc::usage, "--certificate and --key", "go together", "give both");
  if (!certificate.empty()) {
    PENSTOCK_TRY_ASSIGN(chosen.identity, TlsIdentity::load(certificate, key));
  }
  chosen.open_port = open_socket;
  if (!nic.empty()) {
    chosen.open_port = [request = PortRequest{.nic = nic}](const NetAddress&) {
      return open_nic_port(request);
    };
  }
  return chosen;
}

}  // namespace penstock
