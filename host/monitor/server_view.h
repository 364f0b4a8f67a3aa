// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/exposition.h"

namespace penstock {

// A count since the server began, and how fast it grew between two looks at it. None: nobody knows, or there
// was one look alone.
struct Counted {
  std::optional<double> total{};
  std::optional<double> per_second{};
};

struct QueueView {
  std::string queue{};  // empty: all of a port's together
  Counted packets_in{};
  Counted bytes_in{};
  Counted packets_out{};
  Counted bytes_out{};
  Counted missed{};
  bool missed_known = false;
};

// What a port counts beside packets: drops have reasons.
struct PortFigureView {
  std::string name;
  std::string reason;
  Counted count{};
  bool gauge = false;  // what is so now: it has no rate
};

struct PortView {
  std::string name;
  QueueView all{};
  std::vector<QueueView> queues;
  std::vector<PortFigureView> drops;    // summed over queues
  std::vector<PortFigureView> figures;  // all others
};

struct DeviceView {
  std::string number;
  std::string kind;
  bool emulated = false;
  std::string health;  // "healthy", "suspect", "lost"
  Counted jobs{};
  Counted bytes{};         // that it was given
  Counted busy_seconds{};  // per_second: the part of the time that it had work
  Counted failures{};
};

// The way of uploads' bytes. Rates are bytes a second unless the name says otherwise.
struct IngestView {
  Counted received{};   // by all ports
  Counted decrypted{};  // of HTTP/3's streams
  Counted bodies{};     // of uploads, HTTP/1.1's too
  Counted copied{};     // on their way to batches, behind decryption
  Counted zeros{};
  Counted known{};  // left out by their senders
  Counted chunks{};
  Counted bytes_new{};
  Counted bytes_duplicate{};
  Counted compressed{};  // what the new ones became
};

// Time that lanes spend in a stage; per_second: how many of them at once.
struct StageView {
  std::string name;
  Counted seconds{};
};

struct StoreView {
  bool failed = false;
  Counted commits{};
  Counted groups{};
  Counted syncs{};
  Counted written{};
  std::optional<double> bytes{};
  std::optional<double> segments{};
  std::optional<double> free_bytes{};
};

// What `penstock top` shows of a server. All texts are printable ASCII, whatever the server said.
struct ServerView {
  std::optional<double> seconds{};  // between the two looks
  bool restarted = false;           // or a count went back
  std::optional<double> connections{};
  std::optional<double> uploads{};
  std::vector<PortView> ports;
  std::vector<DeviceView> devices;
  IngestView ingest{};
  std::vector<StageView> stages;
  StoreView store{};

  // Copies of a byte of an upload, the decryption not counted; lately, or else since the beginning.
  std::optional<double> copies_per_byte() const;
  // Raw bytes a stored one; and the part of the digested ones that was there. The same.
  std::optional<double> ratio() const;
  std::optional<double> duplicate_part() const;
};

// `before` may be null; `seconds` is the time between the two. A count that went back began anew, and all of
// a server that was started in between.
ServerView view_server(const Exposition* before, const Exposition& now, double seconds);

}  // namespace penstock
