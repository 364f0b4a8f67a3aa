// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "http1/http1_refusal.h"
#include "http1/tcp_progress.h"

namespace penstock {
namespace {

using Clock = Http1Loop::Clock;

constexpr Clock::rep kNever = Clock::time_point::max().time_since_epoch().count();
// Whoever holds descriptors needs a while to give some back.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr size_t kAcceptedAtOnce = 64;
constexpr const char* kPriorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

constexpr Http1Refusal kTooMany{503, Http1Count::refused_total, "there are too many connections",
                                "come again later"};
constexpr Http1Refusal kTooManyOfYours{503, Http1Count::refused_address,
                                       "there are too many connections from this address", "close some"};
constexpr Http1Refusal kTooSlow{408, Http1Count::cut_slow, "the request came too slowly", "send it faster"};

// Targets keep their percent signs: what they stand for is the service's to say.
size_t leave_escaped(void* /*loop*/, MHD_Connection* /*connection*/, char* text) {
  return std::strlen(text);
}

Clock::duration period_of(const Http1Limits& limits) {
  const auto shortest = std::min({limits.head_time, limits.idle_time, limits.progress_interval});
  return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
}

Http1Site site_of(const Http1Options& options, Http1Tally& tally) {
  Http1Site site;
  site.tally = &tally;
  site.limits = options.limits;
  if (options.http3_port != 0) site.alt_svc = "h3=\":" + std::to_string(options.http3_port) + "\"; ma=86400";
  return site;
}

}  // namespace

Http1Loop::Http1Loop(ListeningSocket socket, Http1Options options, std::shared_ptr<WakeEvent> woken,
                     Http1Tally& tally)
    : socket_(std::move(socket)),
      options_(std::move(options)),
      woken_(std::move(woken)),
      site_(site_of(options_, tally)),
      quota_(options_.limits.connections, options_.limits.connections_per_address),
      lingering_(options_.limits.lingering, options_.limits.linger_time),
      sweep_period_(period_of(options_.limits)),
      deadline_(kNever) {}

Http1Loop::~Http1Loop() = default;

Status Http1Loop::open() {
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET;
  std::vector<MHD_OptionItem> more;
  if (options_.tls) {
    flags |= MHD_USE_TLS;
    const auto text = [](const std::string& value) { return const_cast<char*>(value.c_str()); };
    more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, text(options_.tls->certificate)});
    more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, text(options_.tls->key)});
    more.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kPriorities)});
  }
  more.push_back({MHD_OPTION_END, 0, nullptr});
  // The library counts connections that it still has to clean up; who may come is for the quota to say.
  const unsigned connections_max = options_.limits.connections + 64;
  daemon_.reset(MHD_start_daemon(
      flags, 0, nullptr, nullptr, &Http1Loop::on_request, this,  //
      MHD_OPTION_URI_LOG_CALLBACK, &Http1Loop::on_target, this,  //
      MHD_OPTION_NOTIFY_COMPLETED, &Http1Loop::on_completed, this, MHD_OPTION_NOTIFY_CONNECTION,
      &Http1Loop::on_connection, this, MHD_OPTION_UNESCAPE_CALLBACK, &leave_escaped, this,
      MHD_OPTION_CONNECTION_LIMIT, connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      options_.limits.connection_bytes, MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END));
  if (!daemon_ || woken_->fd() < 0 || lingering_.poll_fd() < 0)
    return fail(Errc::failed, options_.address.text(), "no memory or descriptors for an HTTP server");
  const auto* const epoll = MHD_get_daemon_info(daemon_.get(), MHD_DAEMON_INFO_EPOLL_FD);
  PENSTOCK_CHECK(epoll != nullptr);
  polled_ = {pollfd{epoll->epoll_fd, POLLIN, 0}, pollfd{woken_->fd(), POLLIN, 0},
             pollfd{lingering_.poll_fd(), POLLIN, 0}, pollfd{socket_.fd(), POLLIN, 0}};
  return {};
}

void Http1Loop::stop_by(Clock::time_point deadline) {
  const Clock::rep wanted = deadline.time_since_epoch().count();
  Clock::rep present = deadline_.load();
  while (wanted < present && !deadline_.compare_exchange_weak(present, wanted)) {
  }
  woken_->wake();
}

