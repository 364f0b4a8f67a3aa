// SPDX-License-Identifier: Apache-2.0
#include "fault/load_client.h"

#include "fault/seeded_random.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr unsigned kCreated = 201;
constexpr unsigned kUnavailable = 503;

}  // namespace

std::vector<uint8_t> LoadPlan::object(size_t number) const {
  SeededRandom random(seed * 1'000'003 + number);
  std::vector<uint8_t> bytes(random.between(object_bytes_min, object_bytes_max));
  random.fill(bytes);
  return bytes;
}

class LoadClient::Upload : public HeldAnswer {
 public:
  Upload(size_t number, std::vector<uint8_t> object) : number_(number), object_(std::move(object)) {}
  BodyPiece next_body() override { return {object_, BodyRead::State::end}; }

  size_t number() const { return number_; }
  Bytes object() const { return object_; }

 private:
  const size_t number_;
  const std::vector<uint8_t> object_;
};

LoadClient::LoadClient(const LoadPlan& plan, size_t number, LoadBuffers& buffers)
    : plan_(plan), number_(number), buffers_(buffers), next_(number) {}

// The client goes first: what is under way is told so.
LoadClient::~LoadClient() = default;

Status LoadClient::connect() {
  PENSTOCK_TRY_ASSIGN(socket_, LoadSocket::open(plan_.server, plan_.packet_bytes, buffers_));
  PENSTOCK_TRY_ASSIGN(client_, QuicClient::connect(*socket_, plan_.server, "localhost", plan_.quic));
  socket_->wait_itself(false);
  return {};
}

Status LoadClient::advance() {
  socket_->forget_due();
  while (socket_->due() == LoadSocket::Clock::time_point::min()) {
    if (upload_ != nullptr && upload_->ended()) PENSTOCK_TRY(end_upload());
    if (upload_ == nullptr && next_ < plan_.objects) PENSTOCK_TRY(begin_upload());
    const bool ended_before = upload_ == nullptr;
    PENSTOCK_TRY(client_->poll(LoadSocket::Clock::time_point::max()));
    // The next object is begun before it is waited.
    if (!ended_before && upload_->ended()) socket_->forget_due();
  }
  return {};
}

Status LoadClient::begin_upload() {
  upload_ = std::make_unique<Upload>(next_, plan_.object(next_));
  HttpRequest head;
  head.method = "PUT";
  head.path = "/objects/load-" + std::to_string(next_);
  head.has_body = true;
  head.content_bytes = upload_->object().size();
  head.fields.push_back({"authorization", "Bearer " + plan_.tokens[number_ % plan_.tokens.size()]});
  PENSTOCK_TRY_ASSIGN([[maybe_unused]] const uint64_t request, client_->submit(head, *upload_));
  return {};
}

Status LoadClient::end_upload() {
  const std::unique_ptr<Upload> upload = std::move(upload_);
  PENSTOCK_TRY(upload->status());
  if (upload->head().status == kUnavailable) {
    ++refused_;
    return {};
  }
  const std::string name = "object " + std::to_string(upload->number());
  if (upload->head().status != kCreated)
    return Failure(refusal_error(name, upload->head().status, upload->text()));
  LoadReceipt got;
  got.number = upload->number();
  got.sha256 = sha256(upload->object());
  PENSTOCK_TRY_ASSIGN(got.receipt, parse_receipt(upload->text()));
  if (got.receipt.bytes != upload->object().size())
    return fail(Errc::corrupt, name, "was answered with another size");
  receipts_.push_back(got);
  next_ += plan_.connections;
  return {};
}

}  // namespace penstock
