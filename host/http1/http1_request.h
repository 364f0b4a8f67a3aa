// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <microhttpd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/http_service.h"
#include "http1/http1_connection.h"
#include "http1/http1_head.h"
#include "http1/http1_site.h"

namespace penstock {

// One request and its answer: between the HTTP library, which calls when there is something, and an exchange
// of the service. From the request's first line to the response's last byte; the loop's, one thread.
//
// The library takes a response when a request's head has come (it closes the connection then), or when all of
// its body has. One that is known between these waits while the rest of the body is forgotten, if that is not
// much, and else is sent past the library.
class Http1Request {
 public:
  // `target` is what the client asks for, as it was sent.
  Http1Request(Http1Site& site, Http1Connection& connection, uint64_t id, std::string target);
  Http1Request(const Http1Request&) = delete;
  Http1Request& operator=(const Http1Request&) = delete;

  uint64_t id() const { return id_; }

  // The library's access handler: the head is complete, bytes of the body are there (takes some, `bytes` are
  // left), or the request is complete.
  MHD_Result advance(const RequestLine& line, const char* data, size_t* bytes);
  // The service can go on with it. Whether it waited for that.
  bool resume();
  // The library is done with it; `status` is the response's, 0 if there was none.
  void end(MHD_RequestTerminationCode code, unsigned status);

 private:
  MHD_Result begin(const RequestLine& line);
  MHD_Result take(Bytes bytes, size_t* left);
  MHD_Result forget(size_t* left);
  MHD_Result finish();
  MHD_Result respond();
  MHD_Result respond(const Http1Refusal& refusal);
  MHD_Result respond_past_library();
  MHD_Result queue(unsigned status, MHD_Response* response);
  void suspend();

  static ssize_t read_body(void* request, uint64_t position, char* into, size_t bytes);
  ssize_t read_body(MutableBytes into);

  Http1Site* site_;
  Http1Connection* connection_;
  uint64_t id_;
  std::string target_;
  RequestHead head_;
  std::unique_ptr<HttpExchange> exchange_;
  uint64_t forgotten_bytes_ = 0;
  bool head_read_ = false;
  bool body_ended_ = false;
  bool response_ended_ = false;  // its last bytes were read
  bool responded_ = false;
  bool said_ = false;  // the response went past the library
  bool suspended_ = false;
};

}  // namespace penstock
