// SPDX-License-Identifier: Apache-2.0
#include "unit/sender/sending_site.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "dag/file_walker.h"
#include "drivers/software/software_device.h"
#include "gateway/access_file.h"
#include "store/memory_index.h"
#include "store/posix_file_system.h"

namespace penstock {

const SentObject* Outcome::object(const std::string& name) const {
  const auto at = std::ranges::find(sent, name, &SentObject::name);
  return at == sent.end() ? nullptr : &*at;
}

SenderOptions sender_options(const NetAddress& server, const TestIdentity& identity) {
  SenderOptions options;
  options.server = {"127.0.0.1", server.text()};
  options.quic.trust = {ServerTrust::Kind::fingerprint, identity.identity().fingerprint()};
  options.quic.idle_timeout = std::chrono::milliseconds(20'000);
  options.pause_first = std::chrono::milliseconds(50);
  options.pause_max = std::chrono::milliseconds(400);
  options.open_port = [](const NetAddress& remote) -> Result<std::unique_ptr<PacketPort>> {
    UdpOptions udp;
    PENSTOCK_TRY_ASSIGN(udp.local, parse_net_address("127.0.0.1:0"));
    udp.remote = remote;
    PENSTOCK_TRY_ASSIGN(auto port, UdpPort::open(udp));
    return port;
  };
  return options;
}

Outcome run_sender(EntryStream& entries, const ObjectNaming& naming, SenderOptions options) {
  Outcome outcome;
  options.report = [&](const Error& error) { outcome.reported.push_back(error); };
  options.sent = [&](const SentObject& object) { outcome.sent.push_back(object); };
  Sender sender(entries, naming, std::move(options));
  outcome.status = sender.run();
  outcome.report = sender.report();
  return outcome;
}

SendingSite::SendingSite() : cpu_(make_software_device({})) {
  std::filesystem::create_directory(files());
  const std::string path = directory_.path() + "/store";
  EXPECT_TRUE(Store::init(posix_file_system(), path, {}));
  StoreOptions options;
  options.index_factory = MemoryIndex::factory();
  store_ = Store::open(posix_file_system(), path, Access::write, options).value();
  devices_ = std::make_unique<Dispatcher>(std::vector<Device*>{cpu_.get()}, *cpu_, DispatcherOptions{});
  server_options.access_path = directory_.path() + "/access.json";
  token_ = add_token_to_file(server_options.access_path, "appender", {.append = true}, {}).value();
  reader_token_ =
      add_token_to_file(server_options.access_path, "reader", {.append = true, .read = true}, {}).value();
  server_options.put.threads = 1;
  server_options.put.codec = {CodecId::lz4, 1};
  server_options.quic.secret.emplace().fill(7);
  address_ = parse_net_address("127.0.0.1:0").value();
  start_server();
}

SendingSite::~SendingSite() {
  stop_server();
}

void SendingSite::start_server() {
  UdpOptions udp;
  udp.local = address_;
  // Where it was before, others may have come meanwhile: for a moment, as senders do that look for the
  // server.
  Result<std::unique_ptr<UdpPort>> opened = UdpPort::open(udp);
  for (; !opened && address_.port() != 0; opened = UdpPort::open(udp))
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  port_ = std::move(opened).value();
  address_ = port_->local_address();
  server_ = Server::start(*store_, *devices_, *port_, identity_.identity(), server_options).value();
}

void SendingSite::stop_server() {
  server_.reset();
  port_.reset();
}

std::string SendingSite::write_file(const std::string& name, Bytes bytes) const {
  const std::filesystem::path path = std::filesystem::path(files()) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.flush());
  return path.string();
}

SenderOptions SendingSite::options() const {
  SenderOptions options = sender_options(address_, identity_);
  options.token = token_;
  return options;
}

SenderOptions SendingSite::reader_options() const {
  SenderOptions options = this->options();
  options.token = reader_token_;
  return options;
}

Outcome SendingSite::send(const std::vector<std::string>& paths, SenderOptions options) const {
  const auto entries = open_paths(paths);
  EXPECT_TRUE(entries) << entries.error().message();
  return run_sender(**entries, {}, std::move(options));
}

std::vector<uint8_t> SendingSite::content(const Cid& cid) const {
  const auto reader = store_->new_reader();
  const auto leaves = store_->new_reader();
  FileWalker walker(*reader);
  EXPECT_TRUE(walker.open(cid));
  std::vector<uint8_t> bytes;
  for (;;) {
    const auto extent = walker.next();
    EXPECT_TRUE(extent) << extent.error().message();
    if (!extent || !*extent) return bytes;
    const FileExtent& found = **extent;
    Bytes part = found.bytes;
    if (found.kind == FileExtent::Kind::leaf) {
      const auto leaf = leaves->read(found.leaf);
      EXPECT_TRUE(leaf) << leaf.error().message();
      part = leaf->subspan(found.leaf_offset, found.length);
    }
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize(found.file_offset + found.length);
  }
}

}  // namespace penstock
