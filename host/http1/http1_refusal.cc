// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_refusal.h"

#include <microhttpd.h>

namespace penstock {

std::string Http1Refusal::json() const {
  return std::string("{\"error\":\"request\",\"why\":\"") + why + "\",\"todo\":\"" + remedy + "\"}\n";
}

std::string closing_head(unsigned status, std::string_view alt_svc) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " " + MHD_get_reason_phrase_for(status) + "\r\n";
  text += "connection: close\r\n";
  if (!alt_svc.empty()) text.append("alt-svc: ").append(alt_svc).append("\r\n");
  return text;
}

std::string closing_answer(const Http1Refusal& refusal, std::string_view alt_svc) {
  const std::string body = refusal.json();
  std::string text = closing_head(refusal.status, alt_svc);
  text += "content-type: application/json\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text + body;
}

}  // namespace penstock
