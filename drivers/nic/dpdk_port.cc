// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/dpdk_port.h"

#include <random>
#include <utility>

#include "drivers/eal/eal.h"
#include "drivers/eal/eal_complaints.h"
#include "drivers/nic/nic_clock.h"
#include "drivers/nic/pool_sizes.h"

namespace penstock {
namespace {

// RFC 6335's ports for whoever needs none in particular.
uint16_t some_udp_port() {
  std::random_device random;
  return static_cast<uint16_t>(49'152 + random() % 16'384);
}

IpConfig config_of(const NicText& text, uint16_t udp_port, MacAddress mac, uint32_t mtu) {
  return {.mac = mac,
          .vlan = text.vlan,
          .addresses = text.addresses,
          .routes = text.routes,
          .mtu = mtu,
          .udp_port = udp_port};
}

}  // namespace

Result<std::unique_ptr<DpdkPort>> DpdkPort::open(const PortRequest& request) {
  if (request.queues == 0) return fail(Errc::usage, request.nic, "it is to have no queues");
  PENSTOCK_TRY_ASSIGN(const NicText text, parse_nic_text(request.nic));
  const uint16_t udp_port = request.udp_port != 0 ? request.udp_port : some_udp_port();
  // Addresses and gateways are looked at before DPDK takes a device from the system.
  constexpr MacAddress kAnyMac{{2, 0, 0, 0, 0, 1}};
  PENSTOCK_TRY(IpStack::create(config_of(text, udp_port, kAnyMac, text.mtu.value_or(1500))));
  const EalComplaints complaints;
  PENSTOCK_TRY(Eal::start(text.eal));

  std::unique_ptr<DpdkPort> port(new DpdkPort);
  PortShared& shared = port->shared_;
  shared.workers = request.queues;
  PENSTOCK_TRY_ASSIGN(shared.device, NicDevice::open(text, request.queues));
  const NicDevice& device = *shared.device;
  PENSTOCK_TRY_ASSIGN(shared.stack, IpStack::create(config_of(text, udp_port, device.mac(), device.mtu())));
  PENSTOCK_TRY(shared.device->let_in(shared.stack->group_macs()));
  // Where there was a link already the stack begins by itself.
  shared.links_told = device.links_found();
  shared.sending.resize(device.tx_queues());
  shared.local = text.addresses[0].address;
  shared.local.set_port(udp_port);

  std::vector<PollWait*> waits;
  for (size_t i = 0; i < request.queues; ++i) {
    PENSTOCK_TRY_ASSIGN(std::unique_ptr<DpdkQueue> queue, DpdkQueue::create(i));
    waits.push_back(&queue->waiting());
    port->queues_.push_back(std::move(queue));
  }
  if (!device.spreads()) {
    PENSTOCK_TRY_ASSIGN(shared.spread,
                        PacketSpread::create(waits, arrivals_held(device.rx_descriptors()), device.node()));
  }
  for (const auto& queue : port->queues_) PENSTOCK_TRY(queue->attach(shared));
  return port;
}

std::string DpdkPort::name() const {
  return "dpdk " + shared_.device->name() + " " + shared_.local.text();
}

void DpdkPort::steer_by(PacketSteering steering) {
  if (shared_.spread != nullptr) shared_.spread->steer_by(std::move(steering));
}

void DpdkPort::add_queue_figures(size_t number, std::vector<PortFigure>& figures) const {
  const QueueCounts& counts = queues_[number]->counts();
  const auto add = [&](const char* name, std::string reason, const QueueCounts::Count& count) {
    figures.push_back({name, std::move(reason), number, QueueCounts::read(count)});
  };
  for (size_t i = 0; i < kFrameDrops; ++i)
    add("frames_dropped", std::string(frame_drop_name(static_cast<FrameDrop>(i))), counts.dropped[i]);
  add("frames_dropped", "queue_full", counts.queue_full);
  add("packets_steered", {}, counts.steered);
  add("answers_unsent", {}, counts.answers_unsent);
  add("no_send_buffer", {}, counts.no_send_buffer);
  add("send_full", {}, counts.send_full);
  add("frames_unfit", {}, counts.frames_unfit);
  figures.push_back({"trains_held", {}, number, QueueCounts::read(counts.trains_held), true});
  add("held_out", {}, counts.held_out);
  add("bytes_copied", {}, counts.bytes_copied);
}

std::vector<PortFigure> DpdkPort::figures() const {
  std::vector<PortFigure> figures;
  for (size_t i = 0; i < queues_.size(); ++i) add_queue_figures(i, figures);
  const auto add = [&](const char* name, uint64_t value, bool gauge = false) {
    figures.push_back({name, {}, PortFigure::kWholePort, value, gauge});
  };
  // Of the whole port: devices do not tell of queues.
  const std::optional<NicWatch::Counts> counts = shared_.device->counts(nic_now_ns());
  const auto add_counted = [&](const char* name, uint64_t NicWatch::Counts::*count, bool counted = true) {
    const auto value = counts && counted ? std::optional((*counts).*count) : std::nullopt;
    figures.push_back({name, {}, PortFigure::kWholePort, value});
  };
  add_counted("missed", &NicWatch::Counts::missed, shared_.device->counts_missed());
  add_counted("no_receive_buffer", &NicWatch::Counts::no_buffer);
  add_counted("receive_errors", &NicWatch::Counts::rx_errors);
  add_counted("send_errors", &NicWatch::Counts::tx_errors);
  add("link_up", shared_.device->link_up() ? 1 : 0, true);
  add("links_lost", shared_.device->links_lost());
  const IpStack::Counters stack = shared_.stack->counters();
  add("neighbours_known", stack.neighbours_known, true);
  add("neighbours_silent", stack.neighbours_silent, true);
  add("path_mtu_lowered", stack.path_mtu_lowered);
  add("answers_sent", stack.answers_sent);
  add("requests_sent", stack.requests_sent);
  add("neighbours_moved", stack.neighbours_moved);
  add("announcements_sent", stack.announcements_sent);
  return figures;
}

}  // namespace penstock
