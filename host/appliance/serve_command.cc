// SPDX-License-Identifier: Apache-2.0
#include "appliance/serve_command.h"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

#include "appliance/chosen_devices.h"
#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/host_name.h"
#include "appliance/json_text.h"
#include "appliance/nic_port.h"
#include "appliance/put_choices.h"
#include "appliance/server_place.h"
#include "appliance/service_notice.h"
#include "appliance/stop_signal.h"
#include "drivers/udp/udp_port.h"
#include "hash/sha256.h"
#include "quic/tls_identity.h"
#include "server/server.h"

namespace penstock {
namespace {

constexpr uint64_t kWorkersMax = 64;
constexpr uint64_t kDrainSecondsMax = 3600;
constexpr auto kLookAgain = std::chrono::milliseconds(50);

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    if (comma > begin) names.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return names;
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return fail(Errc::failed, path, "cannot be read", "make one with penstock serve --init");
  return text;
}

// `made_here`: by penstock serve --init, if at all.
Result<std::unique_ptr<TlsIdentity>> load_identity(const PemPair& pem, bool made_here) {
  if (made_here && !std::filesystem::exists(pem.certificate))
    return fail(Errc::failed, pem.certificate, "is not there: this store has not been on the network yet",
                "run penstock serve --init once, and keep the token that it prints");
  return TlsIdentity::load(pem.certificate, pem.key);
}

// The same for a server that is started again, so that its clients learn at once that their connections are
// gone; and nobody's who lacks the key.
Result<std::array<uint8_t, 32>> server_secret(const std::string& key_path) {
  PENSTOCK_TRY_ASSIGN(const std::string key, read_text(key_path));
  return sha256(as_bytes("penstock: connection ids and reset tokens\n" + key)).bytes;
}

}  // namespace

void ServeCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  global.describe_store(syntax);
  syntax.flag("--init", init, "make a certificate and a first token, print them, and end");
  syntax.value(
      "--names", names, "NAME,...",
      "with --init: what clients will call this machine (default: its name, localhost, 127.0.0.1, ::1)");
  syntax.value("--listen", listen, "ADDRESS:PORT", "HTTP/3, over UDP (default :4433, all addresses)");
  syntax.value(
      "--nic", nic, "NIC",
      "by a NIC that DPDK drives, in place of the kernel's sockets: dpdk:EAL...;port=...,addr=...,gw=...\n"
      "(docs/deployment.md); --listen is :PORT then, and each of --workers has a queue of its own");
  syntax.value("--http", http, "ADDRESS:PORT",
               "HTTP/1.1 too, over TCP: plain on a loopback address, with TLS on any other");
  syntax.flag("--http-plain", http_plain, "HTTP/1.1 without TLS although others can reach it");
  syntax.value("--certificate", certificate, "FILE", "PEM (default STORE/server/certificate.pem)");
  syntax.value("--key", key, "FILE", "PEM (default STORE/server/key.pem)");
  syntax.value("--access", access, "FILE", "who may do what (default STORE/server/access.json)");
  syntax.value("--codec", codec, "CODEC",
               "auto, lz4, zstd[:LEVEL], deflate or stored (default: the store's)");
  syntax.value("--device", device, "DEVICE", "as penstock put has it (default auto)");
  global.describe_program(syntax);
  syntax.value("--verify", verify, "LEVEL", "as penstock put has it (default full)");
  syntax.value("--threads", threads, "N", "at most this many that encode (default: one a CPU)");
  syntax.value("--workers", workers, "N", "threads that receive and send (default 1)");
  syntax.value("--drain", drain, "SECONDS",
               "how long what is under way may take when told to end (default 30)");
  syntax.flag("--retry", retry, "every client has to show first that it receives what is sent to it");
  syntax.values("--cors", cors, "ORIGIN",
                "pages of this origin may use the server, such as https://example.org; '*': pages of any may "
                "read; may be given again");
  syntax.flag("--open-metrics", open_metrics, "/metrics without a token for this machine's own programs");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock serve --init                        once: prints the token that may do everything\n"
      "  penstock serve --listen :4433\n"
      "  penstock serve --http 127.0.0.1:8080         and curl on the same machine\n"
      "  penstock serve --workers 2 --nic 'dpdk:-l "
      "2-3;port=0000:65:00.0,addr=192.0.2.1/24,gw=192.0.2.254'\n");
}

Result<int> ServeCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
  return init ? set_up(directory, global, console) : serve(directory, global, console);
}

Result<int> ServeCommand::set_up(const std::string& directory, const GlobalOptions& global,
                                 Console& console) const {
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  std::vector<std::string> known = split_names(names);
  if (known.empty()) {
    if (const std::string own = host_name(); !own.empty() && own != "localhost") known.push_back(own);
    known.insert(known.end(), {"localhost", "127.0.0.1", "::1"});
  }
  PENSTOCK_TRY_ASSIGN(const ServerSetUp made, make_server_place(ServerPlace::in_store(directory), known));
  if (global.json) {
    Json report;
    report["token"] = made.token.empty() ? Json() : Json(made.token);
    report["fingerprint"] = made.fingerprint;
    set_text(report, "directory", ServerPlace::in_store(directory).directory);
    print_json(console, report);
  } else if (!made.token.empty()) {
    console.print(made.token + "\n");
  }
  console.summary(fmt::format("{} Certificate, SHA-256: {}",
                              made.token.empty() ? "The access list was there, and its tokens go on."
                                                 : "This token may do everything, and is shown this once.",
                              made.fingerprint));
  return 0;
}