void Http1Loop::run(std::unique_ptr<HttpService> service) {
  service_ = std::move(service);
  site_.service = service_.get();
  for (;;) {
    Clock::time_point now = Clock::now();
    const Clock::rep deadline = deadline_.load();
    if (deadline != kNever && !site_.draining) start_draining();
    if (site_.draining && (connections_.empty() || now.time_since_epoch().count() >= deadline)) break;
    wait(wait_until(now));
    now = Clock::now();
    woken_->clear();
    accept_all(now);
    serve_ready();
    MHD_run(daemon_.get());
    // What came of that without a call from another thread.
    again_ = serve_ready();
    lingering_.read_and_forget(now);
    if (now >= next_sweep_) sweep(now);
  }
  cut_all();
  // Those who got their answer just now are still to read it.
  const Clock::time_point end(Clock::duration(deadline_.load()));
  for (Clock::time_point now = Clock::now(); !lingering_.empty() && now < end; now = Clock::now()) {
    wait(std::min(end, now + std::chrono::milliseconds(10)));
    woken_->clear();
    lingering_.read_and_forget(now);
  }
  site_.service = nullptr;
  service_.reset();
}

Clock::time_point Http1Loop::wait_until(Clock::time_point now) const {
  if (again_) return now;
  MHD_UNSIGNED_LONG_LONG library_ms = 0;
  Clock::time_point until = Clock::time_point::max();
  if (MHD_get_timeout(daemon_.get(), &library_ms) == MHD_YES)
    until = now + std::chrono::milliseconds(library_ms);
  if (!connections_.empty() || !lingering_.empty()) until = std::min(until, next_sweep_);
  if (now < accept_again_) until = std::min(until, accept_again_);
  if (site_.draining) until = std::min(until, Clock::time_point(Clock::duration(deadline_.load())));
  return until;
}

void Http1Loop::wait(Clock::time_point until) {
  const Clock::time_point now = Clock::now();
  int timeout_ms = -1;
  if (until != Clock::time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    timeout_ms = static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
  }
  polled_[3].fd = now < accept_again_ ? -1 : socket_.fd();
  for (pollfd& each : polled_) each.revents = 0;
  ::poll(polled_.data(), polled_.size(), timeout_ms);
}

void Http1Loop::accept_all(Clock::time_point now) {
  if (socket_.fd() < 0 || now < accept_again_) return;
  if ((polled_[3].revents & POLLIN) == 0) return;
  for (size_t i = 0; i < kAcceptedAtOnce; ++i) {
    auto accepted = socket_.accept();
    if (!accepted) {
      site_.tally->add(Http1Count::refused_descriptors);
      accept_again_ = now + kAcceptPause;
      return;
    }
    if (!*accepted) return;
    accept(std::move(**accepted));
  }
}

void Http1Loop::accept(AcceptedSocket accepted) {
  const NetAddress remote = accepted.remote;
  const Http1Count admitted = quota_.admit(remote);
  if (admitted != Http1Count::connections) return refuse(std::move(accepted), admitted);
  site_.tally->add(Http1Count::connections);
  accepted_ = &remote;
  // Closes the socket where it fails.
  MHD_add_connection(daemon_.get(), accepted.fd.release(), remote.raw(), remote.raw_bytes());
  if (std::exchange(accepted_, nullptr) == nullptr) return;
  // It failed before the connection began.
  site_.tally->add(Http1Count::connections_ended);
  quota_.release(remote);
}

