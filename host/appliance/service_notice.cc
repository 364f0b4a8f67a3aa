// SPDX-License-Identifier: Apache-2.0
#include "appliance/service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace penstock {

// The protocol of sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names, '@' for the abstract ones.
void tell_service_manager(std::string_view state) {
  const char* const place = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (place == nullptr || std::strlen(place) >= sizeof address.sun_path) return;
  const size_t length = std::strlen(place);
  if (length == 0 || (place[0] != '/' && place[0] != '@')) return;
  std::memcpy(address.sun_path, place, length);
  if (place[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  static_cast<void>(::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), bytes));
  ::close(socket);
}

}  // namespace penstock