Result<std::unique_ptr<PacketPort>> ServeCommand::open_port(size_t queues) const {
  if (!nic.empty()) {
    PENSTOCK_TRY_ASSIGN(const uint16_t udp_port, parse_nic_udp_port(listen));
    return open_nic_port({.nic = nic, .udp_port = udp_port, .queues = queues});
  }
  UdpOptions udp;
  PENSTOCK_TRY_ASSIGN(udp.local, parse_net_address(listen));
  udp.queues = queues;
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<PacketPort> port, UdpPort::open(udp));
  return port;
}

Result<Http1Options> ServeCommand::http1_options(const PemPair& pem) const {
  Http1Options http1;
  PENSTOCK_TRY_ASSIGN(http1.address, parse_net_address(http));
  http1.plain_beyond_loopback = http_plain;
  if (!http1.address.is_loopback() && !http_plain) {
    http1.tls.emplace();
    PENSTOCK_TRY_ASSIGN(http1.tls->certificate, read_text(pem.certificate));
    PENSTOCK_TRY_ASSIGN(http1.tls->key, read_text(pem.key));
  }
  return http1;
}

Result<int> ServeCommand::serve(const std::string& directory, const GlobalOptions& global,
                                Console& console) const {
  const ServerPlace place = ServerPlace::in_store(directory);
  const PemPair pem{certificate.empty() ? place.certificate() : certificate, key.empty() ? place.key() : key};
  PENSTOCK_TRY_ASSIGN(const uint64_t queues, parse_count("--workers", workers, 1, kWorkersMax));
  PENSTOCK_TRY_ASSIGN(const uint64_t patience, parse_count("--drain", drain, 0, kDrainSecondsMax));
  // What is wrong with it is known before anything is opened.
  if (nic.empty()) {
    PENSTOCK_TRY(parse_net_address(listen));
  } else {
    PENSTOCK_TRY(parse_nic_udp_port(listen));
  }
  PENSTOCK_TRY_ASSIGN(AllowedOrigins origins, AllowedOrigins::parse(cors));
  PENSTOCK_TRY_ASSIGN(const auto identity, load_identity(pem, certificate.empty()));
  PENSTOCK_TRY_ASSIGN(const auto devices, ChosenDevices::open(device, global, console));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::write, console));
  const StoreConfig& config = store->config();
  ServerOptions options;
  PENSTOCK_TRY_ASSIGN(options.put, parse_put_choices({config.chunker, codec.empty() ? config.codec : codec,
                                                      "default", verify, threads}));
  PENSTOCK_TRY(check_devices_serve(devices.dispatcher(), options.put));
  options.host = host_name();
  options.access_path = access.empty() ? place.access() : access;
  options.gateway.version = PENSTOCK_VERSION;
  options.gateway.metrics_from_loopback = open_metrics;
  options.gateway.origins = std::move(origins);
  options.gateway.report = [&console](const Error& error) { console.report(error); };
  PENSTOCK_TRY_ASSIGN(options.quic.secret, server_secret(pem.key));
  if (retry) options.quic.limits.handshakes_without_retry = 0;
  if (!http.empty()) {
    PENSTOCK_TRY_ASSIGN(options.http1, http1_options(pem));
  }
  // What it would reload is looked at anyway.
  std::signal(SIGHUP, SIG_IGN);
  // A client that has gone is an error of the call that wrote to it.
  std::signal(SIGPIPE, SIG_IGN);
  StopSignal stop;
  stop.listen();
  PENSTOCK_TRY_ASSIGN(const auto port, open_port(queues));
  PENSTOCK_TRY_ASSIGN(const auto server,
                      Server::start(*store, devices.dispatcher(), *port, *identity, std::move(options)));
  const std::string https = port->local_address().text();
  const std::string plain = server->http1_address().empty() ? "" : server->http1_address().text();
  if (global.json) {
    Json report;
    report["listen"] = https;
    if (!nic.empty()) set_text(report, "nic", port->name());
    if (!plain.empty()) report["http"] = plain;
    report["fingerprint"] = identity->fingerprint();
    print_json(console, report);
    PENSTOCK_TRY(console.finish());
  }
  console.summary(fmt::format("HTTP/3 on {}{}; certificate, SHA-256: {}", https,
                              plain.empty() ? "" : ", HTTP/1.1 on " + plain, identity->fingerprint()));
  tell_service_manager("READY=1");
  while (!StopSignal::requested() && server->running()) std::this_thread::sleep_for(kLookAgain);
  tell_service_manager("STOPPING=1");
  server->drain(std::chrono::seconds(patience));
  const std::optional<Error> port_error = server->port_error();
  console.summary(fmt::format("{} uploads were committed in {} groups", server->stored().commits,
                              server->stored().groups));
  if (port_error) {
    return fail(Errc::failed, https,
                fmt::format("the port has failed: {}: {}", port_error->what, port_error->why),
                "everything that was acknowledged is committed; start it again when the port is back");
  }
  if (const auto trouble = server->trouble()) return Failure(*trouble);
  return 0;
}

}  // namespace penstock
