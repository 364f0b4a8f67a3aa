// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "http/http_message.h"

namespace penstock {

// What a response's body has for its reader.
struct BodyRead {
  enum class State : uint8_t {
    more,    // `bytes` were written, further ones come
    wait,    // nothing now: HttpService::poll will name the exchange
    end,     // `bytes` were written, and they were the last
    failed,  // the body cannot be completed: the transport has to make that plain to the client
  };
  size_t bytes = 0;
  State state = State::end;
};

// One request and its answer, in the thread of the worker that has the connection. The transport drives it:
// gives it the request's body, asks for the response. Destroyed before its end it is given up: the client has
// gone, or the transport has failed. An upload that was not finished then comes to nothing.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  // Takes a prefix of the body's next bytes and returns its length. Short: no more can be taken now, and
  // HttpService::poll will name the exchange; until then flow control holds the sender back. What comes after
  // the response is known is taken and forgotten.
  virtual size_t take_body(Bytes bytes) = 0;
  // The request's body has ended where it said it would.
  virtual void end_body() = 0;

  // The head of the response once it is known; null before. HttpService::poll names the exchange when it has
  // become known outside of a call.
  virtual const HttpResponse* response() const = 0;
  // The body of the response, front to back. Not for HEAD.
  virtual BodyRead read_body(MutableBytes into) = 0;

  // The whole body is no longer needed: the response was sent although more would come. A transport that can
  // asks the sender to stop then.
  virtual bool refuses_body() const { return false; }
  // The sender of its body may have nothing to say for long and yet go on.
  virtual bool may_be_silent() const { return false; }
};

// What answers requests for one worker. All calls are of the worker's thread, but for the `wake` that it was
// made with, which it calls from any thread to have poll() called soon.
class HttpService {
 public:
  virtual ~HttpService() = default;

  // `id` names the exchange in poll(); the worker never uses one twice.
  virtual std::unique_ptr<HttpExchange> begin(const HttpRequest& request, const HttpPeer& peer,
                                              uint64_t id) = 0;
  // Appends the ids of exchanges that can go on; some of them may have been destroyed since.
  virtual void poll(std::vector<uint64_t>& ready) = 0;
  // No new work is accepted: uploads under way go on, further requests are refused with 503.
  virtual void drain() = 0;
};

using HttpServiceMaker = std::function<std::unique_ptr<HttpService>(std::function<void()> wake)>;

}  // namespace penstock
