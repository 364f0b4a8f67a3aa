// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/entry_stream.h"
#include "sender/body_buffers.h"
#include "sender/body_reader.h"
#include "sender/have_question.h"
#include "sender/kept_places.h"
#include "sender/outgoing_stream.h"
#include "sender/sender_connection.h"
#include "sender/sender_options.h"
#include "sender/sent_object.h"
#include "sender/upload_lane.h"
#include "sender/upload_receipt.h"

namespace penstock {

// Uploads files to a server, several at once over one connection, and holds each CID that it answers against
// the one computed here. What was lost with a connection, or refused for the moment, is sent again, whole.
// One thread sends, a second one reads; memory is fixed by SenderOptions::parallel.
class Sender {
 public:
  // `entries` outlives it and is its alone.
  Sender(EntryStream& entries, ObjectNaming naming, SenderOptions options);
  ~Sender();

  // Once. corrupt: the server committed other content than was sent; failed: no connection, no right, or it
  // was stopped. Single objects that did not get there are reported and counted instead.
  Status run();
  const SendReport& report() const { return report_; }

 private:
  Status send_all();
  Status exchange();
  Status take_parts();
  Status take_part(BodyTask& task);
  void give_tasks();
  void give_task(UploadLane& lane, BodyTask::Kind kind);
  void begin_request(UploadLane& lane);
  bool goes_in_parts(const UploadLane& lane) const;
  Status end_question(UploadLane& lane);
  void end_quiet(UploadLane& lane);
  Status end_requests();
  Status end_upload(UploadLane& lane);
  Status end_committed(UploadLane& lane, const UploadReceipt& receipt);
  bool give_up_pieces(UploadLane& lane, unsigned status) const;
  void lose(UploadLane& lane, Error error);
  void drop(UploadLane& lane, const Error& error);
  void show(UploadLane& lane);
  bool all_idle() const;

  const SenderOptions options_;
  OutgoingStream objects_;
  SenderConnection connection_;
  std::unique_ptr<BodyBuffers> buffers_;
  std::vector<std::unique_ptr<UploadLane>> lanes_;
  std::unique_ptr<BodyReader> reader_;
  std::vector<BodyTask> done_;
  HaveQuestions questions_;
  const KeptPlaces kept_;
  bool no_more_ = false;  // objects to begin
  SendReport report_;
};

}  // namespace penstock