void Http1Loop::refuse(AcceptedSocket accepted, Http1Count why) {
  site_.tally->add(why);
  if (options_.tls) return;
  site_.tally->add_response(kTooMany.status);
  const std::string answer =
      closing_answer(why == Http1Count::refused_total ? kTooMany : kTooManyOfYours, site_.alt_svc);
  // A new connection has room for it.
  if (::send(accepted.fd.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
    lingering_.add(std::move(accepted.fd));
}

bool Http1Loop::serve_ready() {
  ready_.clear();
  service_->poll(ready_);
  bool resumed = false;
  for (const uint64_t id : ready_) {
    const auto found = requests_.find(id);
    if (found != requests_.end()) resumed |= found->second->resume();
  }
  return resumed;
}

void Http1Loop::sweep(Clock::time_point now) {
  next_sweep_ = now + sweep_period_;
  for (const auto& connection : connections_) {
    // Its response was on its way when draining began.
    if (site_.draining && connection->request() == nullptr && !connection->is_cut()) connection->cut();
    const std::optional<Http1Count> why = connection->overdue(site_.limits, now);
    if (why) cut(*connection, *why);
  }
}

void Http1Loop::cut(Http1Connection& connection, Http1Count why) {
  site_.tally->add(why);
  if (why != Http1Count::cut_left && connection.may_be_answered()) {
    site_.tally->add_response(kTooSlow.status);
    connection.say(closing_answer(kTooSlow, site_.alt_svc));
  }
  connection.cut();
}

void Http1Loop::start_draining() {
  site_.draining = true;
  socket_.close();
  service_->drain();
  sweep_period_ = std::min<Clock::duration>(sweep_period_, std::chrono::milliseconds(50));
  sweep(Clock::now());
}

void Http1Loop::cut_all() {
  stopping_ = true;
  for (const auto& connection : connections_) {
    site_.tally->add(Http1Count::cut_at_stop);
    connection->cut();
  }
  // The library insists on having nothing suspended when it stops.
  for (const auto& [id, request] : requests_) request->resume();
  daemon_.reset();
  polled_[0].fd = -1;
  PENSTOCK_CHECK(connections_.empty() && requests_.empty());
}

void* Http1Loop::on_target(void* loop, const char* target, MHD_Connection* handle) {
  auto* const self = static_cast<Http1Loop*>(loop);
  const auto* const info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  auto* const connection = static_cast<Http1Connection*>(info->socket_context);
  const uint64_t id = self->next_request_id_++;
  const std::string_view text = target != nullptr ? target : "";
  auto* const request = new Http1Request(self->site_, *connection, id, std::string(text));  // end_request's
  self->requests_.emplace(id, request);
  connection->begin_request(request);
  // The library would take the query apart, which nobody asked for, costs it memory, and where that runs out
  // loses its way. Behind the '?' it gets to see an end.
  const size_t question = text.find('?');
  if (question != std::string_view::npos) const_cast<char*>(text.data())[question + 1] = '\0';
  return request;
}

MHD_Result Http1Loop::on_request(void* /*loop*/, MHD_Connection* /*handle*/, const char* url,
                                 const char* method, const char* version, const char* data, size_t* bytes,
                                 void** request) {
  return static_cast<Http1Request*>(*request)->advance({method, url, version}, data, bytes);
}

void Http1Loop::on_completed(void* loop, MHD_Connection* handle, void** request,
                             MHD_RequestTerminationCode code) {
  auto* const ended = static_cast<Http1Request*>(std::exchange(*request, nullptr));
  if (ended == nullptr) return;
  const auto* const status = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_HTTP_STATUS);
  static_cast<Http1Loop*>(loop)->end_request(ended, code, status != nullptr ? status->http_status : 0);
}

void Http1Loop::end_request(Http1Request* request, MHD_RequestTerminationCode code, unsigned status) {
  const std::unique_ptr<Http1Request> ended(request);
  ended->end(code, status);
  requests_.erase(ended->id());
}

void Http1Loop::on_connection(void* loop, MHD_Connection* handle, void** connection,
                              MHD_ConnectionNotificationCode code) {
  auto* const self = static_cast<Http1Loop*>(loop);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    self->begin_connection(handle, connection);
  } else {
    self->end_connection(static_cast<Http1Connection*>(*connection));
  }
}

void Http1Loop::begin_connection(MHD_Connection* handle, void** context) {
  const NetAddress& remote = *std::exchange(accepted_, nullptr);
  auto connection = std::make_unique<Http1Connection>(handle, remote, options_.tls.has_value());
  *context = connection.get();
  connection->position = connections_.size();
  connections_.push_back(std::move(connection));
  if (connections_.size() == 1) next_sweep_ = {};
}

void Http1Loop::end_connection(Http1Connection* connection) {
  // Where the library runs out of memory over a head, it forgets to say that the request has ended.
  if (connection->request() != nullptr)
    end_request(connection->request(), MHD_REQUEST_TERMINATED_WITH_ERROR, 0);
  site_.tally->add(Http1Count::connections_ended);
  if (!connection->used()) site_.tally->add(Http1Count::connections_unused);
  quota_.release(connection->remote());
  const std::optional<TcpProgress> progress = tcp_progress(connection->fd());
  // The library closes its own descriptor at once.
  if (!stopping_ && !connection->is_cut() && progress && !progress->remote_ended)
    lingering_.add(OwnedFd(::fcntl(connection->fd(), F_DUPFD_CLOEXEC, 0)));
  const size_t position = connection->position;
  std::swap(connections_[position], connections_.back());
  connections_[position]->position = position;
  connections_.pop_back();
}

}  // namespace penstock
