// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/dpdk_queue.h"

#include <utility>

#include "drivers/eal/eal_place.h"
#include "drivers/nic/nic_clock.h"

namespace penstock {
Result<std::unique_ptr<DpdkQueue>> DpdkQueue::create(size_t number) {
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<PollWait> wait, PollWait::create());
  return std::unique_ptr<DpdkQueue>(new DpdkQueue(number, std::move(wait)));
}

Status DpdkQueue::attach(PortShared& shared) {
  shared_ = &shared;
  NicDevice& device = *shared.device;
  PENSTOCK_TRY_ASSIGN(Slab buffers, TrainSender::map_buffers());
  const auto hardware_queue = static_cast<uint16_t>(number_ % device.tx_queues());
  const bool alone =
      hardware_queue + size_t{device.tx_queues()} >= shared.workers && number_ == hardware_queue;
  std::mutex* const lock = alone ? nullptr : &shared.sending[hardware_queue];
  frames_ = std::make_unique<FrameSender>(device, hardware_queue, lock, counts_);
  intake_ = std::make_unique<FrameIntake>(*shared.stack, *frames_, counts_, device.tx_pool().room());
  receiver_ = std::make_unique<PacketReceiver>(number_, device, shared.spread.get(), *intake_, counts_);
  trains_ = std::make_unique<TrainSender>(std::move(buffers), *shared.stack, *frames_, device.send_offloads(),
                                          counts_);
  return {};
}

DpdkQueue::~DpdkQueue() {
  if (trains_ == nullptr) return;
  // The last word of a connection is worth some milliseconds.
  trains_->flush(nic_now_ns());
  const size_t hardware_queue = number_ % shared_->device->tx_queues();
  const std::lock_guard lock(shared_->sending[hardware_queue]);
  shared_->device->await_sent(static_cast<uint16_t>(hardware_queue));
}

void DpdkQueue::adopt_thread() {
  place_.take(number_, shared_->device->node(), shared_->workers);
  wait_->share_cpu(!place_.has_cpu_alone());
}

bool DpdkQueue::poll(uint64_t now_ns) {
  const bool packets = receiver_->poll(now_ns);
  const uint64_t found = shared_->device->links_found();
  if (found != shared_->links_told.load(std::memory_order_relaxed) &&
      shared_->links_told.exchange(found, std::memory_order_relaxed) != found)
    shared_->stack->link_came_up(now_ns);
  if (now_ns >= shared_->stack->next_due_ns()) {
    if (const std::unique_lock lock(shared_->timing, std::try_to_lock); lock.owns_lock())
      intake_->send_own(now_ns);
  }
  trains_->see_link(shared_->device->link_up(), now_ns);
  trains_->flush(now_ns);
  return packets;
}

Result<size_t> DpdkQueue::receive(std::span<PacketTrain> into) {
  const uint64_t now = nic_now_ns();
  PENSTOCK_TRY(shared_->device->check(now));
  if (!receiver_->has_packets()) poll(now);
  const size_t trains = receiver_->receive(into);
  if (trains != 0) wait_->busy();
  return trains;
}

MutableBytes DpdkQueue::reserve() {
  return trains_->reserve(nic_now_ns());
}

void DpdkQueue::send(const PacketTrain& train) {
  trains_->send(train, nic_now_ns());
}

void DpdkQueue::flush() {
  trains_->flush(nic_now_ns());
}

void DpdkQueue::wait(std::chrono::steady_clock::time_point deadline) {
  do {
    const uint64_t now = nic_now_ns();
    // receive() says what is wrong.
    if (wait_->woken() || poll(now) || trains_->has_room_again() || !shared_->device->check(now)) return;
    if (!trains_->empty()) wait_->stay_close();
  } while (wait_->pause(deadline));
}

uint32_t DpdkQueue::packet_bytes_max(const NetAddress& remote) const {
  return shared_->stack->payload_max(remote);
}

bool DpdkQueue::knows_whole_way(const NetAddress& remote) const {
  const auto hop = shared_->stack->first_hop(remote);
  return PacketQueue::knows_whole_way(remote) && hop && !hop->gateway;
}

Status DpdkQueue::check_way(const NetAddress& remote) const {
  if (shared_->stack->first_hop(remote)) return {};
  return fail(Errc::failed, remote.text(), "it is on no network of the port's, and no gateway leads there",
              "give --nic a gateway of that family (gw=), or an address in that network (addr=)");
}

NetAddress DpdkQueue::local_address_to(const NetAddress& remote) const {
  NetAddress address = shared_->stack->source_for(remote);
  if (address.empty()) return shared_->local;
  address.set_port(shared_->local.port());
  return address;
}

PacketCounters DpdkQueue::counters() const {
  PacketCounters counters;
  counters.packets_in = QueueCounts::read(counts_.packets_in);
  counters.bytes_in = QueueCounts::read(counts_.bytes_in);
  counters.packets_out = QueueCounts::read(counts_.packets_out);
  counters.bytes_out = QueueCounts::read(counts_.bytes_out);
  counters.send_refused = QueueCounts::read(counts_.send_refused);
  // What was missed the device tells of the whole port: its figure.
  return counters;
}

}  // namespace penstock
